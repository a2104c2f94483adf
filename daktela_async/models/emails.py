"""E-mails put into a queue."""

from datetime import datetime, timedelta
from typing import Annotated

from attrs import frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.documents import Plain

from .common import Direction
from .shapes import as_text


@frozen(kw_only=True)
class Email(Record):
    """An e-mail. EmailCreate, Emaily.

    Attributes:
        id: its id.
        queue_id: the id of the queue.
        user_id: the id of the agent whose it is.
        contact_id: the id of the contact.
        name: its unique name.
        subject: its subject.
        address: the address at the other end.
        direction: which way it went.
        waiting_time: how long it waited.
        duration: how long it took.
        answered: whether it was answered; None while that is open.
        text: its text, as HTML.
        options: its options, as JSON text if they are no text; shown empty, undescribed.
        created_at: when it was made.
    """

    id: Annotated[str, Wire("email")]
    queue_id: Annotated[str | None, Wire("queue")] = None
    user_id: Annotated[str | None, Wire("user")] = None
    contact_id: Annotated[str | None, Wire("contact")] = None
    name: str = ""
    subject: Annotated[str, Wire("title")] = ""
    address: str = ""
    direction: Direction | str = ""
    waiting_time: Annotated[timedelta | None, Wire("wait_time")] = None
    duration: timedelta | None = None
    answered: bool | None = None
    text: str = ""
    options: str | None = None
    created_at: Annotated[datetime | None, Wire("time")] = None

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Keep options of any shape as a text."""
        return as_text(plain, "options")


@frozen(kw_only=True)
class EmailActivity(Record):
    """The activity that an e-mail makes for the agents. EmailCreate, Emaily.

    Attributes:
        id: its id.
        ticket_id: the id of the ticket that it belongs to.
        name: its unique name.
        title: its title.
        action: what is to happen to it.
        type: its kind, "EMAIL".
        item_id: the id of the e-mail.
        queue_id: the id of the queue.
        user_id: the id of the agent whose it is.
        contact_id: the id of the contact.
        status_id: the id of its status.
        priority: its priority.
        options: its options, as JSON text if they are no text; shown empty, undescribed.
        created_at: when it was made.
        time_wait: as the service writes it, as `time_open` and `time_close`; the sample shows all
            three empty, and nothing says whether they are times or durations.
    """

    id: Annotated[str, Wire("activity")]
    ticket_id: Annotated[str | None, Wire("ticket")] = None
    name: str = ""
    title: str = ""
    action: str | None = None
    type: str = ""
    item_id: Annotated[str | None, Wire("item")] = None
    queue_id: Annotated[str | None, Wire("queue")] = None
    user_id: Annotated[str | None, Wire("user")] = None
    contact_id: Annotated[str | None, Wire("contact")] = None
    status_id: Annotated[str | None, Wire("status")] = None
    priority: int | None = None
    options: str | None = None
    created_at: Annotated[datetime | None, Wire("time")] = None
    time_wait: str | None = None
    time_open: str | None = None
    time_close: str | None = None

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Keep options of any shape as a text."""
        return as_text(plain, "options")


@frozen(kw_only=True)
class CreatedEmail(Record):
    """An e-mail that was put into a queue. EmailCreate, Emaily.

    Attributes:
        email: the e-mail.
        activity: the activity that it makes.
    """

    email: Email
    activity: EmailActivity | None = None
