"""Functions that make dates, times and durations, or take them apart."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from bpmn.feel.builtins.registry import builtin
from bpmn.feel.runtime import Run
from bpmn.feel.temporal import (
    NANOS,
    DaysTime,
    FeelDate,
    FeelDateTime,
    FeelTime,
    OutOfRange,
    YearsMonths,
    date_from_ordinal,
)
from bpmn.feel.temporal_text import date_from_text, date_time_from_text, duration_from_text, time_from_text
from bpmn.feel.values import to_feel

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@builtin("date(from: string)")
def date_from(text: str) -> FeelDate | None:
    return date_from_text(text)


@builtin("date(from: date|date and time)")
def date_part(value: FeelDate | FeelDateTime) -> FeelDate:
    return value.date if isinstance(value, FeelDateTime) else value


@builtin("date(year: number, month: number, day: number)")
def date_of(year: Decimal, month: Decimal, day: Decimal) -> FeelDate:
    return FeelDate(int(year), int(month), int(day))


@builtin("date and time(from: string)")
def date_time_from(text: str) -> FeelDateTime | None:
    return date_time_from_text(text)


@builtin("date and time(from: date and time|date)")
def date_time_part(value: FeelDate | FeelDateTime) -> FeelDateTime:
    return value if isinstance(value, FeelDateTime) else FeelDateTime(value, FeelTime(0))


@builtin("date and time(date: date|date and time, time: time)")
def date_time_of(date: FeelDate | FeelDateTime, time: FeelTime) -> FeelDateTime:
    return FeelDateTime(date_part(date), time)


@builtin("date and time(date: date and time, timezone: string)")
def date_time_in_zone(value: FeelDateTime, timezone: str) -> FeelDateTime:
    return value.in_zone(timezone)


@builtin("time(from: string)")
def time_from(text: str) -> FeelTime | None:
    return time_from_text(text)


@builtin("time(from: time|date and time|date)")
def time_part(value: FeelTime | FeelDateTime | FeelDate) -> FeelTime:
    if isinstance(value, FeelDate):
        return FeelTime(0, 0)
    return value.time if isinstance(value, FeelDateTime) else value


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration|null)")
def time_of(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTime | None = None) -> FeelTime:
    if not (0 <= int(hour) < 24 and 0 <= int(minute) < 60 and 0 <= second < 60):
        raise OutOfRange("no such time")
    seconds = int(hour) * 3600 + int(minute) * 60
    zone = None if offset is None else offset.nanos // NANOS
    if zone is not None and abs(zone) > 14 * 3600:
        raise OutOfRange("no such offset")
    return FeelTime(seconds * NANOS + int(second * NANOS), zone)


@builtin("duration(from: string)")
def duration_from(text: str) -> DaysTime | YearsMonths | None:
    return duration_from_text(text)


@builtin("duration(from: days and time duration|years and months duration)")
def duration_itself(value: DaysTime | YearsMonths) -> DaysTime | YearsMonths:
    return value


@builtin("years and months duration(from: date|date and time, to: date|date and time)")
def years_and_months_duration(start: FeelDate | FeelDateTime, end: FeelDate | FeelDateTime) -> YearsMonths:
    """Full months between two dates; negative when the second comes first."""
    first, second = date_part(start), date_part(end)
    if second < first:
        return YearsMonths(-_full_months(second, first))
    return YearsMonths(_full_months(first, second))


@builtin("now()", wants_run=True)
def now(run: Run) -> FeelDateTime | None:
    return to_feel(run.now) if isinstance(run.now, datetime) else None


@builtin("today()", wants_run=True)
def today(run: Run) -> FeelDate | None:
    return to_feel(run.now.date()) if isinstance(run.now, datetime) else None


@builtin("day of year(date: date|date and time)")
def day_of_year(value: FeelDate | FeelDateTime) -> Decimal:
    date = date_part(value)
    return Decimal(date.ordinal - FeelDate(date.year, 1, 1).ordinal + 1)


@builtin("day of week(date: date|date and time)")
def day_of_week(value: FeelDate | FeelDateTime) -> str:
    return _DAYS[date_part(value).weekday - 1]


@builtin("month of year(date: date|date and time)")
def month_of_year(value: FeelDate | FeelDateTime) -> str:
    return _MONTHS[date_part(value).month - 1]


@builtin("week of year(date: date|date and time)")
def week_of_year(value: FeelDate | FeelDateTime) -> Decimal:
    """The ISO 8601 week: the one with the year's first Thursday is 1."""
    date = date_part(value)
    thursday = date_from_ordinal(date.ordinal + 4 - date.weekday)
    return Decimal((thursday.ordinal - FeelDate(thursday.year, 1, 1).ordinal) // 7 + 1)


def _full_months(start: FeelDate, end: FeelDate) -> int:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day else months
