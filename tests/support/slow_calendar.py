"""An independent calendar for tests: it walks minute by minute and asks the wall clock each time whether that minute is open.

It shares no code with desk.calendars. Which days are worked in China it takes from PyPI's `chinesecalendar`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import chinese_calendar

MINUTE = timedelta(minutes=1)
Hours = tuple[tuple[str, str], ...]
OFFICE: Hours = (("09:00", "12:00"), ("13:30", "18:00"))
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


class SlowCalendar:
    """`hours_on` says the hours of a local date, as pairs of `HH:MM`."""

    def __init__(self, zone: ZoneInfo, hours_on: Callable[[date], Hours]) -> None:
        self.zone = zone
        self.hours_on = hours_on

    def is_open(self, at: datetime) -> bool:
        wall = at.astimezone(self.zone)
        minute = f"{wall:%H:%M}"
        return any(opens <= minute < closes for opens, closes in self.hours_on(wall.date()))

    def add(self, start: datetime, minutes: int) -> datetime:
        """The end of the last of so many open minutes; `start` is a whole minute, `minutes` more than zero."""
        at, left = start.astimezone(UTC), minutes
        while left:
            left -= self.is_open(at)
            at += MINUTE
        return at

    def elapsed(self, start: datetime, end: datetime) -> int:
        at, counted = start.astimezone(UTC), 0
        while at < end:
            counted += self.is_open(at)
            at += MINUTE
        return counted

    def end_of_working_day(self, start: datetime, days: int) -> datetime:
        day = start.astimezone(self.zone).date()
        while days:
            day += timedelta(days=1)
            days -= bool(self.hours_on(day))
        closes = self.hours_on(day)[-1][1]
        return datetime.fromisoformat(f"{day}T{closes}").replace(tzinfo=self.zone)

    def due_after_pauses(self, start: datetime, minutes: int, pauses: list[tuple[datetime, datetime]]) -> datetime:
        """As `add`, with no minute counted that lies in a pause."""
        at, left = start.astimezone(UTC), minutes
        while left:
            left -= self.is_open(at) and not any(begin <= at < end for begin, end in pauses)
            at += MINUTE
        return at


@cache
def _china_hours(day: date) -> Hours:
    return OFFICE if chinese_calendar.is_workday(day) else ()


SLOW_CN_OFFICE = SlowCalendar(SHANGHAI, _china_hours)


def slow_week(zone: ZoneInfo, hours: Mapping[int, Hours]) -> SlowCalendar:
    """A calendar that has the same hours each week, by weekday (0 is Monday)."""
    return SlowCalendar(zone, lambda day: hours.get(day.weekday(), ()))
