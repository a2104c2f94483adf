"""A short soak: nothing is left, and no more memory is used the longer it goes on."""

from __future__ import annotations

import pytest

from tests.faults.soak import soak, summary

pytestmark = [pytest.mark.asyncio, pytest.mark.repetitive]


async def test_nothing_is_left_after_a_soak(pytestconfig: pytest.Config) -> None:
    seconds = pytestconfig.getoption("--soak")
    assert isinstance(seconds, float)
    result = await soak(seconds)
    # It shows with -s, and in a failure.
    print(summary(result))
    assert result.broken() == []
