"""Who is on shift when: weekly hours in a zone, and dates on which they don't hold. Whoever has no shift is always on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bpmn.wording import Wording
from desk.calendars import Calendar, DatedSpans, Layer
from desk.calendars.spans import Span, read_spans, read_week
from desk.errors import WorkingTimeInvalid

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

    def covers(self, at: datetime) -> bool:
        """Whether work is done at that instant; spans are half open."""
        return self._calendar.elapsed(at, at + _INSTANT) > timedelta(0)

    def next_start(self, after: datetime) -> datetime:
        """The next instant at which work is done, `after` itself when it is."""
        return self._calendar.add(after, timedelta(0))


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
