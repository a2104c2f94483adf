"""A call is a value."""

from __future__ import annotations

import attrs
import pytest

from _telephony_core.calls import Call, Semantics


def test_only_acting_anew_is_not_repeatable() -> None:
    assert {semantics for semantics in Semantics if semantics.repeatable} == {
        Semantics.SAFE,
        Semantics.IDEMPOTENT,
    }


def test_a_call_reads_and_has_no_parameters_unless_told_otherwise() -> None:
    call = Call("/x", str)
    assert (call.params, call.semantics, call.check, call.secrets, call.held) == (
        {},
        Semantics.SAFE,
        "",
        {},
        False,
    )
    assert call == Call("/x", str)
    assert call != Call("/y", str)


def test_calls_share_no_parameters() -> None:
    assert Call("/x", str).params is not Call("/x", str).params
    assert Call("/x", str).secrets is not Call("/x", str).secrets


def test_a_call_is_frozen_and_hides_its_secrets() -> None:
    call = Call("/x", str, params={"to": ["1", "2"]}, secrets={"password": "hunter2"})
    assert "hunter2" not in repr(call)
    assert "['1', '2']" in repr(call)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        call.path = "/y"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
