"""Service clocks: which instants follow from target rows, and whether they were kept. Pure functions.

Targets of different rows are compared as instants, never as numbers: three working days and 48 hours have no order before a
calendar is applied (the strictest instant wins). A clock is kept when it was done not later than due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from desk.calendars import WorkingTime
from desk.errors import TargetRowInvalid
from desk.model import Verdict

WARN_AT_FRACTION = 0.75
SOLVED_GRACE = timedelta(hours=24)
"""A follow-up is due not earlier than this after the solution (C5)."""

RECEIVED, SOLUTION = "received", "solution"
AROUND_THE_CLOCK, BUSINESS = "24x7", "business"
CONDITIONAL = frozenset({"transfer"})
"""Clocks of what need not happen at all: who transfers nothing misses nothing."""
_UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1)}
WORKING_DAYS = "wd"


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """A promised limit. `unit` is min, h or wd; `anchor` is received or solution; `calendar` is 24x7 or business (wd: always)."""

    clock: str
    amount: Fraction
    unit: str
    anchor: str
    source: str
    calendar: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendars:
    """The working times that a target can name."""

    around_the_clock: WorkingTime
    business: WorkingTime

    def of(self, row: TargetRow) -> WorkingTime:
        return self.around_the_clock if row.calendar == AROUND_THE_CLOCK else self.business


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """From when a target counts: `received_at` (in a later round: when the round began), and the solution once there is one."""

    received_at: datetime
    solved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTarget:
    """When a clock is due, when to warn, and which row said so."""

    clock: str
    started_at: datetime
    due_at: datetime
    warn_at: datetime
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The strictest target of each clock, and every row that was looked at, with its own instant."""

    clocks: Mapping[str, ClockTarget]
    considered: tuple[Mapping[str, Any], ...]


def read_row(row: Mapping[str, Any]) -> TargetRow | None:
    """A row of the target table; None when its amount is empty or 0 (no clock). Raises TargetRowInvalid."""
    source = str(row.get("source") or row.get("clock") or "?")
    amount = row.get("amount")
    if amount in (None, "", 0):
        return None
    unit, anchor = row.get("unit"), row.get("anchor") or RECEIVED
    if not row.get("clock"):
        raise TargetRowInvalid(source, "names no clock")
    if unit not in (*_UNITS, WORKING_DAYS):
        raise TargetRowInvalid(source, f"unit {unit!r} isn't min, h or wd")
    if anchor not in (RECEIVED, SOLUTION):
        raise TargetRowInvalid(source, f"anchor {anchor!r} isn't received or solution")
    calendar = BUSINESS if unit == WORKING_DAYS else row.get("calendar") or AROUND_THE_CLOCK
    if calendar not in (AROUND_THE_CLOCK, BUSINESS):
        raise TargetRowInvalid(source, f"calendar {calendar!r} isn't 24x7 or business")
    number = _amount(amount, unit, source)
    return TargetRow(clock=row["clock"], amount=number, unit=unit, anchor=anchor, source=source, calendar=calendar)


def _amount(amount: Any, unit: str, source: str) -> Fraction:
    try:
        number = Fraction(str(amount))
    except ValueError:
        raise TargetRowInvalid(source, f"amount {amount!r} isn't a number") from None
    if not 0 < number <= 100_000:
        raise TargetRowInvalid(source, f"amount {amount} isn't between 0 and 100000")
    if unit == WORKING_DAYS and number.denominator != 1:
        raise TargetRowInvalid(source, "working days are whole")
    return number


def strictest_targets(
    rows: Iterable[Mapping[str, Any]], anchors: Anchors, calendars: Calendars, *, warn_at_fraction: float = WARN_AT_FRACTION
) -> Targets:
    """Apply all rows; per clock the earliest due instant wins. A row anchored at a solution that isn't there yet gives none.

    Raises TargetRowInvalid for a row that can't be read or a warning outside 0 to 1.
    """
    if not 0 < warn_at_fraction <= 1:
        raise TargetRowInvalid("warning", f"{warn_at_fraction} isn't between 0 and 1")
    clocks: dict[str, ClockTarget] = {}
    considered: list[Mapping[str, Any]] = []
    for row in filter(None, map(read_row, rows)):
        target = _target(row, anchors, calendars, warn_at_fraction)
        due_at = target.due_at if target else None
        limit = f"{float(row.amount):g} {row.unit}"
        considered.append({"clock": row.clock, "source": row.source, "limit": limit, "due_at": due_at})
        if target and (row.clock not in clocks or target.due_at < clocks[row.clock].due_at):
            clocks[row.clock] = target
    return Targets(clocks=clocks, considered=_marked(considered, clocks))


def _target(row: TargetRow, anchors: Anchors, calendars: Calendars, fraction: float) -> ClockTarget | None:
    start = anchors.solved_at if row.anchor == SOLUTION else anchors.received_at
    if start is None:
        return None
    calendar = calendars.of(row)
    due_at = _due(row, start, calendar)
    if row.clock == "follow_up" and row.anchor == RECEIVED and anchors.solved_at is not None:
        due_at = max(due_at, anchors.solved_at + SOLVED_GRACE)
    warn_at = calendar.add(start, calendar.elapsed(start, due_at) * fraction)
    return ClockTarget(clock=row.clock, started_at=start, due_at=due_at, warn_at=warn_at, source=row.source)


def _due(row: TargetRow, start: datetime, calendar: WorkingTime) -> datetime:
    if row.unit == WORKING_DAYS:
        return calendar.end_of_working_day(start, int(row.amount))
    unit = _UNITS[row.unit]
    return calendar.add(start, unit * row.amount.numerator / row.amount.denominator)


def _marked(considered: Sequence[Mapping[str, Any]], clocks: Mapping[str, ClockTarget]) -> tuple[Mapping[str, Any], ...]:
    """The rows with a mark on those whose instant won."""
    won = {(target.clock, target.due_at) for target in clocks.values()}
    return tuple({**row, "won": (row["clock"], row["due_at"]) in won} for row in considered)


def verdict(due_at: datetime | None, done_at: datetime | None, now: datetime) -> Verdict:
    """Whether a clock was or is kept; on time means done not later than due. A clock without due instant is always kept."""
    if done_at is not None:
        return Verdict.ON_TIME if due_at is None or done_at <= due_at else Verdict.LATE
    return Verdict.RUNNING if due_at is None or now <= due_at else Verdict.BREACHED
