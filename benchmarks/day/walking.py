"""Working time found by walking from minute to minute and, in the last one, from second to second. Slow, and hard to get wrong.

Holidays and make-up days of autumn 2023 stand here by hand, as the State Council announced them (国办发明电〔2022〕16号).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Shanghai")
CLOSED = frozenset(date(2023, 9, 29) + timedelta(days=day) for day in range(8))
MADE_UP = frozenset({date(2023, 10, 7), date(2023, 10, 8)})
KNOWN = (date(2023, 9, 1), date(2023, 12, 31))
MORNING, AFTERNOON = range(9 * 60, 12 * 60), range(13 * 60 + 30, 18 * 60)
CLOSING = 18
SATURDAY = 5
MINUTE, DAY_MINUTES = 60, 24 * 60
LONGEST_WALK = 400 * DAY_MINUTES

Open = Callable[[int], bool]
"""Whether a minute counts; minutes since 1970 in UTC."""
Pauses = Sequence[tuple[int, int]]
"""From and until, in seconds since 1970; as a tuple."""


def around_the_clock(_minute: int) -> bool:
    return True


class OfficeDays:
    """The days on which the office works: as announced, but for those that somebody `opened` or `closed`."""

    def __init__(self, *, opened: Collection[date] = (), closed: Collection[date] = ()) -> None:
        self._opened, self._closed = frozenset(opened), frozenset(closed)
        self._known: dict[int, bool] = {}

    def works(self, day: date) -> bool:
        """Raises ValueError for a day of which nobody wrote down here whether it is a working day."""
        if not KNOWN[0] <= day <= KNOWN[1]:
            raise ValueError(f"{day} is outside of {KNOWN[0]} to {KNOWN[1]}")
        if day in self._opened or day in self._closed:
            return day in self._opened
        return day in MADE_UP or (day.weekday() < SATURDAY and day not in CLOSED)

    def open(self, minute: int) -> bool:
        """Whether the office is open."""
        if minute not in self._known:
            at = datetime.fromtimestamp(minute * MINUTE, ZONE)
            of_day = at.hour * 60 + at.minute
            self._known[minute] = self.works(at.date()) and (of_day in MORNING or of_day in AFTERNOON)
        return self._known[minute]

    def end_of(self, start: datetime, days: int) -> datetime:
        """When the `days`-th working day after that of `start` ends."""
        day = start.astimezone(ZONE).date()
        while days:
            day += timedelta(days=1)
            days -= self.works(day)
        return datetime(day.year, day.month, day.day, CLOSING, tzinfo=ZONE)


class AllDays(OfficeDays):
    """The days of who never closes; each ends at midnight."""

    def works(self, day: date) -> bool:
        return True

    def open(self, minute: int) -> bool:
        return True

    def end_of(self, start: datetime, days: int) -> datetime:
        day = start.astimezone(ZONE).date() + timedelta(days=days + 1)
        return datetime(day.year, day.month, day.day, tzinfo=ZONE)


AS_ANNOUNCED, NEVER_CLOSED = OfficeDays(), AllDays()


@lru_cache(maxsize=100_000)
def reached(start: int, amount: int, open: Open, pauses: Pauses) -> int:
    """The first second at which `amount` seconds counted since `start`."""
    at, left = start, amount
    for minute in range(start // MINUTE, start // MINUTE + LONGEST_WALK):
        end = (minute + 1) * MINUTE
        if open(minute):
            counts = end - at
            if pauses:
                counts -= sum(max(0, min(end, until) - max(at, begin)) for begin, until in pauses)
            if counts >= left:
                return _second(at, left, pauses)
            left -= counts
        at = end
    raise ValueError(f"{amount} s don't count within {LONGEST_WALK} minutes")


@lru_cache(maxsize=100_000)
def counted(start: int, end: int, open: Open, pauses: Pauses = ()) -> int:
    """How many seconds count between two."""
    total, at = 0, start
    while at < end:
        step = min((at // MINUTE + 1) * MINUTE, end)
        if open(at // MINUTE):
            total += step - at - sum(max(0, min(step, until) - max(at, begin)) for begin, until in pauses)
        at = step
    return total


def _second(at: int, left: int, pauses: Pauses) -> int:
    while left:
        if not any(begin <= at < until for begin, until in pauses):
            left -= 1
        at += 1
    return at
