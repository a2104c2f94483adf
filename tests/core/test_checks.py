"""Arguments are checked before anything is sent, and the message says what is allowed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from _telephony_core import checks
from _telephony_core.errors import InvalidRequest


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def test_a_text_passes_as_it_is() -> None:
    assert checks.text("name", " Bob ", "4.2") == " Bob "
    assert checks.text("name", "ż" * 5, "4.2", most=5) == "ż" * 5


@pytest.mark.parametrize("value", ["", " ", "\n\t", "\u00a0"])
def test_a_blank_text_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest, match=r"name is empty\. See 4\.2\."):
        checks.text("name", value, "4.2")


@pytest.mark.parametrize("value", [12, 600100200, None, b"x", ["1"]])
def test_what_is_no_text_is_refused(value: str) -> None:
    message = rf"name is of type {type(value).__name__}; it must be a text\. See 4\.2\."
    with pytest.raises(InvalidRequest, match=message):
        checks.text("name", value, "4.2")
    with pytest.raises(InvalidRequest, match=message):
        checks.digits("name", value, "4.2", count=9)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="name holds half a character") as caught:
        checks.text("name", "a\ud83d", "4.2")
    # What cannot be encoded cannot be logged or pickled either.
    str(caught.value).encode()


def test_a_long_text_is_refused_with_the_limit() -> None:
    with pytest.raises(InvalidRequest, match=r"name has 6 characters; at most 5 .* See 4\.2\."):
        checks.text("name", "123456", "4.2", most=5)


def test_digits_pass_as_they_are() -> None:
    assert checks.digits("number", "001", "4.2", count=3) == "001"


@pytest.mark.parametrize("value", ["", "12", "1234", "1 3", "1-3", "+12", "١٢٣", "¹²³", "12\n"])
def test_other_than_so_many_digits_is_refused(value: str) -> None:
    with pytest.raises(InvalidRequest, match=r"must be 3 digits and nothing else\. See 4\.2\."):
        checks.digits("number", value, "4.2", count=3)


def test_a_message_about_digits_stays_short() -> None:
    with pytest.raises(InvalidRequest) as caught:
        checks.digits("number", "x" * 10_000, "4.2", count=3)
    assert len(str(caught.value)) < 200


def test_one_of_a_vocabulary_becomes_plain_text() -> None:
    found = checks.one_of("colour", Colour.RED, Colour, "4.2")
    assert found == "red"
    assert type(found) is str
    assert checks.one_of("colour", "blue", Colour, "4.2") == "blue"
    assert checks.one_of("colour", "x", iter(["x"]), "4.2") == "x"


def test_what_is_in_no_vocabulary_is_refused_with_the_vocabulary() -> None:
    with pytest.raises(InvalidRequest, match=r"'RED'; it must be one of red, blue\. See 4\.2\."):
        checks.one_of("colour", "RED", Colour, "4.2")


def test_a_whole_number_has_a_least() -> None:
    assert checks.whole("count", 3, least=3) == 3
    with pytest.raises(InvalidRequest, match=r"count is 2; it must be at least 3\."):
        checks.whole("count", 2, least=3)


def test_a_day_has_no_time() -> None:
    found = checks.day(datetime(2024, 2, 29, 23, 59, tzinfo=UTC))
    assert found == date(2024, 2, 29)
    assert type(found) is date
    assert checks.day(date(2024, 1, 1)) == date(2024, 1, 1)


def test_both_ends_of_a_range_count() -> None:
    assert checks.days_in_order(date(2024, 2, 28), date(2024, 3, 1), "4.4") == 3
    assert checks.days_in_order(date(2024, 2, 28), date(2024, 2, 28), "4.4") == 1


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"ends \(2024-01-01\) before .* \(2024-01-02\)"):
        checks.days_in_order(date(2024, 1, 2), date(2024, 1, 1), "4.4")
