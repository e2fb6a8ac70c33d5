"""One year of a calendar as sorted instants, so that adding and measuring are two binary searches each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from desk.calendars.spans import Span, wall_instant

_DAY = timedelta(days=1)
_NOTHING = timedelta(0)
_MIDNIGHT = time(0)

SpansOf = Callable[[date], tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Openings:
    """What is open in a year of UTC: openings in order, none touching the next, and how much was open before each.

    `before` has one entry more than `opens`: the whole year's working time.
    """

    opens: list[datetime]
    closes: list[datetime]
    before: list[timedelta]

    @property
    def total(self) -> timedelta:
        return self.before[-1]

    def until(self, at: datetime) -> timedelta:
        """The year's working time before `at`, which is UTC and within the year."""
        index = bisect_right(self.opens, at)
        if not index:
            return _NOTHING
        whole = self.before[index]
        begun = self.before[index - 1] + (at - self.opens[index - 1])
        return begun if begun < whole else whole

    def until_each(self, instants: Sequence[datetime]) -> list[timedelta]:
        """`until` of each instant, in less time."""
        opens, closes, before = self.opens, self.closes, self.before
        return [
            before[index - 1] + (at - opens[index - 1])
            if (index := bisect_right(opens, at)) and at < closes[index - 1]
            else before[index]
            for at in instants
        ]

    def reached(self, worked: timedelta) -> datetime:
        """The first instant at which the year's working time is `worked`, more than zero and at most the total."""
        index = bisect_left(self.before, worked) - 1
        return self.opens[index] + (worked - self.before[index])

    def next_open(self, at: datetime) -> datetime | None:
        """`at` when open then, else the year's next opening; None when there is none."""
        index = bisect_right(self.opens, at)
        if index and at - self.opens[index - 1] < self.before[index] - self.before[index - 1]:
            return at
        return self.opens[index] if index < len(self.opens) else None


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of a local year: ordinals of their dates, and the instants at which they end."""

    ordinals: list[int]
    ends: list[datetime]


def openings_of(year: int, zone: ZoneInfo, spans_of: SpansOf) -> Openings:
    """The openings between two beginnings of a year in UTC. Spans that meet or overlap (in a repeated hour) are one opening."""
    first, last = datetime(year, 1, 1, tzinfo=UTC), datetime(year + 1, 1, 1, tzinfo=UTC)
    opens: list[datetime] = []
    closes: list[datetime] = []
    for opening, closing in _instants(first.date() - 2 * _DAY, last.date() + 2 * _DAY, zone, spans_of):
        opening, closing = max(opening, first), min(closing, last)
        if opening >= closing:
            continue
        if closes and opening <= closes[-1]:
            closes[-1] = max(closes[-1], closing)
        else:
            opens.append(opening)
            closes.append(closing)
    before = [_NOTHING]
    for opening, closing in zip(opens, closes, strict=True):
        before.append(before[-1] + (closing - opening))
    return Openings(opens, closes, before)


def working_days_of(year: int, zone: ZoneInfo, spans_of: SpansOf) -> WorkingDays:
    """The days of a local year that have spans."""
    ordinals, ends = [], []
    for ordinal in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()):
        day = date.fromordinal(ordinal)
        if spans := spans_of(day):
            ordinals.append(ordinal)
            ends.append(wall_instant(day, spans[-1].closes, zone, closing=True))
    return WorkingDays(ordinals, ends)


def _instants(day: date, until: date, zone: ZoneInfo, spans_of: SpansOf) -> Iterator[tuple[datetime, datetime]]:
    """The spans of days in order, as UTC instants; wall times are looked up singly only on days of a clock change."""
    begins = _offsets(day, zone)
    while day < until:
        ends = _offsets(day + _DAY, zone)
        spans = spans_of(day)
        if len({*begins, *ends}) > 1:
            for span in spans:
                yield wall_instant(day, span.opens, zone, closing=False), wall_instant(day, span.closes, zone, closing=True)
        elif spans:
            midnight = datetime.combine(day, _MIDNIGHT, tzinfo=UTC) - begins[0]
            for opens, closes in spans:
                yield midnight + timedelta(minutes=opens), midnight + timedelta(minutes=closes)
        day, begins = day + _DAY, ends


def _offsets(day: date, zone: ZoneInfo) -> tuple[timedelta | None, timedelta | None]:
    """The zone's offset at the day's beginning, read before and after a clock change that may be at midnight."""
    midnight = datetime.combine(day, _MIDNIGHT, tzinfo=zone)
    return midnight.utcoffset(), midnight.replace(fold=1).utcoffset()
