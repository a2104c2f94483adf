"""What can be set."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen


@frozen(kw_only=True)
class Settings:
    """Say where a worker keeps its things, and how fast it goes.

    Attributes:
        folder: holds the journal, the locks and the results; on a local disk, for all processes.
        broker: the address of Redis; "" passes messages within this process.
        calls_per_second: the most calls of campaigns that this process makes in a second.
        calls_at_once: calls of one campaign under way at once.
        jobs_at_once: jobs of this process under way at once.
        follow: seconds for which the delivery of an SMS is followed.
        settle: seconds after which a request of a dead worker has arrived, or never will.
        shared_account: whether others order reports on the account too; see `history.py`.
        sweep: seconds between two looks for jobs that nobody is at.
        patience: seconds that a message may take before its job is taken up without it.
        retry: seconds until a job that failed is tried again; it doubles each time.
    """

    folder: Path
    broker: str = field(default="", repr=False)  # it may hold a password
    calls_per_second: float = 5.0
    calls_at_once: int = 4
    jobs_at_once: int = 10
    follow: float = 900.0
    settle: float = 60.0
    shared_account: bool = False
    sweep: float = 1.0
    patience: float = 30.0
    retry: float = 5.0
