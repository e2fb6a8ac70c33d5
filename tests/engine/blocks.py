"""Block-structured processes as terms, and what may happen in them: a model that knows no token, no diagram and no database.

A term shrinks while it is played. `settle` tells what remains once everything that needs no order has passed, `enabled` which
orders what remains accepts, `after` what is left after one of them. Timers carry the instant at which they are due.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
ORDERS = {"timer": "fire", "message": "deliver"}
FAILED = object()
"""What remains of a block out of which an error came."""


@dataclass(frozen=True)
class Trigger:
    """What an event waits for: a timer that `lasts` so long, or a message."""

    kind: str
    event: str = ""
    lasts: timedelta = timedelta()
    due: datetime | None = None

    def armed(self, at: datetime) -> Trigger:
        return replace(self, due=at + self.lasts) if self.kind == "timer" and self.due is None else self

    @property
    def order(self) -> tuple[str, str]:
        return ORDERS[self.kind], self.event


@dataclass(frozen=True)
class Side:
    """A way that leaves by an event and does one more piece of work, instead of what it leaves (interrupting) or beside it."""

    trigger: Trigger
    interrupting: bool
    path: str = ""

    def armed(self, at: datetime) -> Side:
        return replace(self, trigger=self.trigger.armed(at))

    @property
    def again(self) -> Side | None:
        """What is left of it when it was taken and did not interrupt: a message may come again, a timer fires once."""
        return self if self.trigger.kind == "message" else None


@dataclass(frozen=True)
class Work:
    """Done by a person or, as a job, by a worker."""

    name: str = ""
    kind: str = "person"


@dataclass(frozen=True)
class Failing:
    """Work out of which an error comes."""

    name: str = ""
    kind: str = "person"


@dataclass(frozen=True)
class Plain:
    """What passes at once: an activity without a type, or one that is decided inside the transaction."""

    kind: str = "pass"


@dataclass(frozen=True)
class Catch:
    trigger: Trigger


@dataclass(frozen=True)
class Race:
    """Whichever comes first; after the first one there is work, after the second there is none."""

    first: Trigger
    second: Trigger
    path: str = ""


@dataclass(frozen=True)
class Held:
    """Work with an event on its boundary."""

    side: Side
    name: str = ""
    kind: str = "person"


@dataclass(frozen=True)
class Each:
    """Work that is done `times` times, one after the other or all at once."""

    times: int
    sequential: bool
    name: str = ""


@dataclass(frozen=True)
class Sequence:
    parts: tuple


@dataclass(frozen=True)
class All:
    parts: tuple


@dataclass(frozen=True)
class One:
    parts: tuple
    chosen: int


@dataclass(frozen=True)
class Some:
    parts: tuple
    chosen: tuple


@dataclass(frozen=True)
class Scope:
    """A sub-process, or the process itself; `beside` are the paths that were opened in it beside its body.

    `watch` starts an event sub-process in it, `limit` stands on its boundary. Out of a `guarded` one comes no error: the work
    `mend` follows instead of what is left.
    """

    body: object
    beside: tuple = ()
    watch: Side | None = None
    limit: Side | None = None
    guarded: bool = False
    mend: str = ""


@dataclass(frozen=True)
class Again:
    """A body that is run `times` times."""

    body: object
    times: int


def settle(block, at: datetime = LONG_AGO):
    """What remains of a block that was reached at this instant; None when nothing does."""
    match block:
        case Plain():
            return None
        case Catch(trigger):
            return Catch(trigger.armed(at))
        case Race(first, second):
            return replace(block, first=first.armed(at), second=second.armed(at))
        case Held(side):
            return replace(block, side=side.armed(at))
        case Sequence(parts):
            return _settle_first(list(parts), at)
        case All(parts):
            left = tuple(rest for part in parts if (rest := settle(part, at)) is not None)
            return All(left) if left else None
        case One(parts, chosen):
            return settle(parts[chosen], at)
        case Some(parts, chosen):
            return settle(All(tuple(parts[number] for number in chosen)), at)
        case Again(body, times):
            return settle(Sequence((body,) * times), at)
        case Scope(body, beside, watch, limit):
            body = settle(body, at) if body else None
            armed = replace(block, body=body, watch=watch and watch.armed(at), limit=limit and limit.armed(at))
            return armed if body or beside else None
    return block


def _settle_first(parts: list, at: datetime):
    while parts:
        first = settle(parts.pop(0), at)
        if first is not None:
            return Sequence((first, *parts))
    return None


def enabled(block) -> Iterator[tuple[str, str]]:
    """The orders that a settled block accepts, each as its verb and its activity; twice what may be done twice."""
    match block:
        case Work(name) | Failing(name):
            yield "complete", name
        case Each(times, sequential, name):
            yield from [("complete", name)] * (1 if sequential else times)
        case Held(_, name):
            yield "complete", name
        case Sequence((first, *_)):
            yield from enabled(first)
        case All(parts):
            for part in parts:
                yield from enabled(part)
        case Scope(body, beside):
            for part in (body, *beside):
                yield from enabled(part)
    yield from (trigger.order for trigger in _own_triggers(block))


def triggers(block) -> Iterator[Trigger]:
    """Everything outside that a settled block waits for."""
    yield from _own_triggers(block)
    match block:
        case Sequence((first, *_)):
            yield from triggers(first)
        case All(parts):
            for part in parts:
                yield from triggers(part)
        case Scope(body):
            yield from triggers(body)


def _own_triggers(block) -> Iterator[Trigger]:
    match block:
        case Catch(trigger):
            yield trigger
        case Race(first, second):
            yield from (first, second)
        case Held(side):
            yield side.trigger
        case Scope(watch=watch, limit=limit):
            yield from (side.trigger for side in (watch, limit) if side)


def works(block) -> Iterator[Work]:
    """The work that can be done now, once for each piece."""
    match block:
        case Work(name, kind) | Failing(name, kind):
            yield Work(name, kind)
        case Held(_, name, kind):
            yield Work(name, kind)
        case Each(times, sequential, name):
            yield from [Work(name)] * (1 if sequential else times)
        case Sequence((first, *_)):
            yield from works(first)
        case All(parts):
            for part in parts:
                yield from works(part)
        case Scope(body, beside):
            for part in (body, *beside):
                yield from works(part)


def after(block, name: str, at: datetime = LONG_AGO):
    """What is left of a settled block after an order to the activity `name`, and what it opened beside itself in its scope."""
    match block:
        case Work() | Catch():
            return None, ()
        case Failing():
            return FAILED, ()
        case Race(first, _, path):
            return (Work(path) if name == first.event else None), ()
        case Held(side, own):
            return (None, ()) if name == own else _leave_by(side, block, Work(own, block.kind))
        case Each(times):
            return (replace(block, times=times - 1) if times > 1 else None), ()
        case Sequence((first, *rest)):
            left, opened = after(first, name, at)
            return (FAILED, ()) if left is FAILED else (settle(Sequence((left or Plain(), *rest)), at), opened)
        case All(parts):
            return _after_one_of(parts, name, at)
        case Scope():
            return _after_in_scope(block, name, at)
    raise AssertionError(f"{name} is not enabled")


def _leave_by(side: Side, block, without):
    """Take the way of an event; `without` is the block when its event is used up."""
    if side.interrupting:
        return Work(side.path), ()
    return (block if side.again else without), (Work(side.path),)


def _accepts(block, name: str) -> bool:
    return any(name == each for _, each in enabled(block))


def _after_one_of(parts: tuple, name: str, at: datetime):
    number = next(number for number, part in enumerate(parts) if _accepts(part, name))
    left, opened = after(parts[number], name, at)
    if left is FAILED:
        return FAILED, ()
    rest = (*parts[:number], *([] if left is None else [left]), *parts[number + 1 :])
    return (All(rest) if rest else None), opened


def _after_in_scope(scope: Scope, name: str, at: datetime):
    watch, limit = scope.watch, scope.limit
    if limit and name == limit.trigger.event:
        return _leave_by(limit, scope, replace(scope, limit=limit.again))
    if watch and name == watch.trigger.event:
        if watch.interrupting:
            return replace(scope, body=Work(watch.path), beside=(), watch=None), ()
        return replace(scope, beside=(*scope.beside, Work(watch.path)), watch=watch.again), ()
    body, beside, opened = scope.body, scope.beside, ()
    if _accepts(body, name):
        body, opened = after(body, name, at)
    else:
        done = beside.index(Work(name))
        beside = beside[:done] + beside[done + 1 :]
    if body is FAILED:
        return (Work(scope.mend), ()) if scope.guarded else (FAILED, ())
    beside = (*beside, *opened)
    return (replace(scope, body=body, beside=beside) if body or beside else None), ()
