"""Clock events as plain data that JSON can hold, and back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from desk.calendars import Limit
from desk.clocks.errors import ClockEventUnreadable
from desk.clocks.events import (
    Cause,
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockVoided,
    DueRule,
    ServiceTarget,
    VoidReason,
)
from desk.clocks.verdicts import VerdictFact
from desk.model import Verdict

VERSION = 1
_KINDS: Mapping[str, type] = {
    kind.__name__: kind for kind in (ClockStarted, ClockPaused, ClockResumed, ClockRetargeted, ClockStopped, ClockVoided)
}


def encode(event: ClockEvent) -> dict[str, Any]:
    """The event as a JSON object: `kind`, `version`, and its fields; instants as ISO 8601 in UTC, amounts as fractions."""
    return {"kind": type(event).__name__, "version": VERSION, **_fields(event)}


def encode_text(event: ClockEvent, *, without: str = "") -> str:
    """The event as JSON, without the field of that name."""
    values = {name: getattr(event, name) for name in event.__slots__ if name != without}
    return _TEXT.encode({"kind": type(event).__name__, "version": VERSION, **values})


def decode(data: Mapping[str, Any]) -> ClockEvent:
    """What `encode` gave. Raises ClockEventUnreadable, also for a later version."""
    if data.get("version") != VERSION:
        raise ClockEventUnreadable(f"has version {data.get('version')!r}, which isn't {VERSION}")
    kind = _KINDS.get(str(data.get("kind")))
    if kind is None:
        raise ClockEventUnreadable(f"is of the unknown kind {data.get('kind')!r}")
    readers = {**_READ, "reason": VoidReason} if kind is ClockVoided else _READ
    given = {name: value for name, value in data.items() if name not in ("kind", "version")}
    try:
        return kind(
            **{name: readers[name](value) if name in readers and value is not None else value for name, value in given.items()}
        )
    except (TypeError, ValueError, KeyError, ZeroDivisionError, AttributeError) as error:
        raise ClockEventUnreadable(f"of kind {data['kind']} can't be read: {error}") from error


def encode_verdict(fact: VerdictFact) -> dict[str, Any]:
    """A verdict as a JSON object."""
    return {"format": VERSION, **_fields(fact)}


def decode_verdict(data: Mapping[str, Any]) -> VerdictFact:
    """What `encode_verdict` gave. Raises ClockEventUnreadable, also for a later format."""
    if data.get("format") != VERSION:
        raise ClockEventUnreadable(f"has format {data.get('format')!r}, which isn't {VERSION}")
    given = {name: value for name, value in data.items() if name != "format"}
    try:
        return VerdictFact(
            **{
                name: _READ_VERDICT[name](value) if name in _READ_VERDICT and value is not None else value
                for name, value in given.items()
            }
        )
    except (TypeError, ValueError, KeyError) as error:
        raise ClockEventUnreadable(f"with a verdict can't be read: {error}") from error


def _plain(value: Any) -> Any:
    if (write := _WRITE.get(type(value))) is not None:
        return write(value)
    return {str(key): _plain(one) for key, one in value.items()} if isinstance(value, Mapping) else value


def _fields(value: Any) -> dict[str, Any]:
    return {field: _plain(getattr(value, field)) for field in value.__slots__}


_WRITE: Mapping[type, Callable[[Any], Any]] = {
    **dict.fromkeys((str, int, float, bool, type(None)), lambda value: value),
    datetime: lambda value: value.astimezone(UTC).isoformat(),
    timedelta: timedelta.total_seconds,
    **dict.fromkeys((Fraction, Decimal), str),
    **dict.fromkeys((Limit, ServiceTarget), _fields),
    **dict.fromkeys((list, tuple), lambda value: [_plain(one) for one in value]),
}


_TEXT = json.JSONEncoder(ensure_ascii=False, default=_plain)


def _instant(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return read.astimezone(UTC)


_amount = lru_cache(maxsize=1024)(Fraction)


def _target(data: Mapping[str, Any]) -> ServiceTarget:
    limit = {**data["limit"], "amount": _amount(data["limit"]["amount"])}
    not_before = data.get("not_before")
    return ServiceTarget(
        **{
            **data,
            "limit": Limit(**limit),
            "considered": tuple(data["considered"]),
            "not_before": _instant(not_before) if not_before else None,
        }
    )


_READ: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("at", "anchored_at", "until", "since", "due_before", "due_after", "breached_before", "done_at"), _instant),
    "target": _target,
    "cause": Cause,
    "breach_cause": Cause,
    "rule": DueRule,
    "grace": lambda seconds: timedelta(seconds=seconds),
}
_READ_VERDICT: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("decided_at", "started_at", "due_at", "stopped_at", "breached_at"), _instant),
    **dict.fromkeys(("elapsed", "paused"), lambda seconds: timedelta(seconds=seconds)),
    "verdict": Verdict,
    "cause": Cause,
    "excluded": VoidReason,
}
