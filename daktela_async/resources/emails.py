"""Chapter Emaily: e-mails put into a queue."""

from _telephony_core import checks
from _telephony_core.calls import Semantics

from ..models.emails import CreatedEmail
from .base import DaktelaResource


class EmailsResource(DaktelaResource):
    """E-mails for the agents to answer."""

    async def create(
        self,
        queue: str,
        *,
        subject: str,
        sender: str,
        body: str,
        user: str | None = None,
        name: str | None = None,
        version: str = "4.1",
        timeout: float | None = None,
    ) -> CreatedEmail:
        """Put an e-mail into a queue. Daktela EmailCreate, chapter Emaily.

        The whole e-mail travels in the address, so `body` has room for a few thousand bytes at
        most, once it is escaped.

        Args:
            queue: the number of a queue for e-mails, else `NotAnEmailQueue` is raised.
            subject: the subject.
            sender: the address from which it is.
            body: its text, HTML or plain.
            user: the login of the agent whose it is to be.
            name: a unique name of your own.
            version: the version of the action.
            timeout: seconds for the whole call of the API.
        """
        source = "Daktela EmailCreate"
        return await self._act(
            "EmailCreate",
            CreatedEmail,
            {
                "queue": checks.text("queue", queue, source),
                "subject": checks.text("subject", subject, source),
                "from": checks.text("sender", sender, source),
                "body": checks.text("body", body, source),
                "user": user,
                "name": name,
            },
            version=version,
            semantics=Semantics.NON_IDEMPOTENT,
            check="Look in the queue whether the e-mail is there before creating it again.",
            timeout=timeout,
        )
