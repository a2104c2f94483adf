"""Activities and the e-mails they are about (Daktela API, "Aktivity" and "Emaily")."""

from __future__ import annotations

import attrs

from daktela_async.sandbox.errors import NO_ACTIVITY, Refusal
from daktela_async.sandbox.timeline import Timeline

_FIRST_NAMES = ("activity_100", "activity_123", "activity_200")


@attrs.define(kw_only=True, eq=False)
class Activity:
    """Something to be dealt with; ``closed`` is when it was, as POSIX time."""

    id: int
    name: str
    title: str
    queue_id: int | None = None
    user_id: int | None = None
    item: int | None = None
    status: str | None = None
    created: float
    closed: float | None = None


@attrs.frozen(kw_only=True)
class Email:
    """An e-mail that came."""

    id: int
    name: str
    title: str
    address: str
    text: str
    queue_id: int
    user_id: int | None
    created: float


class Activities:
    """All activities and e-mails."""

    def __init__(self, timeline: Timeline) -> None:
        self.emails: list[Email] = []
        self._timeline = timeline
        self._activities: dict[str, Activity] = {}

    @property
    def all(self) -> tuple[Activity, ...]:
        """The activities in the order of their making."""
        return tuple(self._activities.values())

    def begin(self) -> None:
        """Make some activities to begin with."""
        for name in _FIRST_NAMES:
            self._create(name, "Dotaz zákazníka")

    def find(self, name: str) -> Activity:
        """Return the activity with that unique name."""
        if name not in self._activities:
            raise Refusal(NO_ACTIVITY)
        return self._activities[name]

    def close(self, activity: Activity, status: str) -> None:
        """Close an activity."""
        if activity.closed is not None:
            raise Refusal("Aktivita je již uzavřena")
        activity.status = status
        activity.closed = self._timeline.now()

    def receive(
        self, *, queue_id: int, title: str, address: str, text: str, user_id: int | None,
        name: str | None,
    ) -> tuple[Email, Activity]:  # fmt: skip
        """Take an e-mail and make an activity of it."""
        number = 15 + len(self.emails)
        email = Email(
            id=number,
            name=name or f"email_530f2641{number:05x}",
            title=title,
            address=address,
            text=text,
            queue_id=queue_id,
            user_id=user_id,
            created=self._timeline.now(),
        )
        if any(one.name == email.name for one in self.emails):
            raise Refusal(f"Email {email.name} již existuje", "name")
        self.emails.append(email)
        activity = self._create(f"ticket_530f2641{number:05x}", title)
        activity.queue_id, activity.user_id, activity.item = queue_id, user_id, number
        return email, activity

    def _create(self, name: str, title: str) -> Activity:
        activity = Activity(
            id=240 + len(self._activities), name=name, title=title, created=self._timeline.now()
        )
        self._activities[name] = activity
        return activity
