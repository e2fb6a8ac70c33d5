"""Dates, times and durations with the standard's range: years of nine digits, nanoseconds, named zones.

Python's own types stop at year 9999 and at microseconds; `to_python` converts whatever they can hold.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

NANOS = 1_000_000_000
DAY_NANOS = 86_400 * NANOS
MAX_YEAR = 999_999_999

Zone = None | int | str
"""No zone, seconds east of Greenwich, or an IANA name."""


class OutOfRange(ValueError):
    """A date, time or zone that doesn't exist. Expressions see null."""


@dataclass(frozen=True, slots=True, order=True)
class FeelDate:
    year: int
    month: int
    day: int

    def __post_init__(self):
        if not (abs(self.year) <= MAX_YEAR and 1 <= self.month <= 12):
            raise OutOfRange(f"no such month: {self.year}-{self.month}")
        if not 1 <= self.day <= days_in_month(self.year, self.month):
            raise OutOfRange(f"no such day: {self.year}-{self.month}-{self.day}")

    @property
    def ordinal(self) -> int:
        """Days since 0001-01-01, which is day 1, in the Gregorian calendar extended both ways."""
        before = self.year - 1
        leaps = before // 4 - before // 100 + before // 400
        return before * 365 + leaps + _days_before(self.year, self.month) + self.day

    @property
    def weekday(self) -> int:
        """1 is Monday, 7 is Sunday."""
        return (self.ordinal - 1) % 7 + 1

    def plus_months(self, months: int) -> FeelDate:
        """The same day that many months on, or the month's last day if it is shorter."""
        year, month = divmod(self.year * 12 + self.month - 1 + months, 12)
        return FeelDate(year, month + 1, min(self.day, days_in_month(year, month + 1)))


@dataclass(frozen=True, slots=True)
class FeelTime:
    """A time of day: nanoseconds since midnight, and its zone."""

    nanos: int
    zone: Zone = None

    @property
    def hour(self) -> int:
        return self.nanos // (3600 * NANOS)

    @property
    def minute(self) -> int:
        return self.nanos // (60 * NANOS) % 60

    @property
    def second(self) -> int:
        return self.nanos // NANOS % 60

    @property
    def offset(self) -> int | None:
        """Seconds east of Greenwich; a named zone counts with its winter time."""
        return zone_offset(self.zone, FeelDate(2000, 1, 1), self.nanos)

    @property
    def instant(self) -> int:
        return self.nanos - (self.offset or 0) * NANOS

    def plus(self, nanos: int) -> FeelTime:
        return FeelTime((self.nanos + nanos) % DAY_NANOS, self.zone)


@dataclass(frozen=True, slots=True)
class FeelDateTime:
    """A date and a time of day; the zone is the time's."""

    date: FeelDate
    time: FeelTime

    @property
    def zone(self) -> Zone:
        return self.time.zone

    @property
    def offset(self) -> int | None:
        return zone_offset(self.time.zone, self.date, self.time.nanos)

    @property
    def instant(self) -> int:
        """Nanoseconds since day 0; in UTC when there is a zone."""
        return self.date.ordinal * DAY_NANOS + self.time.nanos - (self.offset or 0) * NANOS

    def plus(self, nanos: int) -> FeelDateTime:
        """So much later on the local clock."""
        days, rest = divmod(self.time.nanos + nanos, DAY_NANOS)
        return FeelDateTime(date_from_ordinal(self.date.ordinal + days), FeelTime(rest, self.time.zone))

    def plus_months(self, months: int) -> FeelDateTime:
        return FeelDateTime(self.date.plus_months(months), self.time)

    def in_zone(self, zone: str) -> FeelDateTime:
        """The same instant on the clock of another zone; a local time is taken as UTC."""
        utc = FeelDateTime(FeelDate(1, 1, 1), FeelTime(0, 0)).plus(self.instant - DAY_NANOS)
        shift = utc_to_local_offset(zone, utc)
        local = utc.plus(shift * NANOS)
        return FeelDateTime(local.date, FeelTime(local.time.nanos, zone))


@dataclass(frozen=True, slots=True, order=True)
class DaysTime:
    """A days and time duration, in nanoseconds."""

    nanos: int


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, in months."""

    months: int


def days_in_month(year: int, month: int) -> int:
    if month == 2:
        return 29 if calendar.isleap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def date_from_ordinal(ordinal: int) -> FeelDate:
    """The date of a day number; see `FeelDate.ordinal`."""
    cycles, day = divmod(ordinal - 1, 146_097)
    centuries = min(day // 36_524, 3)
    day -= centuries * 36_524
    fours, day = divmod(day, 1_461)
    years = min(day // 365, 3)
    day -= years * 365
    year = cycles * 400 + centuries * 100 + fours * 4 + years + 1
    month = 12
    while _days_before(year, month) > day:
        month -= 1
    return FeelDate(year, month, day - _days_before(year, month) + 1)


def zone_offset(zone: Zone, date: FeelDate, nanos: int) -> int | None:
    """Seconds east of Greenwich at that local time; years that Python doesn't know count as their nearest one."""
    if not isinstance(zone, str):
        return zone
    local = _python_local(date, nanos).replace(tzinfo=zone_info(zone))
    return int(local.utcoffset().total_seconds())


def utc_to_local_offset(zone: str, utc: FeelDateTime) -> int:
    at = _python_local(utc.date, utc.time.nanos).replace(tzinfo=UTC)
    return int(at.astimezone(zone_info(zone)).utcoffset().total_seconds())


@lru_cache(maxsize=256)
def zone_info(name: str) -> ZoneInfo:
    """The named zone. Raises OutOfRange when there is none of that name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as problem:
        raise OutOfRange(f"no such zone: {name}") from problem


def _days_before(year: int, month: int) -> int:
    days = (0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334)[month - 1]
    return days + (month > 2 and calendar.isleap(year))


def _python_local(date: FeelDate, nanos: int) -> datetime:
    year = min(max(date.year, 2), 9998)
    day = min(date.day, days_in_month(year, date.month))
    return datetime(year, date.month, day) + timedelta(microseconds=nanos // 1000)  # noqa: DTZ001 - the caller sets it
