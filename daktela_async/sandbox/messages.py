"""SMS messages of the hosted gateway and of SMS Connect, and what becomes of them by the clock."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping

import attrs

from daktela_async.sandbox.errors import NO_SMS, Refusal, wrong_value
from daktela_async.sandbox.timeline import CLOSE_ENOUGH, Timeline

FAILING_NUMBER = "500000002"
"""A message to this number ends in an error."""
UNREACHABLE_NUMBER = "500000003"
"""A message to this number is sent, and not delivered."""

MAX_PLAIN, MAX_UNICODE = 1377, 603
MAX_GROUP = 20_000
_FIRST_ID = 2222
_NUMBER = re.compile(r"\+?[0-9]{3,15}")

WAITING, OK, ERROR = "waiting", "ok", "error"


@attrs.define(eq=False, kw_only=True)
class SandboxSms:
    """A message; times are POSIX times.

    ``due`` is when it leaves the server, or would: ``removed`` messages never do.
    """

    id: int
    connect: bool
    direction: str
    number: str
    message: str
    unicode: bool = False
    confirmation: bool = False
    accountcode: str | None = None
    email: str | None = None
    sender: str | None = None
    gw: str = "1"
    slot: str = "1"
    port: str = "1"
    priority: int = 10
    group_id: int | None = None
    created: float
    due: float
    removed: bool = False

    @property
    def parts(self) -> int:
        """How many standard messages the text takes."""
        single, each = (70, 67) if self.unicode else (160, 153)
        return 1 if len(self.message) <= single else -(-len(self.message) // each)


def short_number(number: str) -> str:
    """Return a number without the country's code."""
    return re.sub(r"^(?:\+|00)420", "", number)


class SmsSettings:
    """The settings of the gateway, as texts; None where there is none."""

    def __init__(self) -> None:
        self.values: dict[str, str | None] = {
            "incoming_callback": None,
            "outgoing_callback": None,
            "incoming_email": None,
            "outgoing_email": None,
            "sending_rate_limit": "0",
            "sending_rate_time": "0",
            "allowed_hour_begin": "0",
            "allowed_hour_end": "0",
        }

    def number(self, name: str) -> int:
        """Return a setting that is a number."""
        return int(self.values[name] or 0)

    def allowed_from(self, moment: dt.datetime) -> dt.datetime:
        """Return the first moment, from the given one on, at which messages may leave."""
        begin, end = self.number("allowed_hour_begin"), self.number("allowed_hour_end")
        if (begin, end) == (0, 0) or begin <= moment.hour <= end:
            return moment
        morning = moment.replace(hour=begin, minute=0, second=0, microsecond=0)
        return morning if moment.hour < begin else morning + dt.timedelta(days=1)


