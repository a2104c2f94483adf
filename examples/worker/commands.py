"""What a human does beside the workers: look, settle, try again."""

from __future__ import annotations

from collections import Counter

from .journal import Job, JobState, Journal, StepState


def show_status(journal: Journal, job_id: str | None = None) -> list[str]:
    """Return lines that tell how far all jobs are, or one job with its steps."""
    if job_id is None:
        return [_line(journal, job) for job in journal.jobs()] or ["There are no jobs."]
    job = find(journal, job_id)
    lines = [_line(journal, job)]
    for step in journal.steps(job=job.id):
        ids = f" (id {', '.join(step.ids)})" if step.ids else ""
        lines.append(f"  {step.kind} {step.number}: {step.state}{ids}  {step.note}".rstrip())
    return lines


def show_outcomes(journal: Journal) -> list[str]:
    """Return lines that tell of the calls of which nobody knows whether they acted."""
    unknown = journal.steps(StepState.UNKNOWN)
    if not unknown:
        return ["There are no unknown outcomes."]
    lines = ["Nobody knows whether these went out. Look into the panel, then settle each:"]
    for step in unknown:
        what = f"{step.kind} to {step.detail['number']}"
        lines.append(f"  settle {step.job} {step.number} sent|not-sent   {what}: {step.note}")
    return lines


def settle(journal: Journal, job_id: str, number: int, *, sent: bool, sms_id: str | None) -> str:
    """Write down what a human found out, and let the job go on; return what happens next."""
    job = find(journal, job_id)
    try:
        step = journal.step(job.id, number)
    except KeyError as error:
        raise ValueError(str(error.args[0])) from None
    if step.state is not StepState.UNKNOWN:
        raise ValueError(f"step {number} of {job.id} is {step.state}; there is nothing to settle")
    if not sent:
        journal.move(step, StepState.PLANNED)
        what = "it will be sent"
    elif sms_id:
        journal.move(step, StepState.STARTED, ids=(sms_id,))
        what = "its delivery will be followed"
    else:
        journal.move(step, StepState.DONE, note="sent, as settled by hand")
        what = "it will not be sent again"
    if job.state is not JobState.OPEN:
        journal.reopen(job.id)
    return what


def retry(journal: Journal, job_id: str) -> None:
    """Let a failed job go on where it was; what it started is not started again."""
    job = find(journal, job_id)
    if job.state is not JobState.FAILED:
        raise ValueError(f"{job.id} is {job.state}; only what failed can be tried again")
    journal.reopen(job.id)


def find(journal: Journal, job_id: str) -> Job:
    """Return a job; `ValueError` if there is none."""
    job = journal.job(job_id)
    if job is None:
        raise ValueError(f"there is no job {job_id}")
    return job


def _line(journal: Journal, job: Job) -> str:
    counts = Counter(str(step.state) for step in journal.steps(job=job.id))
    steps = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    where = f"{job.state} at {job.task}" if job.state is JobState.OPEN else str(job.state)
    return f"{job.id}  {where}  [{steps}]  {job.note}".rstrip()
