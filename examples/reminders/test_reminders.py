"""Test the application against fake services; copy this for yours.

The fixtures come with the packages: `pip install 'spikon-daktela-async[sandbox]' pytest trio` is
all that it takes. With pytest-asyncio, mark the tests `@pytest.mark.asyncio` instead.
"""

from __future__ import annotations

import pytest

from daktela_async import DaktelaClient
from daktela_async.sandbox import Sandbox as DaktelaSandbox
from spikon_async import SpikonClient
from spikon_async.sandbox import Sandbox as SpikonSandbox
from spikon_async.sandbox import faults

from .reminders import free_agents, remind

pytestmark = pytest.mark.anyio


async def test_everybody_is_reminded_once(
    spikon_client: SpikonClient, spikon_sandbox: SpikonSandbox
) -> None:
    report = await remind(spikon_client, {"600100200": "today at 15:00", "600100201": "tomorrow"})
    assert set(report.sent) == {"600100200", "600100201"}
    assert [sms.text for sms in spikon_sandbox.inbox["600100200"]] == ["Reminder: today at 15:00"]


async def test_a_message_whose_answer_is_lost_is_left_to_a_human(
    spikon_client: SpikonClient, spikon_sandbox: SpikonSandbox
) -> None:
    spikon_sandbox.faults.add("sms/send", faults.LostReply(after_acting=True), times=1)
    report = await remind(spikon_client, {"600100200": "today", "600100201": "tomorrow"})
    assert set(report.unknown) == {"600100200"}
    assert set(report.sent) == {"600100201"}
    # It was sent, and it was not sent again.
    assert spikon_sandbox.log.acted("sms/send") == 2


async def test_without_money_nobody_is_reminded(
    spikon_client: SpikonClient, spikon_sandbox: SpikonSandbox
) -> None:
    spikon_sandbox.fail_generally("sms/send")
    report = await remind(spikon_client, {"600100200": "today"})
    assert set(report.refused) == {"600100200"}
    assert spikon_sandbox.sent_sms == ()


async def test_who_speaks_is_not_free(
    daktela_client: DaktelaClient, daktela_sandbox: DaktelaSandbox
) -> None:
    for login in ("novak", "svoboda"):
        daktela_sandbox.agents[login].log_in("2000")
    daktela_sandbox.agents["novak"].ring("602123456")
    daktela_sandbox.agents["novak"].answer()
    assert await free_agents(daktela_client, ["novak", "svoboda"]) == ["svoboda"]
