"""Instants as they come from forms and as they are printed: local wall time of the desk's zone outside, UTC inside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bpmn.forms import Form


def instant(value: Any, zone: ZoneInfo) -> datetime | None:
    """The UTC instant of an ISO text or datetime; without an offset it is wall time of `zone`. None when empty.

    Raises ValueError for anything else.
    """
    if value is None or value == "":
        return None
    read = value if isinstance(value, datetime) else _parsed(value)
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)


def _parsed(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} isn't a time")
    return datetime.fromisoformat(value)


def with_offset(form: Form | None, answers: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """The answers with an offset on every date and time that a browser sent as wall time; what can't be read stays as it is."""
    dated = _dated(form)
    return {key: _localised(value, zone) if key in dated else value for key, value in answers.items()}


def as_wall_time(form: Form | None, data: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """What a form starts with, every date and time of it as wall time of the zone without an offset; see `with_offset`."""
    dated = _dated(form)
    return {key: _wall_time(value, zone) if key in dated else value for key, value in data.items()}


def _wall_time(value: Any, zone: ZoneInfo) -> Any:
    try:
        read = instant(value, zone)
    except ValueError:
        return value
    return read.astimezone(zone).replace(tzinfo=None).isoformat(timespec="minutes") if read else value


def _dated(form: Form | None) -> set[str]:
    """The keys of the fields for a date with a time."""
    return {
        field.key or ""
        for _, field in (form.inputs if form else ())
        if field.type == "datetime" and field.component.get("subtype") == "datetime"
    }


def _localised(value: Any, zone: ZoneInfo) -> Any:
    try:
        read = instant(value, zone)
    except ValueError:
        return value
    return read.astimezone(zone).isoformat() if read else value


def minute(at: datetime, zone: ZoneInfo) -> str:
    """`2023-10-01 09:30` in the zone."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def span(started_at: datetime, ended_at: datetime, zone: ZoneInfo) -> str:
    """`09:40-10:00`, or `11:10` when both fall into one minute; with dates when they are different days."""
    start, end = started_at.astimezone(zone), ended_at.astimezone(zone)
    if start.date() != end.date():
        return f"{start:%Y-%m-%d %H:%M}-{end:%Y-%m-%d %H:%M}"
    first, last = f"{start:%H:%M}", f"{end:%H:%M}"
    return first if first == last else f"{first}-{last}"