class Messages:
    """All messages.

    A message leaves ``delay`` seconds after it was handed in (a group's one by one, ``pace``
    seconds each) and is delivered ``delivery`` seconds later.
    """

    def __init__(self, timeline: Timeline, *, delay: float, pace: float, delivery: float) -> None:
        self.settings = SmsSettings()
        self._timeline = timeline
        self._delay = delay
        self.pace = pace
        self._delivery = delivery
        self._messages: dict[int, SandboxSms] = {}
        self._groups: dict[int, list[SandboxSms]] = {}
        self.last_id = _FIRST_ID - 1

    @property
    def all(self) -> tuple[SandboxSms, ...]:
        """All messages in the order of coming."""
        return tuple(self._messages.values())

    def of(self, *, connect: bool) -> Iterator[SandboxSms]:
        """Yield the messages of the gateway or of SMS Connect."""
        return (sms for sms in self._messages.values() if sms.connect == connect)

    def find(self, sms_id: int, *, connect: bool) -> SandboxSms:
        """Return the message with that id."""
        sms = self._messages.get(sms_id)
        if sms is None or sms.connect != connect:
            raise Refusal(NO_SMS)
        return sms

    def receive(self, number: str, message: str, *, connect: bool = False) -> SandboxSms:
        """Take a message from a customer."""
        now = self._timeline.now()
        return self._keep(
            SandboxSms(
                id=self._next_id(), connect=connect, direction="in", number=number,
                message=message, created=now, due=now,
            )
        )  # fmt: skip

    def send(self, make: Callable[[int, float], SandboxSms], scheduled: float | None) -> SandboxSms:
        """Take a single message; there may be a limit of so many within some time."""
        now = self._timeline.now()
        limit = self.settings.number("sending_rate_limit")
        within = self.settings.number("sending_rate_time")
        if limit and within:
            single = (sms for sms in self.all if sms.direction == "out" and sms.group_id is None)
            if sum(sms.created > now - within for sms in single) >= limit:
                raise Refusal("Překročen limit počtu odeslaných SMS zpráv")
        sms = make(self._next_id(), self._leaving(scheduled))
        check(sms)
        return self._keep(sms)

    def send_group(
        self, makers: Iterable[Callable[[int, float], SandboxSms]], scheduled: float | None
    ) -> tuple[int, tuple[SandboxSms, ...]]:
        """Take a group of messages, all or none, and return the group's id and the messages."""
        before = self.last_id
        group_id = self._next_id()
        begin = self._leaving(scheduled)
        group: list[SandboxSms] = []
        try:
            for place, make in enumerate(makers):
                sms = make(self._next_id(), begin + place * self.pace)
                sms.group_id = group_id
                check(sms)
                group.append(sms)
        except Refusal:
            self.last_id = before
            raise
        for sms in group:
            self._keep(sms)
        self._groups[group_id] = group
        return group_id, tuple(group)

    @property
    def groups(self) -> Mapping[int, list[SandboxSms]]:
        """The groups by their ids."""
        return self._groups

    def remove_group(self, group_id: int) -> int:
        """Stop those of a group's messages that haven't left, and return how many they are."""
        if group_id not in self._groups:
            raise Refusal("Skupinová SMS zpráva neexistuje")
        group = (sms for sms in self._groups[group_id] if not sms.removed)
        waiting = [sms for sms in group if self.state(sms) == WAITING]
        for sms in waiting:
            sms.removed = True
            del self._messages[sms.id]
        return len(waiting)

    def has_left(self, sms: SandboxSms) -> bool:
        """Tell whether the message has left the server."""
        return not sms.removed and sms.due <= self._timeline.now() + CLOSE_ENOUGH

    def state(self, sms: SandboxSms) -> str:
        """Return what has become of the message: waiting, ok or error."""
        if not self.has_left(sms):
            return WAITING
        return ERROR if short_number(sms.number) == FAILING_NUMBER else OK

    def delivered(self, sms: SandboxSms) -> float | None:
        """Return when the message was delivered, if it was, and if that was to be reported."""
        at = sms.due + self._delivery
        reached = self.state(sms) == OK and short_number(sms.number) != UNREACHABLE_NUMBER
        told = sms.confirmation and at <= self._timeline.now() + CLOSE_ENOUGH
        return at if reached and told else None

    def undelivered(self, sms: SandboxSms) -> float | None:
        """Return when it turned out that the message can't be delivered, if it did."""
        at = sms.due + self._delivery
        lost = self.state(sms) == OK and short_number(sms.number) == UNREACHABLE_NUMBER
        told = sms.confirmation and at <= self._timeline.now() + CLOSE_ENOUGH
        return at if lost and told else None

    def _leaving(self, scheduled: float | None) -> float:
        now = self._timeline.now()
        moment = self._timeline.local(max(scheduled or now, now) + self._delay)
        return self.settings.allowed_from(moment).timestamp()

    def _next_id(self) -> int:
        self.last_id += 1
        return self.last_id

    def _keep(self, sms: SandboxSms) -> SandboxSms:
        self._messages[sms.id] = sms
        return sms


def check(sms: SandboxSms) -> None:
    """Check a message against the documented limits."""
    most = MAX_UNICODE if sms.unicode else MAX_PLAIN
    if len(sms.message) > most:
        raise wrong_value("message", f"nejvýše {most} znaků")
    if not _NUMBER.fullmatch(sms.number):
        raise wrong_value("number", "má být telefonní číslo")
