"""A calendar: weekly spans in a zone, and above them layers of dates that open or close."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from operator import sub
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.wording import Wording
from desk.calendars.openings import Openings, WorkingDays, openings_of, working_days_of
from desk.calendars.spans import Span, Week, read_week
from desk.calendars.working_time import NOTHING, WEEKLY, Day, negative_duration, too_few_days
from desk.limits.limit_errors import WorkingTimeInvalid

SEARCH_YEARS = 100
"""How many years ahead open time is looked for, before a limit is refused as too far."""

FIRST_YEAR, LAST_YEAR = 1970, 2999
NAMELESS = Wording("", "")
_CACHED_YEARS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedSpans:
    """What a layer says about a date: its spans (empty: closed), the name of the occasion, and who says so."""

    spans: tuple[Span, ...]
    name: Wording
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """Dates that open or close: statutory, the organisation's or a team's."""

    key: str
    dates: Mapping[date, DatedSpans]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Working time of layers over weekly spans. The highest layer that knows a date says its spans; `layers` are lowest first.

    `statutory` is the country of the statutory layer, `published` the years that it knows (None without such a layer), and
    `make_up` the spans of a day worked in exchange (empty: those of the first weekday that opens). `base` is the key of the
    calendar from which it has the organisation's layer, None for one that stands alone. Adding and measuring cost a few binary
    searches: each year is laid out once.
    """

    zone: ZoneInfo
    weekly: Week
    key: str = ""
    name: Wording = NAMELESS
    statutory: str | None = None
    base: str | None = None
    make_up: tuple[Span, ...] = ()
    layers: tuple[Layer, ...] = ()
    published: frozenset[int] | None = None
    _openings: dict[int, Openings] = field(default_factory=dict, init=False, repr=False, compare=False)
    _working_days: dict[int, WorkingDays] = field(default_factory=dict, init=False, repr=False, compare=False)

    def add(self, start: datetime, duration: timedelta) -> datetime:
        start = start.astimezone(UTC)
        year = start.year
        openings = self._openings.get(year) or self._opened(year)
        if duration <= NOTHING:
            return self._next_open(start, duration)
        target = openings.until(start) + duration
        while target > openings.before[-1]:
            target -= openings.before[-1]
            year += 1
            if year > start.year + SEARCH_YEARS:
                raise _too_far(start)
            openings = self._openings.get(year) or self._opened(year)
        return openings.reached(target)

    def elapsed(self, start: datetime, end: datetime) -> timedelta:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if end <= start:
            return NOTHING
        year, last = start.year, end.year
        openings = self._openings.get(year) or self._opened(year)
        total = -openings.until(start)
        while year < last:
            total += openings.before[-1]
            year += 1
            openings = self._openings.get(year) or self._opened(year)
        return total + openings.until(end)

    def elapsed_each(self, begins: Sequence[datetime], ends: Sequence[datetime]) -> list[timedelta]:
        year = begins[0].astimezone(UTC).year if begins else 0
        openings = self._openings.get(year)
        if openings is None or ends[-1].astimezone(UTC).year != year:
            return list(map(self.elapsed, begins, ends))
        return list(map(sub, openings.until_each(ends), openings.until_each(begins)))

    def end_of_working_day(self, start: datetime, days: int) -> datetime:
        if days < 1:
            raise too_few_days(days)
        day = start.astimezone(self.zone).date()
        year = day.year
        table = self._days_of(year)
        index = bisect_right(table.ordinals, day.toordinal()) + days - 1
        while index >= len(table.ends):
            index -= len(table.ends)
            year += 1
            if year > day.year + SEARCH_YEARS:
                raise _too_far(start)
            table = self._days_of(year)
        return table.ends[index]

    def day(self, day: date) -> Day:
        for layer in reversed(self.layers):
            if dated := layer.dates.get(day):
                return Day(date=day, spans=dated.spans, layer=layer.key, name=dated.name, source=dated.source)
        return Day(date=day, spans=self.weekly[day.weekday()], layer=WEEKLY)

    @property
    def provisional_from(self) -> date | None:
        """The first local day after the latest published year; None without statutory days."""
        if self.published is None:
            return None
        return date(max(self.published, default=FIRST_YEAR - 1) + 1, 1, 1)

    def is_provisional(self, start: datetime, end: datetime) -> bool:
        if self.published is None:
            return False
        first, last = sorted(at.astimezone(self.zone).year for at in (start, end))
        return any(year not in self.published for year in range(first, last + 1))

    def _next_open(self, start: datetime, duration: timedelta) -> datetime:
        if duration < NOTHING:
            raise negative_duration(duration)
        at = start
        for year in range(start.year, start.year + SEARCH_YEARS):
            if found := self._opened(year).next_open(at):
                return found
            at = datetime(year + 1, 1, 1, tzinfo=UTC)
        raise _too_far(start)

    def _opened(self, year: int) -> Openings:
        found = self._openings.get(year)
        if found is None:
            found = openings_of(_known(year), self.zone, self._spans)
            _keep(self._openings, year, found)
        return found

    def _days_of(self, year: int) -> WorkingDays:
        found = self._working_days.get(year)
        if found is None:
            found = working_days_of(_known(year), self.zone, self._spans)
            _keep(self._working_days, year, found)
        return found

    def _spans(self, day: date) -> tuple[Span, ...]:
        for layer in reversed(self.layers):
            if dated := layer.dates.get(day):
                return dated.spans
        return self.weekly[day.weekday()]


def weekly_hours(text: str, zone: str) -> Calendar:
    """A calendar of weekly hours alone, such as `Mon–Fri 09:00–12:00, 13:30–18:00; Sat 09:00-12:00`.

    Raises WorkingTimeInvalid when a rule can't be read or spans overlap.
    """
    return Calendar(zone=ZoneInfo(zone), weekly=read_week(text))


def _keep(years: dict[int, Any], year: int, found: Any) -> None:
    if len(years) >= _CACHED_YEARS:
        years.clear()
    years[year] = found


def _known(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise WorkingTimeInvalid(f"the year {year} is out of reach", f"use instants from {FIRST_YEAR} to {LAST_YEAR}")
    return year


def _too_far(start: datetime) -> WorkingTimeInvalid:
    return WorkingTimeInvalid(
        f"too little time is open in the {SEARCH_YEARS} years after {start:%Y-%m-%d}", "take a shorter limit, or open more days"
    )
