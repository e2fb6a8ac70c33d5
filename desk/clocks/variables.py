"""A clock as the process's variable `clocks` has it: written by the decider when a round starts, read for the records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import Any

from desk.calendars import Limit
from desk.calendars.pausing import UNITS, WORKING_DAYS
from desk.clocks.events import ClockStarted, ServiceTarget
from desk.clocks.targets import ClockTarget


def as_variable(target: ClockTarget) -> dict[str, Any]:
    """{started_at, due_at, warn_at, source, anchor, limit: {amount, unit, calendar}, not_before}; the amount as text."""
    limit = {"amount": str(target.limit.amount), "unit": target.limit.unit, "calendar": target.calendar}
    instants = {"started_at": target.started_at, "due_at": target.due_at, "warn_at": target.warn_at}
    return {**instants, "source": target.source, "anchor": target.anchor, "limit": limit, "not_before": target.not_before}


def read_variable(
    value: Mapping[str, Any], *, at: datetime, by: str, considered: Sequence[Mapping[str, Any]] = (), policy_version: str = ""
) -> ClockStarted | None:
    """The start that such a variable tells. None when it tells no limit: a process of an earlier version, or an analyst's own
    value, wrote instants only.
    """
    started_at, said = value.get("started_at"), value.get("limit")
    limit, calendar = (_limit(said), said.get("calendar")) if isinstance(said, Mapping) else (None, None)
    if limit is None or not isinstance(calendar, str) or not isinstance(started_at, datetime):
        return None
    not_before = value.get("not_before")
    target = ServiceTarget(
        limit=limit,
        calendar=calendar,
        source=str(value.get("source") or ""),
        policy_version=policy_version,
        considered=tuple(considered),
        not_before=not_before if isinstance(not_before, datetime) else None,
    )
    anchor = str(value.get("anchor") or "received")
    return ClockStarted(at=max(at, started_at), by=by, anchor=anchor, anchored_at=started_at, target=target)


def _limit(value: Mapping[str, Any]) -> Limit | None:
    unit = value.get("unit")
    try:
        amount = Fraction(str(value.get("amount")))
    except (ValueError, ZeroDivisionError):
        return None
    return Limit(amount=amount, unit=unit) if amount > 0 and unit in (*UNITS, WORKING_DAYS) else None
