"""When a failed attempt is made again, and after how long: pure decisions, no waiting."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from attrs import field, frozen, validators

from .calls import Semantics

#: The statuses after which a call that may be repeated is repeated.
RETRIED_STATUSES = frozenset({429, 502, 503, 504})


@frozen(kw_only=True)
class RetryPolicy:
    """Say how often and how patiently a call is repeated.

    A call that may be repeated (see `Semantics`) is repeated after a lost answer and after HTTP
    429, 502, 503 and 504; one that acts anew each time only when it surely never reached the
    server. The waits are drawn evenly from 0 to a bound that doubles ("full jitter"), so that many
    clients do not come back at once. All repetitions share the one deadline of the call.

    Attributes:
        attempts: attempts in all, the first included; 1 switches repeating off.
        first_delay: bound of the first wait, in seconds.
        longest_delay: bound of every wait, in seconds.
        longest_retry_after: how long a server's Retry-After is waited for, in seconds. A server
            that asks for more is not asked again: the error carries `retry_after`.
    """

    attempts: int = field(default=4, validator=validators.ge(1))
    first_delay: float = field(default=0.5, validator=validators.ge(0))
    longest_delay: float = field(default=10.0, validator=validators.ge(0))
    longest_retry_after: float = field(default=60.0, validator=validators.ge(0))

    def delay(
        self,
        attempt: int,
        semantics: Semantics,
        *,
        reached: bool,
        retry_after: float | None = None,
        uniform: Callable[[float, float], float] = random.uniform,
    ) -> float | None:
        """Return the seconds to wait before the next attempt, or None when there is to be none.

        `attempt` counts from 1; `reached` says whether the failed one may have reached the server.
        """
        if attempt >= self.attempts or (reached and not semantics.repeatable):
            return None
        bound = min(self.longest_delay, self.first_delay * 2.0 ** min(attempt - 1, 64))
        delay = uniform(0, bound)
        if retry_after is None:
            return delay
        if retry_after > self.longest_retry_after:
            return None
        # Never earlier than asked, and not all clients at the same moment.
        return retry_after + delay


def retry_after_seconds(
    headers: Mapping[str, str], *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> float | None:
    """Return the seconds that a Retry-After header asks for, or None (RFC 9110, 10.2.3).

    It holds either seconds or a date; a date is measured against the server's own Date header
    where there is one, so that a wrong clock here does no harm.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:9])
    at = _http_date(value)
    if at is None:
        return None
    since = _http_date(headers.get("date", "")) or now()
    return max(0.0, (at - since).total_seconds())


def _http_date(value: str) -> datetime | None:
    # It is rarely needed, and would be a tenth of what importing a client takes.
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
