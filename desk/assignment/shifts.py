"""Who is on shift when: weekly hours in a zone, and dates on which they don't hold. Whoever has no shift is always on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bpmn.wording import Wording
from desk.calendars import Calendar, DatedSpans, Layer
from desk.calendars.spans import WEEKDAYS, Span, read_spans, read_week
from desk.limits.limit_errors import WorkingTimeInvalid

_EXCEPTIONS = "exceptions"
_NAMELESS = Wording(zh="", en="")
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """`hours` such as `Mon–Fri 09:00–12:00, 13:30–18:00`; `days` maps a date to its own spans, "" for a day off.

    Raises WorkingTimeInvalid for hours, spans or a zone that can't be read.
    """

    hours: str
    zone: str
    days: Mapping[date, str] = field(default_factory=dict)
    _calendar: Calendar = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        dated = {day: DatedSpans(spans=spans_of(text), name=_NAMELESS) for day, text in self.days.items()}
        layers = (Layer(key=_EXCEPTIONS, dates=dated),)
        calendar = Calendar(zone=_zone(self.zone), weekly=read_week(self.hours), layers=layers)
        object.__setattr__(self, "_calendar", calendar)

    @property
    def week(self) -> tuple[str, ...]:
        """The weekly spans of Monday to Sunday, "" for a day off; `hours_of` reads them back."""
        return tuple(", ".join(map(str, spans)) for spans in self._calendar.weekly)

    def spans_on(self, day: date) -> tuple[str, ...]:
        """When work is done on a date of its zone, such as 09:00-12:00."""
        return tuple(map(str, self._calendar.day(day).spans))

    def covers(self, at: datetime) -> bool:
        """Whether work is done at that instant; spans are half open."""
        return self._calendar.elapsed(at, at + _INSTANT) > timedelta(0)

    def works_between(self, begins: datetime, ends: datetime) -> timedelta:
        """How much work is done between two instants."""
        return self._calendar.elapsed(begins, ends)

    def next_start(self, after: datetime) -> datetime:
        """The next instant at which work is done, `after` itself when it is."""
        return self._calendar.add(after, timedelta(0))


def revision_of(shift: Shift | None) -> str:
    """A short mark that changes with what a shift says."""
    said = "" if shift is None else repr((shift.hours, shift.zone, sorted(shift.days.items())))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def hours_of(week: Sequence[str]) -> str:
    """The hours for a Shift from the spans of Monday to Sunday. Raises WorkingTimeInvalid when no day has any."""
    rules = [f"{name} {spans.strip()}" for name, spans in zip(WEEKDAYS, week, strict=True) if spans.strip()]
    if not rules:
        raise WorkingTimeInvalid("no day of the week is worked", "enter leave for somebody who isn't there")
    return "; ".join(rules)


def spans_of(text: str) -> tuple[Span, ...]:
    """The spans of a date, none for "". Raises WorkingTimeInvalid."""
    return read_spans(text.split(",")) if text.strip() else ()


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError) as error:
        raise WorkingTimeInvalid(f"{name!r} isn't a time zone", "name one such as Asia/Shanghai") from error
    except KeyError as error:
        raise WorkingTimeInvalid(f"there is no time zone {name!r}", "name one such as Asia/Shanghai") from error
