"""Instants as they come from forms and as they are printed: local wall time of the desk's zone outside, UTC inside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo


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


def field_instant(form: Mapping[str, Any], key: str, zone: ZoneInfo, errors: dict[str, str]) -> datetime | None:
    """The instant of a form's field; what can't be read becomes a sentence in `errors`."""
    try:
        return instant(form.get(key), zone)
    except ValueError:
        errors[key] = "isn't a date and time; write for example 2023-10-01T09:30."
        return None


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
