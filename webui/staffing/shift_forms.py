"""The form of a shift: a line of spans for each weekday, and dates on which they don't hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from flask import request

from desk.assignment.shifts import Shift, hours_of, revision_of
from desk.calendars.spans import SpanInvalid
from desk.limits.limit_errors import WorkingTimeInvalid
from webui.i18n import gettext, language
from webui.refusals import BodyUnreadable

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OFFICE_HOURS = ("09:00-12:00, 13:30-18:00",) * 5 + ("", "")
MOST_DAYS, LONGEST = 400, 200
FREE_ROWS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftForm:
    """What the form shows or sent. `own` is false for whoever has no shift of their own; `rows` are dates with their spans."""

    own: bool
    week: tuple[str, ...]
    zone: str
    rows: tuple[tuple[str, str], ...]
    read: str

    @classmethod
    def sent(cls) -> ShiftForm:
        """Read the request. Raises BodyUnreadable for what the page wouldn't send."""
        days, spans = request.form.getlist("day"), request.form.getlist("day_spans")
        if len(days) != len(spans) or len(days) > MOST_DAYS:
            raise BodyUnreadable("the dates and their hours do not belong together")
        rows = tuple((day.strip()[:10], text.strip()[:LONGEST]) for day, text in zip(days, spans, strict=True))
        week = tuple(request.form.get(name, "").strip()[:LONGEST] for name in WEEKDAYS)
        zone = request.form.get("zone", "").strip()[:60]
        return cls(own=request.form.get("own") == "yes", week=week, zone=zone, rows=rows, read=request.form.get("read", "")[:16])

    def hours(self) -> str | None:
        """The weekly hours; None without a shift of one's own. Raises WorkingTimeInvalid."""
        return hours_of(self.week) if self.own else None

    def days(self) -> Mapping[date, str]:
        """The dates with their spans. Raises BodyUnreadable."""
        try:
            return {date.fromisoformat(day): spans for day, spans in self.rows if day}
        except ValueError:
            raise BodyUnreadable("a date cannot be read") from None


def shown(shift: Shift | None, zone: ZoneInfo, *, otherwise: Shift | None = None) -> ShiftForm:
    """The form for a shift as it is, with rows for more dates; where there is none, the hours to begin with: office hours, or
    those of the shift that holds `otherwise`.
    """
    rows = tuple((day.isoformat(), spans) for day, spans in sorted(shift.days.items())) if shift else ()
    like = shift or otherwise
    week, place = (like.week, like.zone) if like else (OFFICE_HOURS, str(zone))
    return shown_as_sent(ShiftForm(own=shift is not None, week=week, zone=place, rows=rows, read=revision_of(shift)))


def shown_as_sent(form: ShiftForm) -> ShiftForm:
    """The form again, with rows for more dates."""
    return replace(form, rows=(*(row for row in form.rows if row[0]), *[("", "")] * FREE_ROWS))


def refused_hours(error: WorkingTimeInvalid) -> str:
    """What is wrong with hours, in the viewer's language."""
    if isinstance(error, SpanInvalid):
        return error.wording.fill(language(), error.params)
    if language() == "en":
        return str(error)
    return gettext("These hours cannot be read. Check spans, time zone, and that a day of the week is worked.")
