"""Shifts as programs read and send them: weekly hours, their zone, dates on which they don't hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from desk.assignment.shifts import Shift, revision_of
from desk.errors import AnswersInvalid
from desk.wordings import NO_TIME
from webui.api.shapes import TEXT, Schema, or_null, takes, text
from webui.context import services

DATE = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
DAYS: Schema = {
    "type": "object",
    "description": 'Spans by date, such as {"2026-02-16": "09:00-12:00"}; an empty text is a day off.',
    "propertyNames": {"type": "string", "pattern": DATE},
    "additionalProperties": text(200, shortest=0),
    "maxProperties": 400,
}
SHIFT: Schema = {
    "title": "Shift",
    **takes(
        {
            "hours": or_null(TEXT),
            "zone": or_null(TEXT),
            "days": {"type": "object", "additionalProperties": TEXT},
            "read": TEXT,
        }
    ),
}
SHIFT_SENT = takes({"hours": or_null(text(500))}, zone=text(60), days=DAYS, read=text(16))


def shown_shift(shift: Shift | None) -> dict[str, Any]:
    """A shift; where there is none, hours and zone are null. `read` changes with what it says."""
    days = {} if shift is None else {day.isoformat(): spans for day, spans in sorted(shift.days.items())}
    hours, zone = (None, None) if shift is None else (shift.hours, shift.zone)
    return {"hours": hours, "zone": zone, "days": days, "read": revision_of(shift)}


def set_shift(kind: str, holder: str, sent: Mapping[str, Any], *, by: str) -> None:
    """Set the shift of an agent or a team. Raises AnswersInvalid for a date that there isn't, and what the use case raises."""
    try:
        days = {date.fromisoformat(day): spans for day, spans in sent.get("days", {}).items()}
    except ValueError:
        raise AnswersInvalid({"days": NO_TIME}) from None
    services().desk.attendance.set_shift(
        kind, holder, sent["hours"], days=days, zone=sent.get("zone", ""), by=by, read=sent.get("read")
    )
