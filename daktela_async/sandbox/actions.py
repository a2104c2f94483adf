"""All actions: the 81 variants of the document."""

from __future__ import annotations

from daktela_async.sandbox import (
    agent_actions,
    call_actions,
    other_actions,
    queue_actions,
    realtime_actions,
    record_actions,
    sms_actions,
    statistics_actions,
    work_actions,
)

ACTIONS = (
    *queue_actions.ACTIONS,
    *agent_actions.ACTIONS,
    *call_actions.ACTIONS,
    *realtime_actions.ACTIONS,
    *statistics_actions.ACTIONS,
    *work_actions.ACTIONS,
    *sms_actions.ACTIONS,
    *record_actions.ACTIONS,
    *other_actions.ACTIONS,
)

NAMES = tuple(dict.fromkeys(action.name for action in ACTIONS))
"""The names of all actions, each once."""
