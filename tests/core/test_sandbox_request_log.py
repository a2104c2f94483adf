"""The fake server's request log."""

from __future__ import annotations

import attrs
import pytest

from _telephony_core.sandbox.request_log import RequestLog, RequestRecord, visible_headers


def arrive(log: RequestLog, path: str) -> int:
    return log.add(
        at=1.5,
        method="POST",
        path=path,
        url=f"http://127.0.0.1/{path}",
        params={"a": "1"},
        api_key_in="form",
        headers={"host": "127.0.0.1"},
    )


def test_it_keeps_requests_in_order_and_what_became_of_them() -> None:
    log = RequestLog()
    first = arrive(log, "sms/send")
    second = arrive(log, "sms/state")
    assert (first, second) == (1, 2)
    assert log[0] == RequestRecord(
        number=1,
        at=1.5,
        method="POST",
        path="sms/send",
        url="http://127.0.0.1/sms/send",
        params={"a": "1"},
        api_key_in="form",
        headers={"host": "127.0.0.1"},
    )
    assert log[0].token_in == log[0].api_key_in
    log.note_acted(first)
    log.note_fault(first, "Late")
    log.note_status(first, 200)
    assert (log[0].acted, log[0].fault, log[0].status) == (True, "Late", 200)
    assert (log[1].acted, log[1].fault, log[1].status) == (False, None, None)


def test_it_can_be_read_as_a_sequence() -> None:
    log = RequestLog()
    for path in ("a", "b", "c"):
        arrive(log, path)
    assert len(log) == 3
    assert [record.path for record in log] == ["a", "b", "c"]
    assert log[-1].path == "c"
    assert [record.path for record in log[1:]] == ["b", "c"]
    assert repr(log) == "<RequestLog of 3 requests>"
    with pytest.raises(IndexError):
        log[3]


def test_it_counts_by_method_under_any_name_of_it() -> None:
    log = RequestLog(lambda path: path.removeprefix("/api/"))
    for path in ("sms/send", "sms/send", "tts/list"):
        arrive(log, path)
    log.note_acted(2)
    assert (log.count("sms/send"), log.count("/api/sms/send"), log.count()) == (2, 2, 3)
    assert (log.acted("sms/send"), log.acted("tts/list"), log.acted("*")) == (1, 0, 1)
    assert [record.number for record in log.of("sms/send")] == [1, 2]


def test_without_a_rule_a_name_is_taken_as_it_is() -> None:
    log = RequestLog()
    arrive(log, "sms/send")
    assert (log.count("sms/send"), log.count("/api/sms/send")) == (1, 0)


def test_cleared_it_goes_on_counting_and_ignores_what_comes_late() -> None:
    log = RequestLog()
    old = arrive(log, "a")
    log.clear()
    log.note_status(old, 200)
    assert len(log) == 0
    assert arrive(log, "b") == 2


def test_a_record_cannot_be_changed() -> None:
    log = RequestLog()
    arrive(log, "a")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        log[0].status = 200  # type: ignore[misc]  # that it is refused is what is tested


def test_secret_headers_are_hidden_whatever_their_case() -> None:
    headers = [("Host", "a"), ("X-Key", "secret")]
    assert visible_headers(headers, ["x-kEY"]) == {"host": "a", "x-key": "***"}
