"""Messages split into groups."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from daktela_async.errors import InvalidRequest
from daktela_async.group_sms import Batch, group_params, split
from daktela_async.models.sms import SmsText
from daktela_async.wire import encode_query, php_params

some_texts = st.lists(
    st.builds(SmsText, st.text("0123456789+", min_size=1), st.text(max_size=40)), max_size=60
)


def length(messages: tuple[SmsText, ...], fixed: int) -> int:
    return fixed + 1 + len(encode_query(php_params(group_params(messages))))


def starts(batches: list[Batch]) -> Iterator[int]:
    start = 0
    for batch in batches:
        yield start
        start += len(batch.messages)


@settings(max_examples=300)
@given(
    messages=some_texts,
    fixed=st.integers(0, 200),
    limit=st.integers(800, 3000),
    most=st.integers(1, 40),
)
def test_every_message_once_in_order_under_the_limit(
    messages: list[SmsText], fixed: int, limit: int, most: int
) -> None:
    batches = split(messages, fixed=fixed, limit=limit, most=most)
    assert [message for batch in batches for message in batch.messages] == messages
    assert [batch.start for batch in batches] == list(starts(batches))
    for batch in batches:
        assert 1 <= len(batch.messages) <= most
        assert length(batch.messages, fixed) <= limit
    for batch, following in pairwise(batches):
        # It is as full as can be.
        one_more = (*batch.messages, following.messages[0])
        assert len(one_more) > most or length(one_more, fixed) > limit


def test_what_fits_no_address_is_refused() -> None:
    with pytest.raises(InvalidRequest, match=r"messages\[1\] needs an address of"):
        split([SmsText("1", "a"), SmsText("1", "a" * 90)], fixed=20, limit=100)
