"""Real arrivals moved into simulated days: their times of day stay, their dates are folded onto the few days that are played."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

SPREAD_SECONDS = 900
"""A log with fewer cases than wanted is taken again, each case up to so much earlier or later."""


def folded(began: Sequence[datetime], *, cases: int, first_day: date, days: int, zone: ZoneInfo, seed: int) -> list[datetime]:
    """So many arrivals, in order, on `days` days from `first_day` on, in whole seconds.

    Each keeps the wall time of the log; the n-th day on which anything came in the log becomes day n modulo `days`.
    """
    chance = random.Random(seed)
    known = sorted({at.date() for at in began})
    place = {day: index % days for index, day in enumerate(known)}
    chosen = chance.sample(list(began), cases) if cases <= len(began) else [began[index % len(began)] for index in range(cases)]
    moved = []
    for index, at in enumerate(chosen):
        day = first_day + timedelta(days=place[at.date()])
        moment = datetime.combine(day, at.time().replace(microsecond=0), zone)
        if index >= len(began):
            moment += timedelta(seconds=chance.randint(-SPREAD_SECONDS, SPREAD_SECONDS))
        moved.append(moment)
    return sorted(moved)


def drawn(*, cases: int, first_day: date, days: int, zone: ZoneInfo, seed: int) -> list[datetime]:
    """Arrivals without a log: most between nine and six, some in the evening, few at night."""
    chance = random.Random(seed)
    hours = [*range(24)]
    weights = [1] * 7 + [4, 10] + [30] * 9 + [8, 6, 5, 4, 2, 1]
    return sorted(
        datetime.combine(first_day, datetime.min.time(), zone)
        + timedelta(days=chance.randrange(days), hours=chance.choices(hours, weights)[0], seconds=chance.randrange(3600))
        for _ in range(cases)
    )
