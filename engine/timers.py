"""When a timer is due: from what its expression gave, without a database or a clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from bpmn.cycles import read_cycle, read_step

MOMENT = timedelta(microseconds=1)
"""The smallest step between two instants."""


def due_instant(value: Any, entered_at: datetime) -> datetime | None:
    """The due instant that a timer's value means; None means that it isn't armed.

    An aware datetime is the instant; a duration counts from `entered_at`. The ISO text of either means the same: so it
    stands in a diagram, and so a form answers. Raises ValueError, in words, for anything else: a date without a zone has
    no instant.
    """
    if value is None:
        return None
    step = read_step(value) if isinstance(value, str) else None
    if step is not None:
        return step.after(entered_at)
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


def cycle_instant(value: Any, begun_at: datetime, after: datetime) -> datetime | None:
    """The first instant of a cycle later than `after`; None when it isn't armed or is over.

    The value is the cycle's text, such as R3/PT1H; without a start of its own it counts from `begun_at`. Raises
    ValueError, in words, for anything else.
    """
    if value is None:
        return None
    if not isinstance(value, str):
        raise ValueError(f"gives {value!r}, neither a cycle such as R3/PT1H nor null")
    return read_cycle(value).next_after(after, begun_at=begun_at)


def next_instant(value: Any, *, cycle: bool, entered_at: datetime, after: datetime) -> datetime | None:
    """The due instant of a timer that waits since `entered_at`, of a cycle the first later than `after`. Raises ValueError."""
    return cycle_instant(value, entered_at, after) if cycle else due_instant(value, entered_at)


def still_to_come(due_at: datetime | None, at: datetime) -> datetime:
    """After which instant a cycle goes on when its timer is worked out anew: what is due already stays due."""
    return at if due_at is None or due_at > at else due_at - MOMENT


def _read(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"gives the text {text!r}, which is no date and time") from None
