"""Another limit while a clock runs: the priority, the type or the customer changed, new rows apply, a calendar was edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.clocks.evaluation import evaluate, evaluate_folded
from desk.clocks.events import RAISE_GRACE, Cause, ClockEvent, ClockRetargeted, ClockVoided, DueRule, ServiceTarget, VoidReason
from desk.clocks.folding import fold
from desk.clocks.state import ClockState
from desk.clocks.targets import Calendars
from desk.errors import RightMissing
from engine.errors import ReasonMissing

RULES: Mapping[Cause, DueRule] = {
    Cause.PRIORITY_RAISED: DueRule.GRACE,
    Cause.PRIORITY_LOWERED: DueRule.FROM_RECEIPT,
    Cause.TYPE_CHANGED: DueRule.GRACE,
    Cause.CUSTOMER_CHANGED: DueRule.GRACE,
    Cause.TIER_CHANGED: DueRule.GRACE,
    Cause.TAGS_CHANGED: DueRule.GRACE,
    Cause.POLICY_APPLIED: DueRule.GRACE,
    Cause.CALENDAR_EDITED: DueRule.FROM_RECEIPT,
    Cause.MERGED: DueRule.GRACE,
    Cause.SOLVED_LATE: DueRule.FROM_RECEIPT,
}
"""How the new due instant follows from what changed, unless an order says otherwise."""

CLASSED_ANEW = frozenset({Cause.TYPE_CHANGED, Cause.CUSTOMER_CHANGED, Cause.TIER_CHANGED, Cause.TAGS_CHANGED})
"""What counts like a priority that is lowered where it gives more time (E22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetargetClock:
    """Give a running clock the strictest of `targets`; none means that nothing is promised any more.

    With `grace` a shorter limit leaves so much time, but never more than was left before (E21).

    To lower a priority, or to give more time by another class, needs a `note` that says why, and `may_lower`: that whoever
    orders it has the right (E22).
    """

    by: str
    cause: Cause
    targets: Sequence[ServiceTarget]
    rule: DueRule | None = None
    grace: timedelta = RAISE_GRACE
    note: str = ""
    may_lower: bool = False
    anchored_at: datetime | None = None


def retarget(events: Sequence[ClockEvent], order: RetargetClock, calendars: Calendars, now: datetime) -> list[ClockEvent]:
    """Change the limit; what was missed before stays missed. A clock that is over stays as it is, and so does an equal limit.

    Raises ReasonMissing, RightMissing.
    """
    before = evaluate(events, calendars, now)
    if before.over:
        return []
    if order.cause is Cause.PRIORITY_LOWERED:
        _check_lowering(order)
    if not order.targets:
        # no limit any more is the most time there is
        if order.cause is Cause.PRIORITY_RAISED and not order.may_lower:
            return []
        if order.cause in CLASSED_ANEW:
            _check_lowering(order)
        return [ClockVoided(at=now, by=order.by, reason=VoidReason.NO_TARGET)]
    changes = [_changed(events, before, order, target, calendars, now) for target in order.targets]
    after, change = min(
        ((evaluate([*events, change], calendars, now), change) for change in changes), key=lambda pair: pair[0].due_if_resumed
    )
    if _promises_the_same(before, after) and not order.anchored_at:
        return []
    if after.due_if_resumed > before.due_if_resumed:
        # whoever asks for more haste gets no later limit, whatever the rows say
        if order.cause is Cause.PRIORITY_RAISED:
            return []
        if order.cause in CLASSED_ANEW:
            _check_lowering(order)
    return [replace(change, due_after=after.due_at)]


def recalculate(
    events: Sequence[ClockEvent], before: Calendars, after: Calendars, *, version: str, by: str, now: datetime
) -> list[ClockEvent]:
    """Apply an edited calendar to an open or paused clock (E26), with the old and the new due instant.

    No event when nothing moves; a clock that is over never changes.
    """
    return recalculation(events, before, after, version=version, by=by, now=now)[0]


def recalculation(
    events: Sequence[ClockEvent], before: Calendars, after: Calendars, *, version: str, by: str, now: datetime
) -> tuple[list[ClockEvent], ClockState]:
    """What `recalculate` gives, and what the clock says at `now` with it."""
    folded = fold(events)
    old, new = evaluate_folded(folded, before, now), evaluate_folded(folded, after, now)
    if old.over or (old.due_if_resumed == new.due_if_resumed and old.breached_at == new.breached_at):
        return [], new
    order = RetargetClock(by=by, cause=Cause.CALENDAR_EDITED, targets=())
    change = _graced(events, _change(old, order, replace(old.target, calendar_version=version), now))
    folded.retarget(change)
    state = evaluate_folded(folded, after, now)
    return [replace(change, due_after=state.due_at)], state


def _changed(
    events: Sequence[ClockEvent],
    before: ClockState,
    order: RetargetClock,
    target: ServiceTarget,
    calendars: Calendars,
    now: datetime,
) -> ClockRetargeted:
    """The change to one target. Its grace is never longer than what was left, and below nothing where that was missed."""
    change = _change(before, order, target, now)
    if change.rule is DueRule.GRACE:
        run = evaluate([*events, change], calendars, now).course
        change = replace(change, grace=min(change.grace, run.counted(before.due_if_resumed) - run.counted(now)))
    return _eased(events, before, change)


def _eased(events: Sequence[ClockEvent], before: ClockState, change: ClockRetargeted) -> ClockRetargeted:
    """A row that promises what was promised already, under another name, neither gives nor takes time."""
    if (change.target.limit, change.target.calendar) != (before.target.limit, before.target.calendar) or change.anchored_at:
        return change
    return _graced(events, replace(change, rule=DueRule.FROM_RECEIPT))


def _graced(events: Sequence[ClockEvent], change: ClockRetargeted) -> ClockRetargeted:
    """A grace that was given before goes on to count from when it was given."""
    last = next((event for event in reversed(events) if isinstance(event, ClockRetargeted)), None)
    if last is None or last.rule is DueRule.FROM_RECEIPT:
        return change
    return replace(change, rule=last.rule, grace=last.grace, since=last.since or last.at)


def _check_lowering(order: RetargetClock) -> None:
    if not order.note.strip():
        raise ReasonMissing()
    if not order.may_lower:
        raise RightMissing(order.by, "lower a priority or give more time while it is timed", "a supervisor")


def _change(before: ClockState, order: RetargetClock, target: ServiceTarget, now: datetime) -> ClockRetargeted:
    # who could not be asked before the solution wasn't asked too late (C5); any other breach stays (E22)
    missed = order.cause is not Cause.SOLVED_LATE
    return ClockRetargeted(
        at=now,
        by=order.by,
        target=target,
        cause=order.cause,
        rule=order.rule or RULES[order.cause],
        grace=order.grace,
        note=order.note,
        anchored_at=order.anchored_at,
        due_before=before.due_at,
        breached_before=before.breached_at if missed else None,
        breach_cause=before.breach_cause if missed else None,
    )


def _promises_the_same(before: ClockState, after: ClockState) -> bool:
    same = ("limit", "calendar", "source", "policy_version", "not_before")
    return all(getattr(before.target, name) == getattr(after.target, name) for name in same)
