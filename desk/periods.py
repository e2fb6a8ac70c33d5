"""Periods of reports: days, ISO weeks, months and years of local time, so that a report never changes (E45)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from desk.calendars.spans import wall_instant


class PeriodKind(StrEnum):
    DAY = "day"  # 2024-03-05
    WEEK = "week"  # 2024-W10: ISO 8601, from Monday
    MONTH = "month"  # 2024-03
    YEAR = "year"  # 2024


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `starts_at` until before `ends_at`, in UTC."""

    key: str
    starts_at: datetime
    ends_at: datetime

    def holds(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def period_of(at: datetime, kind: PeriodKind, zone: ZoneInfo) -> Period:
    """The period in which an instant lies."""
    first = _first(at.astimezone(zone).date(), kind)
    return Period(key=_key(first, kind), starts_at=_midnight(first, zone), ends_at=_midnight(_next(first, kind), zone))


def periods(start: datetime, end: datetime, kind: PeriodKind, zone: ZoneInfo) -> Iterator[Period]:
    """The periods that hold something from `start` until before `end`, in order, without a gap."""
    while start < end:
        period = period_of(start, kind, zone)
        yield period
        start = period.ends_at


def _first(day: date, kind: PeriodKind) -> date:
    match kind:
        case PeriodKind.DAY:
            return day
        case PeriodKind.WEEK:
            return day - timedelta(days=day.weekday())
        case PeriodKind.MONTH:
            return day.replace(day=1)
        case PeriodKind.YEAR:
            return day.replace(month=1, day=1)


def _next(first: date, kind: PeriodKind) -> date:
    longer = {PeriodKind.DAY: 1, PeriodKind.WEEK: 7, PeriodKind.MONTH: 31, PeriodKind.YEAR: 366}
    return _first(first + timedelta(days=longer[kind]), kind)


def _key(first: date, kind: PeriodKind) -> str:
    year, week, _ = first.isocalendar()
    keys = {PeriodKind.DAY: f"{first}", PeriodKind.WEEK: f"{year}-W{week:02}", PeriodKind.MONTH: f"{first:%Y-%m}"}
    return keys.get(kind, f"{first:%Y}")


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return wall_instant(day, 0, zone, closing=False)
