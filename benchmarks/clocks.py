"""`python -m benchmarks.clocks`: evaluations per second of a clock with 20 pauses over 30 days, on one core.

The peer is a naive evaluation that walks the calendar's open spans day by day and cuts each pause out of each, as a desk
without sums would. Both answer alike, which is checked first.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from statistics import median
from zoneinfo import ZoneInfo

from desk.calendars import AroundTheClock, Limit, weekly_hours
from desk.clocks import Calendars, ClockEvent, ClockPaused, ClockResumed, ClockStarted, ServiceTarget, evaluate

ZONE = ZoneInfo("Asia/Shanghai")
OPEN = ((540, 720), (810, 1080))
START = datetime(2024, 3, 5, 1, tzinfo=UTC)
NOW = START + timedelta(days=30)
PAUSES = 20
LIMIT = timedelta(hours=300)
ROUNDS, EVALUATIONS = 7, 2000


def events() -> list[ClockEvent]:
    """A clock that was paused 20 times in 30 days, each time for a day and a bit."""
    target = ServiceTarget(limit=Limit(amount=Fraction(300), unit="h"), calendar="business", source="benchmark")
    happened: list[ClockEvent] = [ClockStarted(at=START, by="desk", anchor="received", anchored_at=START, target=target)]
    for index in range(PAUSES):
        since = START + timedelta(hours=36 * index + 2)
        happened.append(ClockPaused(at=since, by="li", reason="customer"))
        happened.append(ClockResumed(at=since + timedelta(hours=27), by="li", reason="customer", because="customer_message"))
    return happened


def naive_due(happened: Sequence[ClockEvent]) -> datetime:
    """When the limit is used up, by walking what is open and cutting the pauses out."""
    begins = [event.at for event in happened if isinstance(event, ClockPaused)]
    ends = [event.at for event in happened if isinstance(event, ClockResumed)]
    left = LIMIT
    for opening, closing in _open_outside(list(zip(begins, ends, strict=True))):
        if left <= closing - opening:
            return opening + left
        left -= closing - opening
    raise AssertionError("the calendar never ends")


def _open_outside(pauses: Sequence[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    day = START.astimezone(ZONE).replace(hour=0, minute=0)
    while True:
        if day.weekday() < 5:
            for opens, closes in OPEN:
                opening, closing = day + timedelta(minutes=opens), day + timedelta(minutes=closes)
                opening = max(opening, START)
                for begin, end in pauses:
                    if begin < closing and end > opening:
                        if begin > opening:
                            yield opening, begin
                        opening = end
                if opening < closing:
                    yield opening, closing
        day += timedelta(days=1)


def per_second(work: Callable[[], object], times: int) -> float:
    begun = time.process_time()
    for _ in range(times):
        work()
    return times / (time.process_time() - begun)


def main() -> None:
    calendars = Calendars(
        around_the_clock=AroundTheClock(zone=ZONE), business=weekly_hours("Mon–Fri 09:00–12:00, 13:30–18:00", "Asia/Shanghai")
    )
    happened = events()
    due_at = evaluate(happened, calendars, NOW).due_at
    if due_at != naive_due(happened):
        raise SystemExit(f"evaluate says {due_at}, the naive walk {naive_due(happened)}")
    ours, naive = [], []
    for _ in range(ROUNDS):
        ours.append(per_second(lambda: evaluate(happened, calendars, NOW), EVALUATIONS))
        naive.append(per_second(lambda: naive_due(happened), EVALUATIONS // 100))
    print(f"clock_evaluations_per_second: {median(ours):.0f}")
    print(f"clock_evaluations_over_naive: {median(ours) / median(naive):.1f}")


if __name__ == "__main__":
    main()
