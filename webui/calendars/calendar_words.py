"""A calendar in the words of a page: a year of days, weekly hours, changes of a document, edits, and why a limit is due."""

from __future__ import annotations

from calendar import Calendar as Weeks
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from babel import dates

from bpmn.wording import Wording
from desk.calendars import Calendar, Span
from desk.calendars.difference import Change
from desk.calendars.spans import WEEKDAYS
from desk.calendars.statutory import STATUTORY
from desk.calendars.working_time import WEEKLY, Day
from webui.i18n import LOCALES, format_date, gettext, language, mark
from webui.labels import Label

COUNTRIES = {"cn": mark("China")}
LAYERS = {
    WEEKLY: Label(text=mark("Weekly hours")),
    STATUTORY: Label(text=mark("Statutory days")),
    "organisation": Label(text=mark("Organisation")),
    "team": Label(text=mark("Team")),
}
KINDS = {
    "open": Label(text=mark("open")),
    "closed": Label(text=mark("closed")),
    "off": Label(text=mark("holiday, closed")),
    "extra": Label(text=mark("make-up day or opened, open")),
    "hours": Label(text=mark("other hours than usual")),
}
EDITS = {
    "published": Label(text=mark("Calendar published")),
    "year": Label(text=mark("Statutory year imported")),
    "business": Label(text=mark("Business calendar chosen")),
    "team": Label(text=mark("Calendar of a team chosen")),
}
PLACES = {
    "base": mark("Organisation's days"),
    "name": mark("Name"),
    "zone": mark("Time zone"),
    "statutory": mark("Statutory days"),
    "make_up": mark("Hours of make-up days"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCell:
    """A day of the year view. `kind` is one of KINDS; `told` says all in words."""

    day: date
    kind: str
    is_changed: bool
    is_today: bool
    is_provisional: bool
    told: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month; in `weeks` days of other months are None."""

    number: int
    name: str
    weeks: Sequence[Sequence[DayCell | None]]


def year_view(calendar: Calendar, counts: Calendar | None, year: int, today: date) -> list[Month]:
    """The year by months. Days whose spans differ from the calendar that counts now are marked as changed."""
    names = dates.get_month_names("wide", locale=LOCALES[language()])
    return [
        Month(number=month, name=names[month], weeks=_weeks(calendar, counts, date(year, month, 1), today))
        for month in range(1, 13)
    ]


def _weeks(calendar: Calendar, counts: Calendar | None, first: date, today: date) -> list[list[DayCell | None]]:
    weeks = Weeks().monthdatescalendar(first.year, first.month)
    return [[_cell(calendar, counts, day, today) if day.month == first.month else None for day in week] for week in weeks]


def _cell(calendar: Calendar, counts: Calendar | None, day: date, today: date) -> DayCell:
    found = calendar.day(day)
    is_changed = counts is not None and counts is not calendar and counts.day(day).spans != found.spans
    is_provisional = calendar.published is not None and day.year not in calendar.published
    kind = kind_of(calendar, found)
    parts = [
        format_date(day),
        gettext("today") if day == today else "",
        gettext(KINDS[kind].text),
        spans_told(found.spans),
        named(found.name),
    ]
    if found.layer != WEEKLY:
        parts.append(layer_name(found.layer))
    parts += [gettext("changed by this draft")] if is_changed else []
    parts += [gettext("provisional")] if is_provisional else []
    marks = {"is_changed": is_changed, "is_today": day == today, "is_provisional": is_provisional}
    return DayCell(day=day, kind=kind, told=" · ".join(filter(None, parts)), **marks)


def kind_of(calendar: Calendar, day: Day) -> str:
    """How a day stands against the weekly hours."""
    usual = calendar.weekly[day.date.weekday()]
    if day.spans == usual:
        return "open" if day.spans else "closed"
    if not day.spans:
        return "off"
    return "hours" if usual else "extra"


def spans_told(spans: Iterable[Span | str]) -> str:
    """Spans as people write them; empty for none."""
    return ", ".join(str(span).replace("-", "–") for span in spans)


def named(name: Wording | None) -> str:
    """A name in the viewer's language; empty without one."""
    return name.said(language()) if name is not None else ""


def country_name(code: str) -> str:
    """A country with statutory days in the viewer's language."""
    return gettext(COUNTRIES[code]) if code in COUNTRIES else code


def layer_name(layer: str) -> str:
    """A layer in the viewer's language."""
    known = LAYERS.get(layer)
    return gettext(known.text) if known else layer


def weekday_names() -> list[tuple[str, str]]:
    """The keys of the weekdays with their names, Monday first."""
    names = dates.get_day_names("wide", locale=LOCALES[language()])
    return [(key, names[index]) for index, key in enumerate(WEEKDAYS)]


def weekday_letters() -> list[tuple[str, str]]:
    """The shortest and the whole name of each weekday, Monday first."""
    short, wide = (dates.get_day_names(width, locale=LOCALES[language()]) for width in ("narrow", "wide"))
    return [(short[index], wide[index]) for index in range(7)]


def layer_days(calendar: Calendar, layer: str, year: int) -> list[tuple[date, date, str, str]]:
    """What a layer says in a year, days in a row that say the same together: first, last, spans, name."""
    said = next((one.dates for one in calendar.layers if one.key == layer), {})
    found: list[tuple[date, date, str, str]] = []
    for day in sorted(day for day in said if day.year == year):
        spans, name = spans_told(said[day].spans), named(said[day].name)
        if found and found[-1][1] + timedelta(days=1) == day and found[-1][2:] == (spans, name):
            found[-1] = (found[-1][0], day, spans, name)
        else:
            found.append((day, day, spans, name))
    return found


def place_told(change: Change) -> str:
    """Where in a document something changed, in words."""
    head, _, rest = change.place.partition(".")
    if head == "weekly":
        return dict(weekday_names())[rest]
    if change.day is not None:
        return f"{format_date(change.day)} · {layer_name(change.place.split('.')[1])}"
    return gettext(PLACES[head]) if head in PLACES else change.place


def value_told(value: Any) -> str:
    """What a document says at a place, in words."""
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return spans_told(value) or gettext("closed")
    if isinstance(value, dict) and "spans" in value:
        said = spans_told(value["spans"]) or gettext("closed")
        return f"{said} ({value['name'].get(language(), '')})"
    if isinstance(value, dict):
        return str(value.get(language(), ""))
    return str(value)


def as_date(text: str) -> date | None:
    """A date from an address; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
