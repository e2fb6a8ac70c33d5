"""The policy: which limit of which clock follows from target rows, and whether it was kept. Pure functions.

Targets of different rows are compared as instants, never as numbers: three working days and 48 hours have no order before a
calendar is applied (the strictest instant wins). A clock is kept when it was done not later than due.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from desk.calendars import Limit, WorkingTime
from desk.calendars.pausing import UNITS, WORKING_DAYS
from desk.clocks.course import course
from desk.clocks.names import FOLLOW_UP, RESPOND, SOLVE, TRANSFER
from desk.limits.limit_errors import CalendarUnknown, TargetRowInvalid
from desk.model import Verdict

WARN_AT_FRACTION = 0.75
SOLVED_GRACE = timedelta(hours=24)
"""A follow-up is due not earlier than this after the solution (C5)."""

RECEIVED, SOLUTION = "received", "solution"
AROUND_THE_CLOCK, BUSINESS = "24x7", "business"
OWN_TEAMS = "team"
"""The word by which a row means the calendar of the team that has the case when its round begins."""
WORKING_HOURS, PART_OF_SOLVE = "bh", "%"
"""Units: hours of working time; a part of the solution's: 50 % of 24 h are 12 h, in its calendar (C4)."""
MOST = 100_000
DEFAULT_TRANSFER = (
    {"clock": TRANSFER, "amount": 24, "unit": "h", "source": "by default: handed over within 24 hours"},
    {"clock": TRANSFER, "amount": 50, "unit": PART_OF_SOLVE, "source": "by default: handed over in half of the solution's time"},
)
"""A question is transferred within the smaller of the two (C4), when a table that leaves it to us says nothing else."""
_NO_ROW = "no row applies: as a normal one"
DEFAULT_LIMITS = (
    {"clock": RESPOND, "amount": 1, "unit": "h", "source": _NO_ROW},
    {"clock": SOLVE, "amount": 24, "unit": "h", "source": _NO_ROW},
)
"""What a case is promised for which a table has no row at all: it neither stands still nor goes untimed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetRow:
    """A promised limit. `unit` is min, h, bh, wd or PART_OF_SOLVE; `anchor` is received or solution.

    `calendar` is the key of one, or OWN_TEAMS; working hours and days are those of the business calendar when it is 24x7 (C13).
    """

    clock: str
    amount: Fraction
    unit: str
    anchor: str
    source: str
    calendar: str

    @property
    def limit(self) -> Limit:
        return Limit(amount=self.amount, unit=self.unit)


def team_calendar(team: str) -> str:
    """The key by which a clock names the calendar of a team, whichever that is: `team:technical`."""
    return f"{OWN_TEAMS}:{team}"


def team_of(key: str) -> str | None:
    """The team whose calendar a key names; None for any other key."""
    word, colon, team = key.partition(":")
    return team if colon and word == OWN_TEAMS else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendars:
    """The working times that a target can name: `24x7`, `business`, that of a team, and those of `named`, each by its key.

    `teams` are the calendars that teams chose, by the team's key; any other team's is the business calendar. `team` is the one
    that the word OWN_TEAMS means, None where no team is known: then it is the business calendar. `version` tells which
    state of them this is; targets keep it.
    """

    around_the_clock: WorkingTime
    business: WorkingTime
    named: Mapping[str, WorkingTime] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    team: str | None = None
    version: str = ""

    def for_team(self, team: str) -> Calendars:
        """The same, where a row's word OWN_TEAMS means that team."""
        return replace(self, team=team)

    def key_of(self, said: str) -> str:
        """The key that a clock keeps for what a row says: that of the team for OWN_TEAMS, when it is known."""
        return said if said != OWN_TEAMS or self.team is None else team_calendar(self.team)

    def of(self, key: str) -> WorkingTime:
        """The calendar with that key. Raises CalendarUnknown."""
        key = self.key_of(key)
        if key == OWN_TEAMS:
            key = BUSINESS
        elif (team := team_of(key)) is not None:
            key = self.teams.get(team, BUSINESS)
        if key == AROUND_THE_CLOCK:
            return self.around_the_clock
        if key == BUSINESS:
            return self.business
        if key not in self.named:
            raise CalendarUnknown(key, (AROUND_THE_CLOCK, BUSINESS, OWN_TEAMS, *sorted(self.named)))
        return self.named[key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """From when a target counts: `received_at` (in a later round: when the round began), and the solution once there is one."""

    received_at: datetime
    solved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTarget:
    """When a clock is due, when to warn, and which row said so with which limit. See ServiceTarget for `not_before`."""

    clock: str
    started_at: datetime
    due_at: datetime
    warn_at: datetime
    source: str
    anchor: str
    limit: Limit
    calendar: str
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Targets:
    """The strictest target of each clock, and every row that was looked at, with its own instant."""

    clocks: Mapping[str, ClockTarget]
    considered: tuple[Mapping[str, Any], ...]


def read_row(row: Mapping[str, Any]) -> TargetRow | None:
    """A row of the target table; None when its amount is empty or 0 (no clock, E32). Raises TargetRowInvalid."""
    source = str(row.get("source") or row.get("clock") or "?")
    amount = row.get("amount")
    if amount in (None, "", 0):
        return None
    unit, anchor = row.get("unit"), row.get("anchor") or RECEIVED
    if not row.get("clock"):
        raise TargetRowInvalid(source, "names no clock")
    if unit not in (*UNITS, WORKING_DAYS, PART_OF_SOLVE):
        raise TargetRowInvalid(source, f"unit {unit!r} isn't min, h, bh, wd or %")
    if unit == PART_OF_SOLVE and row["clock"] == SOLVE:
        raise TargetRowInvalid(source, "the solution's limit can't be a part of itself")
    if anchor not in (RECEIVED, SOLUTION):
        raise TargetRowInvalid(source, f"anchor {anchor!r} isn't received or solution")
    calendar = row.get("calendar") or AROUND_THE_CLOCK
    if not isinstance(calendar, str):
        raise TargetRowInvalid(source, f"calendar {calendar!r} isn't the key of one")
    if unit in (WORKING_DAYS, WORKING_HOURS) and calendar == AROUND_THE_CLOCK:
        calendar = BUSINESS
    number = _amount(amount, unit, source)
    return TargetRow(clock=row["clock"], amount=number, unit=unit, anchor=anchor, source=source, calendar=calendar)


def _amount(amount: Any, unit: str, source: str) -> Fraction:
    try:
        number = Fraction(str(amount))
    except ValueError:
        raise TargetRowInvalid(source, f"amount {amount!r} isn't a number") from None
    if not 0 < number <= MOST:
        raise TargetRowInvalid(source, f"amount {amount} isn't between 0 and {MOST}")
    if unit == WORKING_DAYS and number.denominator != 1:
        raise TargetRowInvalid(source, "working days are whole")
    return number


def with_default_transfer(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows, and DEFAULT_TRANSFER when there is a solution to be given and none of them speaks of a transfer."""
    rows = list(rows)
    named = {row.get("clock") for row in rows}
    return [*rows, *DEFAULT_TRANSFER] if SOLVE in named and TRANSFER not in named else rows


def with_default_limits(rows: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The rows, or DEFAULT_LIMITS when there are none. A row whose amount is empty or 0 is one: it says that nothing is timed."""
    return list(rows) or list(DEFAULT_LIMITS)


def strictest_targets(
    rows: Iterable[Mapping[str, Any]], anchors: Anchors, calendars: Calendars, *, warn_at_fraction: float = WARN_AT_FRACTION
) -> Targets:
    """Apply all rows; per clock the earliest due instant wins. A row anchored at a solution that isn't there yet gives none.

    Raises TargetRowInvalid for a row that can't be read or a warning outside 0 to 1.
    """
    if not 0 < warn_at_fraction <= 1:
        raise TargetRowInvalid("warning", f"{warn_at_fraction} isn't between 0 and 1")
    read = [row for row in map(read_row, rows) if row]
    clocks: dict[str, ClockTarget] = {}
    considered: list[Mapping[str, Any]] = []
    # a part of the solution's limit can be told only after that
    for row in sorted(read, key=lambda row: row.unit == PART_OF_SOLVE):
        target = _target(row, anchors, calendars, warn_at_fraction, clocks.get(SOLVE))
        considered.append(
            {
                "clock": row.clock,
                "source": row.source,
                "limit": limit_text(row.limit),
                "due_at": target.due_at if target else None,
            }
        )
        if target and (row.clock not in clocks or target.due_at < clocks[row.clock].due_at):
            clocks[row.clock] = target
    return Targets(clocks=clocks, considered=_marked(considered, clocks))


def _target(
    row: TargetRow, anchors: Anchors, calendars: Calendars, fraction: float, solve: ClockTarget | None
) -> ClockTarget | None:
    start = anchors.solved_at if row.anchor == SOLUTION else anchors.received_at
    if start is None or (row.unit == PART_OF_SOLVE and solve is None):
        return None
    limit, said = _part_of(solve, row, calendars) if solve and row.unit == PART_OF_SOLVE else (row.limit, row.calendar)
    key = calendars.key_of(said)
    calendar = _calendar(row, key, calendars)
    run = course(calendar, start, (), ())
    due_at, not_before = run.due(limit), None
    if row.clock == FOLLOW_UP and row.anchor == RECEIVED and anchors.solved_at is not None:
        not_before = anchors.solved_at + SOLVED_GRACE
        due_at = max(due_at, not_before)
    return ClockTarget(
        clock=row.clock,
        started_at=start,
        due_at=due_at,
        warn_at=run.reached(calendar.elapsed(start, due_at) * fraction),
        source=row.source,
        anchor=row.anchor,
        limit=limit,
        calendar=key,
        not_before=not_before,
    )


def _calendar(row: TargetRow, key: str, calendars: Calendars) -> WorkingTime:
    try:
        return calendars.of(key)
    except CalendarUnknown as error:
        raise TargetRowInvalid(row.source, f"calendar {error.key!r} isn't one of {', '.join(error.known)}") from error


def _part_of(solve: ClockTarget, row: TargetRow, calendars: Calendars) -> tuple[Limit, str]:
    """A part of the solution's limit, as minutes of the same calendar."""
    run = course(calendars.of(solve.calendar), solve.started_at, (), ())
    whole = run.length(solve.limit, solve.started_at)
    minutes = Fraction(whole // timedelta(microseconds=1), 60_000_000) * row.amount / 100
    return Limit(amount=minutes, unit="min"), solve.calendar


def limit_text(limit: Limit) -> str:
    """`24 h`, for people."""
    return f"{float(limit.amount):g} {limit.unit}"


def _marked(considered: Sequence[Mapping[str, Any]], clocks: Mapping[str, ClockTarget]) -> tuple[Mapping[str, Any], ...]:
    """The rows with a mark on those whose instant won."""
    won = {(target.clock, target.due_at) for target in clocks.values()}
    return tuple({**row, "won": (row["clock"], row["due_at"]) in won} for row in considered)


def verdict(due_at: datetime | None, done_at: datetime | None, now: datetime) -> Verdict:
    """Whether a clock was or is kept; on time means done not later than due. A clock without due instant is always kept."""
    if done_at is not None:
        return Verdict.ON_TIME if due_at is None or done_at <= due_at else Verdict.LATE
    return Verdict.RUNNING if due_at is None or now <= due_at else Verdict.BREACHED
