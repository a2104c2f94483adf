"""Chapter 4.5: campaigns, agents and the monitor of the call centre."""

from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from attrs import field, frozen

from _telephony_core.converter import Record, Wire
from _telephony_core.documents import Plain

from .receipts import filled


@frozen(kw_only=True)
class Campaign(Record):
    """A campaign. SPIKON 4.5.1.

    Attributes:
        id: its id.
        name: its name.
    """

    id: str
    name: str = ""


@frozen(kw_only=True)
class Agent(Record):
    """An agent. SPIKON 4.5.2.

    The document spells the keys with `campain` in its samples and with `campaign` in its
    descriptions; both are read.

    Attributes:
        id: the agent's id.
        name: first name and surname.
        sip_login: the SIP login.
        public_number: the public phone number (DDI).
        incoming_campaigns: ids of the campaigns of incoming calls.
        outgoing_campaigns: ids of the campaigns of outgoing calls.
        default_outgoing_campaign: id of the default campaign of outgoing calls, if there is one.
    """

    id: str
    name: str = ""
    sip_login: Annotated[str, Wire("sip")] = ""
    public_number: Annotated[str, Wire("ddi")] = ""
    incoming_campaigns: Annotated[tuple[str, ...], Wire("in_campains", "in_campaigns")] = ()
    outgoing_campaigns: Annotated[tuple[str, ...], Wire("out_campains", "out_campaigns")] = ()
    default_outgoing_campaign: Annotated[
        str | None, Wire("default_out_campain", "default_out_campaign")
    ] = None


class ActionState(StrEnum):
    """How an action on a campaign ended. SPIKON 4.5.3 to 4.5.7 show this value."""

    OK = "OK"


@frozen(kw_only=True)
class ActionStatus(Record):
    """How an action on a campaign ended. SPIKON 4.5.3 to 4.5.7.

    Attributes:
        status: "OK"; any other text that the service says in its place.
    """

    status: ActionState | str = field(converter=filled)


@frozen(kw_only=True)
class CampaignFigures(Record):
    """The figures of a campaign at this moment. SPIKON 4.5.8.

    A time or a percentage is None where the service has none, and says so in its own words ("Brak
    danych", "-", nothing).

    Attributes:
        free_members: agents who are free.
        busy_members: agents who are busy.
        calls_waiting: calls that wait.
        answered: calls answered.
        unanswered: calls not answered.
        in_queue: calls in the queue.
        average_waiting_time: the average time of waiting.
        max_waiting: the most calls that may wait.
        average_call_time: the average time of talking.
        measured_sla: the time by which the SLA is measured.
        sla: the SLA, in per cent.
    """

    free_members: int = 0
    busy_members: int = 0
    calls_waiting: int = 0
    answered: int = 0
    unanswered: int = 0
    in_queue: int = 0
    average_waiting_time: timedelta | None = None
    max_waiting: int = 0
    average_call_time: timedelta | None = None
    measured_sla: timedelta | None = None
    sla: Decimal | None = None

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Read words in place of a time or a percentage as None, and "87%" as 87."""
        if not isinstance(plain, dict):
            return plain
        fields = dict(plain)
        for name in ("average_waiting_time", "average_call_time", "measured_sla", "sla"):
            value = fields.get(name)
            if isinstance(value, str):
                number = value.strip().removesuffix("%")
                fields[name] = number if any(map(str.isdigit, number)) else None
        return fields


class MemberState(StrEnum):
    """What an agent does. SPIKON 4.5.8 shows this value; others stay the text that was sent."""

    FREE = "Wolny"


@frozen(kw_only=True)
class CampaignMember(Record):
    """An agent in a campaign at this moment. SPIKON 4.5.8.

    Attributes:
        login: the SIP login.
        description: the description, such as a name.
        state: what the agent does, in Polish as the service writes it.
        answered: calls answered.
        last_call: when the last call was, as the service writes it; "Brak danych" without one.
        paused: whether the agent has a break.
        skill: the level of skill, as the service writes it.
    """

    login: str = ""
    description: str = ""
    state: MemberState | str = ""
    answered: int = 0
    last_call: str = ""
    paused: Annotated[bool, Wire("pause")] = False
    skill: str = ""


@frozen(kw_only=True)
class WaitingCall(Record):
    """A call that waits. SPIKON 4.5.8 shows an empty list and describes no field.

    All fields are in `extra`; an entry that is a mere text stands there as `value`.
    """

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Take an entry of any shape."""
        return plain if isinstance(plain, dict) else {"value": plain}


@frozen(kw_only=True)
class CampaignMonitor(Record):
    """A campaign at this moment. SPIKON 4.5.8.

    Attributes:
        figures: its figures.
        members: its agents.
        waiting_calls: the calls that wait.
    """

    figures: Annotated[CampaignFigures, Wire("basic_data")]
    members: Annotated[tuple[CampaignMember, ...], Wire("campaign_members")] = ()
    waiting_calls: tuple[WaitingCall, ...] = ()

    @classmethod
    def prepare(cls, plain: Plain) -> Plain:
        """Lift `waiting_calls` out of the members: samples have it there and beside them.

        Figures that hold nothing are none: a campaign without agents and calls has zeros.
        """
        if not isinstance(plain, dict):
            return plain
        if not plain.get("basic_data"):
            plain = {name: item for name, item in plain.items() if name != "basic_data"}
        members = plain.get("campaign_members")
        if not isinstance(members, dict) or "waiting_calls" not in members:
            return plain
        rest = {name: item for name, item in members.items() if name != "waiting_calls"}
        return {"waiting_calls": members["waiting_calls"], **plain, "campaign_members": rest}
