"""What supervisors do about a case: find it more or less urgent, promise, take promises back, look after escalations."""

from __future__ import annotations

from datetime import timedelta

from benchmarks.day.acting import SUPERVISOR, Actor, Story
from benchmarks.day.noted import Class, Promised
from desk.limits.limit_errors import PromiseTooLate
from desk.limits.reclassifying import NewClass

APPROVED_SHARE, WITHDRAWN_SHARE, LATER_SHARE = 0.75, 0.25, 0.3
"""So many promises are a supervisor's; so many of them are taken back; of the others so many are replaced by a later one."""


def classed_anew(actor: Actor, **other: str) -> None:
    """The case is more or less urgent than it seemed, or its customer of another tier."""
    order = actor.desk.reclassifying.reclassify
    case = actor.act(order, actor.number, NewClass(**other), reason="复核", by=SUPERVISOR)
    actor.noted.classes.append((actor.now(), Class(priority=case.priority, tier=case.tier)))


def promised(actor: Actor, holder: str, *, hours: float) -> Story:
    """The customer is told by when it will be done, unless it is too late for that already."""
    yield actor.about(minutes=15)
    given_id = _promise(actor, SUPERVISOR if actor.happens(APPROVED_SHARE) else holder, actor.about(hours=hours))
    if given_id is None:
        return
    yield actor.about(hours=hours / 2)
    if actor.happens(WITHDRAWN_SHARE):
        actor.act(actor.desk.promising.withdraw, actor.number, given_id, apology="抱歉", by=SUPERVISOR)
        actor.noted.promises[-1].withdrawn_at = actor.now()
    elif actor.happens(LATER_SHARE):
        _promise(actor, SUPERVISOR, actor.about(hours=hours))


def _promise(actor: Actor, by: str, within: timedelta) -> int | None:
    due_at = actor.now() + within
    try:
        given = actor.act(actor.desk.promising.promise, actor.number, due_at=due_at, reason="需要核实", by=by)
    except PromiseTooLate:
        return None
    actor.noted.promises.append(Promised(at=actor.now(), due_at=due_at, approved=by == SUPERVISOR))
    return given.id


def looked_after(actor: Actor) -> None:
    """Somebody looks after what escalated, if anything did."""
    waiting = [one for one in actor.desk.escalations.of_case(actor.number, viewer=SUPERVISOR) if not one.acknowledged_at]
    if waiting:
        clock = waiting[-1].clock
        actor.act(actor.desk.escalations.acknowledge, actor.number, clock, by=SUPERVISOR)
        actor.noted.acknowledged.append((actor.now(), clock))
