"""A clock's events, calendars and an instant: what the clock says. Pure, and quick enough for every open case at once.

The limit is held against working time outside pauses. A pause begins and ends at instants, and counts as the calendar's time
between them: so a pause in closed hours adds nothing (E12), and overlapping ones count once (E11).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from desk.calendars.working_time import NOTHING
from desk.clocks.course import Course, course
from desk.clocks.events import Cause, ClockEvent, ClockRetargeted, DueRule
from desk.clocks.folding import Folded, fold
from desk.clocks.state import ClockPhase, ClockState
from desk.clocks.targets import Calendars
from desk.model import Verdict


def evaluate(events: Sequence[ClockEvent], calendars: Calendars, now: datetime) -> ClockState:
    """What the clock says at `now`, which doesn't lie before its last event.

    Raises ClockHistoryInvalid when the events can't have happened so, CalendarUnknown when a target names no calendar of ours.
    """
    return evaluate_folded(fold(events), calendars, now)


def evaluate_folded(folded: Folded, calendars: Calendars, now: datetime) -> ClockState:
    """`evaluate` of events that were folded before, for whoever holds them against several calendars."""
    stopped = folded.stopped
    seen = stopped.done_at if stopped else folded.voided.at if folded.voided else now
    run = _course(folded, calendars, seen)
    limit = _length(folded, run)
    due_at = run.reached(limit)
    breached_at, cause = _breach(folded.retargeted, due_at, seen)
    phase = _phase(folded)
    return ClockState(
        phase=phase,
        verdict=_verdict(phase, folded, breached_at),
        started_at=folded.anchored_at,
        target=folded.target,
        due_at=due_at if phase in (ClockPhase.RUNNING, ClockPhase.STOPPED) else None,
        due_if_resumed=due_at,
        limit=limit,
        elapsed=run.counted(seen),
        paused_total=run.paused[-1] if run.paused else NOTHING,
        paused_since=folded.since,
        paused_until=_until(folded) if folded.open else None,
        paused_for=tuple(folded.open),
        breached_at=breached_at,
        breach_cause=cause,
        born_overdue=breached_at is not None and breached_at < folded.started.at,
        stopped=stopped,
        void_reason=folded.voided.reason if folded.voided else None,
        course=run,
    )


def _course(folded: Folded, calendars: Calendars, seen: datetime) -> Course:
    """The course with its pauses; one that is still open counts until `seen`."""
    calendar = calendars.of(folded.target.calendar)
    begins, ends = folded.begins, folded.ends
    if folded.since is not None:
        begins, ends = [*begins, folded.since], [*ends, max(seen, folded.since)]
    return course(calendar, folded.anchored_at, begins, ends)


def _length(folded: Folded, run: Course) -> timedelta:
    """How much may count until it is due, from the start on."""
    target, changed = folded.target, folded.retargeted
    if changed is None or changed.rule is DueRule.FROM_RECEIPT:
        length = run.length(target.limit, run.started_at)
    else:
        length = _length_since(changed, run)
    if target.not_before is not None:
        length = max(length, run.counted(target.not_before))
    return length


def _length_since(changed: ClockRetargeted, run: Course) -> timedelta:
    """E21: the new limit from the start, but from the change on at least the smaller of the new limit and the grace."""
    limit = changed.target.limit
    since = changed.since or changed.at
    from_change = run.length(limit, since)
    counted = run.counted(since)
    if changed.rule is DueRule.FROM_CHANGE:
        return counted + from_change
    return max(run.length(limit, run.started_at), counted + min(from_change, changed.grace))


def _breach(changed: ClockRetargeted | None, due_at: datetime, seen: datetime) -> tuple[datetime | None, Cause | None]:
    """The due instant that was missed, not when somebody noticed (E33). What was missed before a change stays missed (E22)."""
    if changed is None:
        return (due_at, None) if due_at < seen else (None, None)
    if changed.breached_before is not None and changed.breached_before < seen:
        return changed.breached_before, changed.breach_cause
    if due_at < seen:
        return due_at, changed.cause if due_at <= changed.at else None
    return None, None


def _until(folded: Folded) -> datetime | None:
    """The first date at which a pause is to be looked at again."""
    return min((pause.until for pause in folded.open.values() if pause.until), default=None)


def _phase(folded: Folded) -> ClockPhase:
    if folded.voided:
        return ClockPhase.VOID
    if folded.stopped:
        return ClockPhase.STOPPED
    return ClockPhase.PAUSED if folded.open else ClockPhase.RUNNING


def _verdict(phase: ClockPhase, folded: Folded, breached_at: datetime | None) -> Verdict:
    if phase is ClockPhase.VOID:
        return Verdict.VOID
    if folded.stopped:
        return Verdict.LATE if breached_at else Verdict.ON_TIME
    return Verdict.BREACHED if breached_at else Verdict.RUNNING
