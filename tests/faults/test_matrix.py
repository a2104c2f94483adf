"""Every documented action meets every fault, over real sockets, plain and behind TLS.

A test is one fault; what does not hold is listed by the action that it does not hold for.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.actions import Kind
from tests.faults.apis import DAKTELA, SPIKON
from tests.faults.faults import FAULTS
from tests.faults.matrix import Matrix, Setting

pytestmark = [pytest.mark.asyncio, pytest.mark.repetitive]

SETTINGS = [
    Setting(fault, tls, wire_format)
    for fault in FAULTS
    for wire_format, tls in (("json", False), ("json", True), ("xml", False))
    # What comes as XML is the same behind TLS; what comes only as XML is played there as well.
    if (fault.xml if wire_format == "xml" else fault.json)
] + [Setting(fault, tls=True, wire_format="xml") for fault in FAULTS if not fault.json]

each_setting = pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)


async def test_there_is_an_action_for_everything_documented() -> None:
    assert len({action.name for action in SPIKON.actions}) == len(SPIKON.actions) == 30
    assert len({action.route for action in DAKTELA.actions}) == 81


@each_setting
async def test_spikon(setting: Setting, tmp_path: Path) -> None:
    matrix = Matrix(SPIKON, setting, tmp_path)
    await matrix.play(SPIKON.actions)
    assert matrix.broken == []


@each_setting
async def test_daktela(setting: Setting, tmp_path: Path) -> None:
    matrix = Matrix(DAKTELA, setting, tmp_path)
    await matrix.play(DAKTELA.actions)
    assert matrix.broken == []


# One fault of each effect that is met with a second attempt, which is answered well.

PASSING = [
    Setting(fault, tls, passes=True)
    for fault in FAULTS
    for tls in (False, True)
    if (fault.name, tls)
    in {
        ("reset before sending", True),
        ("reset after the action", True),
        ("cut body", False),
        ("429, again by a date", False),
        ("503", False),
    }
]

each_passing = pytest.mark.parametrize("setting", PASSING, ids=lambda setting: setting.name)


@each_passing
async def test_spikon_outlives_a_fault(setting: Setting, tmp_path: Path) -> None:
    matrix = Matrix(SPIKON, setting, tmp_path)
    never_sent = bool(setting.fault.effects_with_tls)
    await matrix.play([one for one in SPIKON.actions if never_sent or one.kind is not Kind.ACTS])
    assert matrix.broken == []


@each_passing
async def test_daktela_outlives_a_fault(setting: Setting, tmp_path: Path) -> None:
    matrix = Matrix(DAKTELA, setting, tmp_path)
    never_sent = bool(setting.fault.effects_with_tls)
    await matrix.play([one for one in DAKTELA.actions if never_sent or one.kind is not Kind.ACTS])
    assert matrix.broken == []
