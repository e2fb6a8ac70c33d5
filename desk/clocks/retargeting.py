"""Another limit while a clock runs: the priority, the type or the customer changed, new rows apply, a calendar was edited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desk.clocks.evaluation import evaluate
from desk.clocks.events import RAISE_GRACE, Cause, ClockEvent, ClockRetargeted, ClockVoided, DueRule, ServiceTarget, VoidReason
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
    Cause.POLICY_APPLIED: DueRule.GRACE,
    Cause.CALENDAR_EDITED: DueRule.FROM_RECEIPT,
    Cause.MERGED: DueRule.GRACE,
    Cause.SOLVED_LATE: DueRule.FROM_RECEIPT,
}
"""How the new due instant follows from what changed, unless an order says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetargetClock:
    """Give a running clock the strictest of `targets`; none means that nothing is promised any more.

    Lowering needs a `note` that says why, and `may_lower`: that whoever orders it has the right (E22).
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
        return [ClockVoided(at=now, by=order.by, reason=VoidReason.NO_TARGET)]
    changes = [_change(before, order, target, now) for target in order.targets]
    after, change = min(
        ((evaluate([*events, change], calendars, now), change) for change in changes), key=lambda pair: pair[0].due_if_resumed
    )
    if _promises_the_same(before, after) and not order.anchored_at:
        return []
    return [replace(change, due_after=after.due_at)]


def recalculate(
    events: Sequence[ClockEvent], before: Calendars, after: Calendars, *, version: str, by: str, now: datetime
) -> list[ClockEvent]:
    """Apply an edited calendar to an open or paused clock (E26), with the old and the new due instant.

    No event when nothing moves; a clock that is over never changes.
    """
    old, new = evaluate(events, before, now), evaluate(events, after, now)
    if old.over or (old.due_if_resumed == new.due_if_resumed and old.breached_at == new.breached_at):
        return []
    order = RetargetClock(by=by, cause=Cause.CALENDAR_EDITED, targets=())
    change = _change(old, order, replace(old.target, calendar_version=version), now)
    last = next((event for event in reversed(events) if isinstance(event, ClockRetargeted)), None)
    if last is not None and last.rule is not DueRule.FROM_RECEIPT:
        # a grace that was given counts from when it was given
        change = replace(change, rule=last.rule, grace=last.grace, since=last.since or last.at)
    return [replace(change, due_after=evaluate([*events, change], after, now).due_at)]


def _check_lowering(order: RetargetClock) -> None:
    if not order.note.strip():
        raise ReasonMissing()
    if not order.may_lower:
        raise RightMissing(order.by, "lower a priority that is being timed", "a supervisor")


def _change(before: ClockState, order: RetargetClock, target: ServiceTarget, now: datetime) -> ClockRetargeted:
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
        breached_before=before.breached_at,
        breach_cause=before.breach_cause,
    )


def _promises_the_same(before: ClockState, after: ClockState) -> bool:
    same = ("limit", "calendar", "source", "policy_version", "not_before")
    return all(getattr(before.target, name) == getattr(after.target, name) for name in same)
