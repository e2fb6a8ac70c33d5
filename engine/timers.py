"""When a timer is due: from what its expression gave, without a database or a clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any


def due_instant(value: Any, entered_at: datetime) -> datetime | None:
    """The due instant that a timer's value means; None means that it isn't armed.

    An aware datetime is the instant, and so is its ISO text, which is how a form answers; a duration counts from
    `entered_at`. Raises ValueError, in words, for anything else: a date without a zone has no instant.
    """
    if value is None:
        return None
    if isinstance(value, str):
        value = _read(value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"gives {value.isoformat()}, a time without a zone")
        return value
    if isinstance(value, timedelta):
        return entered_at + value
    if isinstance(value, date):
        raise ValueError(f"gives the date {value.isoformat()}, which begins at another instant in each zone")
    raise ValueError(f"gives {value!r}, neither an instant nor a duration nor null")


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"gives the text {text!r}, which is no date and time") from None
