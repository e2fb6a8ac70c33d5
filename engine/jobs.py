"""What becomes of a job after its handler answered: one frozen value, decided without a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from engine.model import Job, JobState
from engine.ports import Done, Fail, JobOutcome, Snooze, Throw

FIRST_RETRY_SECONDS = 10.0
LONGEST_RETRY_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """The state to write. `retry_at` is set when it shall run again, `error` when it failed."""

    state: JobState
    retries: int
    retry_at: datetime | None = None
    error: str | None = None


def settle(job: Job, outcome: JobOutcome, now: datetime) -> Settlement:
    """Decide what follows from an outcome: done, later, again with doubled delay, or given up with an incident."""
    match outcome:
        case Done() | Throw():
            return Settlement(state=JobState.DONE, retries=job.retries)
        case Snooze(seconds=seconds):
            return Settlement(state=JobState.AVAILABLE, retries=job.retries, retry_at=now + timedelta(seconds=max(seconds, 0)))
        case Fail(reason=reason, permanent=permanent):
            left = 0 if permanent else max(job.retries - 1, 0)
            if left == 0:
                return Settlement(state=JobState.FAILED, retries=0, error=reason)
            delay = min(FIRST_RETRY_SECONDS * 2 ** (job.attempt - 1), LONGEST_RETRY_SECONDS)
            return Settlement(state=JobState.AVAILABLE, retries=left, retry_at=now + timedelta(seconds=delay), error=reason)
