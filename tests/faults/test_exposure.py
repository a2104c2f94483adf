"""What crash reporters send along with an error shows no secret either, on asyncio and on trio."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.actions import Action, Kind
from tests.faults.apis import DAKTELA, SPIKON, Api, ClientT, SandboxT
from tests.faults.exposure import told, told_with_locals
from tests.faults.faults import FAULTS
from tests.faults.matrix import Matrix, Setting

pytestmark = [pytest.mark.anyio, pytest.mark.repetitive]

each_fault = pytest.mark.parametrize(
    "setting",
    [Setting(fault) for fault in FAULTS],
    ids=lambda setting: setting.name,
)


def _all_of(error: BaseException) -> Iterator[str]:
    yield from told(error)
    yield from told_with_locals(error)


def _some(api: Api[ClientT, SandboxT]) -> list[Action[ClientT, SandboxT]]:
    """Return one action of each kind, and those that have secrets of their own."""
    first = {action.kind: action for action in reversed(api.actions)}
    assert len(first) == len(Kind)
    secret = [action for action in api.actions if action.secrets]
    return list(dict.fromkeys([*first.values(), *secret]))


@each_fault
async def test_spikon(setting: Setting, tmp_path: Path) -> None:
    matrix = Matrix(SPIKON, setting, tmp_path, _all_of, measuring=False)
    await matrix.play(_some(SPIKON))
    assert matrix.broken == []


@each_fault
async def test_daktela(setting: Setting, tmp_path: Path) -> None:
    matrix = Matrix(DAKTELA, setting, tmp_path, _all_of, measuring=False)
    await matrix.play(_some(DAKTELA))
    assert matrix.broken == []
