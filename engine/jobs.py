"""What becomes of a job after its handler answered: one frozen value, decided without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.model import Job, JobState
from engine.ports import Cancel, Done, Fail, JobOutcome, Snooze, Throw

FIRST_RETRY_SECONDS = 10.0
LONGEST_RETRY_SECONDS = 3600.0
SPREAD = 0.25
"""The share of a delay that chance takes away, so that what failed together isn't tried again all at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The state to write. `retry_at` is set when it shall run again, `error` when it failed or was called off.

    `attempt` is one less after a snooze, which neither delays the try after the next failure nor wears a job out.
    """

    state: JobState
    retries: int
    attempt: int
    retry_at: datetime | None = None
    error: str | None = None


def settle(job: Job, outcome: JobOutcome, now: datetime, fraction: float = 0.0) -> Settlement:
    """Decide what follows from an outcome: done, later, again with doubled delay, called off, or given up with an incident.

    `fraction`, from 0 up to 1, is chance's part in the delay.
    """
    match outcome:
        case Done() | Throw():
            return Settlement(state=JobState.DONE, retries=job.retries, attempt=job.attempt)
        case Snooze(seconds=seconds):
            later = now + timedelta(seconds=max(seconds, 0))
            return Settlement(state=JobState.AVAILABLE, retries=job.retries, attempt=job.attempt - 1, retry_at=later)
        case Cancel(reason=reason):
            return Settlement(state=JobState.CANCELLED, retries=job.retries, attempt=job.attempt, error=reason)
        case Fail(reason=reason, permanent=permanent):
            left = 0 if permanent else max(job.retries - 1, 0)
            if left == 0:
                return Settlement(state=JobState.FAILED, retries=0, attempt=job.attempt, error=reason)
            retry_at = now + retry_delay(job.attempt, fraction)
            return Settlement(state=JobState.AVAILABLE, retries=left, attempt=job.attempt, retry_at=retry_at, error=reason)


def retry_delay(attempt: int, fraction: float) -> timedelta:
    """How long to wait after the attempt of that number failed: 10 s doubled each time, at most an hour, less some chance."""
    longest_power = 20
    delay = min(FIRST_RETRY_SECONDS * 2 ** min(attempt - 1, longest_power), LONGEST_RETRY_SECONDS)
    return timedelta(seconds=delay * (1 - SPREAD * fraction))
