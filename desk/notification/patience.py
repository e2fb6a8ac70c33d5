"""When a message is tried again, and when a channel that fails is left alone for a while. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=10)
SPREAD = 0.25
GIVEN_UP_AFTER = timedelta(hours=24)
FAILURES_IN_A_ROW = 3


def next_try(attempts: int, now: datetime, fraction: float, *, asked: float | None = None) -> datetime:
    """When to try again after so many tries: 10 s doubled each time, at most 10 min, less some chance; or later, as asked."""
    pause = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE) * (1 - SPREAD * fraction)
    return now + max(pause, timedelta(seconds=asked or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """A channel's recent luck. After some failures in a row nothing is sent until `rests_until`; then one message tries it."""

    failures: int = 0
    rests_until: datetime | None = None

    @property
    def tripped(self) -> bool:
        return self.failures >= FAILURES_IN_A_ROW

    def rests(self, now: datetime) -> bool:
        """Whether the channel is to be left alone."""
        return self.rests_until is not None and now < self.rests_until

    def failed(self, now: datetime) -> Breaker:
        """After one more failure."""
        failures = self.failures + 1
        over = failures - FAILURES_IN_A_ROW
        pause = min(FIRST_PAUSE * 2 ** min(over, 10), LONGEST_PAUSE) if over >= 0 else None
        return Breaker(failures=failures, rests_until=now + pause if pause else None)
