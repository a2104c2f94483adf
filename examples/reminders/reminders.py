"""Remind people of appointments by SMS, and never twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import define, field

from daktela_async import AgentState, DaktelaClient
from spikon_async import NotSent, OutcomeUnknown, SpikonApiError, SpikonClient


@define
class Report:
    """What became of the reminders, by the numbers of those who were to be reminded.

    Attributes:
        sent: the ids of the messages that were sent.
        refused: what the service, or the way to it, said; nothing was sent, and it may be tried
            again.
        unknown: messages that may or may not have been sent: somebody has to look.
    """

    sent: dict[str, str] = field(factory=dict[str, str])
    refused: dict[str, str] = field(factory=dict[str, str])
    unknown: dict[str, str] = field(factory=dict[str, str])


async def remind(spikon: SpikonClient, appointments: Mapping[str, str]) -> Report:
    """Send everybody a message about an appointment; the keys are their numbers."""
    report = Report()
    for number, appointment in appointments.items():
        try:
            message = await spikon.sms.send(number, f"Reminder: {appointment}", sender="INFO")
        except OutcomeUnknown as error:
            report.unknown[number] = str(error)
        except (SpikonApiError, NotSent) as error:
            report.refused[number] = str(error)
        else:
            report.sent[number] = message.ids[0]
    return report


async def free_agents(daktela: DaktelaClient, logins: Iterable[str]) -> list[str]:
    """Return which agents could call those whom no message reached."""
    states = [await daktela.realtime.user_state(user=login) for login in logins]
    return [
        login for login, state in zip(logins, states, strict=True) if state.state == AgentState.IDLE
    ]
