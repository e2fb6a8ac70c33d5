"""From a block to the elements of a diagram. What work, timers and conditions look like is a dialect's matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count, pairwise
from typing import Protocol

from hypothesis import strategies as st

from tests.engine.blocks import (
    Again,
    All,
    Catch,
    Each,
    Failing,
    Held,
    One,
    Plain,
    Race,
    Scope,
    Sequence,
    Side,
    Some,
    Trigger,
    Work,
)
from tests.engine.spiff.diagrams import (
    boundary,
    chain,
    element,
    end,
    event_sub,
    exclusive,
    flow,
    inclusive,
    on_start,
    parallel,
    race,
    start,
    sub,
)

ERROR = '<bpmn:errorEventDefinition errorRef="error-lost"/>'


class Dialect(Protocol):
    """How the parts of a diagram are written for whoever plays it."""

    def work(self, name: str, kind: str) -> str:
        """An activity that waits for a person or for a job."""

    def plain(self, name: str, kind: str) -> str:
        """An activity that passes at once."""

    def failing(self, name: str, kind: str, never: str) -> str:
        """Work out of which an error comes, so that the activity `never`, drawn with it, is not reached."""

    def each(self, name: str, times: int, *, sequential: bool) -> str:
        """Work for each of some elements."""

    def lasts(self, event: str) -> timedelta:
        """How long a timer lasts."""

    def trigger(self, trigger: Trigger) -> str:
        """The definition in an event."""

    def condition(self, split: str, answers: list[bool], number: int) -> str:
        """What decides on one way out of a gateway."""

    def rounds(self, ask: str, times: int) -> tuple[str, str | None, str]:
        """What counts the rounds: an activity before the gateway with its id, or none, and the condition for one more."""


@dataclass(frozen=True)
class Drawn:
    """A block with its names filled in, its elements, the id of its first element and of its last."""

    block: object
    elements: list[str]
    first: str
    last: str


class Drawing:
    """Draws blocks and gives names."""

    def __init__(self, dialect: Dialect) -> None:
        self._numbers = count(1)
        self._say = dialect

    def draw(self, block) -> Drawn:
        """Draw a block and all that is in it."""
        return getattr(self, f"_{type(block).__name__.lower()}")(block)

    def _name(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers)}"

    def _named(self, trigger: Trigger) -> Trigger:
        event = self._name(trigger.kind)
        return replace(trigger, event=event, lasts=self._say.lasts(event))

    def _work(self, block: Work) -> Drawn:
        name = self._name(block.kind)
        return Drawn(replace(block, name=name), [self._say.work(name, block.kind)], name, name)

    def _failing(self, block: Failing) -> Drawn:
        name, never = self._name(f"failing_{block.kind}"), self._name("never")
        return Drawn(replace(block, name=name), [self._say.failing(name, block.kind, never)], name, never)

    def _plain(self, block: Plain) -> Drawn:
        name = self._name("plain")
        return Drawn(block, [self._say.plain(name, block.kind)], name, name)

    def _each(self, block: Each) -> Drawn:
        name = self._name("each")
        return Drawn(replace(block, name=name), [self._say.each(name, block.times, sequential=block.sequential)], name, name)

    def _catch(self, block: Catch) -> Drawn:
        trigger = self._named(block.trigger)
        drawn = element("intermediateCatchEvent", trigger.event, self._say.trigger(trigger))
        return Drawn(Catch(trigger), [drawn], trigger.event, trigger.event)

    def _race(self, block: Race) -> Drawn:
        ask, path, merge = self._name("race"), self._name("path"), self._name("merge")
        first, second = self._named(block.first), self._named(block.second)
        events = [element("intermediateCatchEvent", each.event, self._say.trigger(each)) for each in (first, second)]
        ways = chain(ask, first.event, path, merge) + chain(ask, second.event, merge)
        elements = [race(ask), *events, self._say.work(path, "person"), exclusive(merge), ways]
        return Drawn(replace(block, first=first, second=second, path=path), elements, ask, merge)

    def _held(self, block: Held) -> Drawn:
        name, merge = self._name(block.kind), self._name("merge")
        side, way = self._boundary(block.side, name, merge)
        elements = [self._say.work(name, block.kind), exclusive(merge), chain(name, merge), *way]
        return Drawn(replace(block, name=name, side=side), elements, name, merge)

    def _boundary(self, side: Side, on: str, merge: str) -> tuple[Side, list[str]]:
        """An event on a boundary with its path, which joins at `merge` when it interrupts and else ends by itself."""
        named = replace(side, trigger=self._named(side.trigger), path=self._name("path"))
        event, last = named.trigger.event, merge if side.interrupting else self._name("aside")
        way = [boundary(event, on, self._say.trigger(named.trigger), interrupting=side.interrupting)]
        way += [self._say.work(named.path, "person"), chain(event, named.path, last)]
        return named, way if side.interrupting else [*way, end(last)]

    def _sequence(self, block: Sequence) -> Drawn:
        drawn = [self.draw(part) for part in block.parts]
        elements = [each for part in drawn for each in part.elements]
        links = [chain(left.last, right.first) for left, right in pairwise(drawn)]
        return Drawn(Sequence(tuple(part.block for part in drawn)), elements + links, drawn[0].first, drawn[-1].last)

    def _all(self, block: All) -> Drawn:
        return self._split(block, parallel, None)

    def _one(self, block: One) -> Drawn:
        return self._split(block, exclusive, [number == block.chosen for number in range(len(block.parts))])

    def _some(self, block: Some) -> Drawn:
        return self._split(block, inclusive, [number in block.chosen for number in range(len(block.parts))])

    def _split(self, block, gateway: Callable[[str], str], answers: list[bool] | None) -> Drawn:
        split, join = self._name("split"), self._name("join")
        drawn = [self.draw(part) for part in block.parts]
        elements = [gateway(split), gateway(join)] + [each for part in drawn for each in part.elements]
        for number, part in enumerate(drawn):
            condition = self._say.condition(split, answers, number) if answers else None
            elements += [flow(split, part.first, condition), chain(part.last, join)]
        return Drawn(replace(block, parts=tuple(part.block for part in drawn)), elements, split, join)

    def _scope(self, block: Scope) -> Drawn:
        name, first, last, merge = (self._name(prefix) for prefix in ("sub", "start", "end", "merge"))
        body = self.draw(block.body)
        inside = [start(first), *body.elements, end(last), chain(first, body.first), chain(body.last, last)]
        named = replace(block, body=body.block)
        outside = [exclusive(merge), chain(name, merge)]
        if block.watch:
            watch, beside = self._event_sub(block.watch)
            named, inside = replace(named, watch=watch), [*inside, beside]
        if block.limit:
            limit, way = self._boundary(block.limit, name, merge)
            named, outside = replace(named, limit=limit), outside + way
        if block.guarded:
            caught, mend = self._name("caught"), self._name("mend")
            named = replace(named, mend=mend)
            outside += [boundary(caught, name, ERROR), self._say.work(mend, "person"), chain(caught, mend, merge)]
        return Drawn(named, [sub(name, *inside), *outside], name, merge)

    def _event_sub(self, side: Side) -> tuple[Side, str]:
        named = replace(side, trigger=self._named(side.trigger), path=self._name("path"))
        event, last = named.trigger.event, self._name("end")
        begun = on_start(event, self._say.trigger(named.trigger), interrupting=side.interrupting)
        ways = chain(event, named.path, last)
        return named, event_sub(self._name("beside"), begun, self._say.work(named.path, "person"), end(last), ways)

    def _again(self, block: Again) -> Drawn:
        merge, ask, out = self._name("merge"), self._name("ask"), self._name("out")
        body = self.draw(block.body)
        counting, counter, more = self._say.rounds(ask, block.times)
        ways = chain(merge, body.first) + chain(*filter(None, (body.last, counter, ask)), out) + flow(ask, merge, more)
        gateways = [exclusive(merge), exclusive(ask, f"{ask}-{out}"), element("task", out), counting]
        return Drawn(Again(body.block, block.times), [*gateways, *body.elements, ways], merge, out)


# --- blocks by chance ----------------------------------------------------------------------------------------------

TRIGGERS = st.builds(Trigger, st.sampled_from(["timer", "timer", "message"]))
SIDES = st.builds(Side, TRIGGERS, interrupting=st.booleans())


def leaves(kinds: list[str], passing: list[str], *more: st.SearchStrategy) -> st.SearchStrategy:
    """What nothing stands in; `kinds` of work and `passing` kinds of what passes at once."""
    work, passes = st.sampled_from(kinds), st.sampled_from(passing)
    held = st.builds(Held, SIDES, kind=work)
    races = st.builds(Race, TRIGGERS, TRIGGERS)
    return st.one_of(st.builds(Work, kind=work), st.builds(Plain, passes), held, held, st.builds(Catch, TRIGGERS), races, *more)


def _containers(inner: st.SearchStrategy) -> st.SearchStrategy:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        parts.map(Sequence),
        parts.map(All),
        st.builds(lambda parts, pick: One(parts, pick % len(parts)), parts, st.integers(0, 2)),
        st.builds(
            lambda parts, pick: Some(parts, tuple(sorted({number % len(parts) for number in pick}))),
            parts,
            st.sets(st.integers(0, 2), min_size=1),
        ),
        st.builds(Scope, inner),
        st.builds(Again, inner, st.integers(1, 3)),
    )


def _storms(inner: st.SearchStrategy) -> st.SearchStrategy:
    """What may be interrupted as a whole. Nothing around it runs again, since the rounds inside it would be left half counted."""
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    side = st.one_of(st.none(), SIDES)
    scopes = st.builds(Scope, inner, watch=side, limit=side, guarded=st.booleans())
    return st.one_of(parts.map(Sequence), parts.map(All), scopes, scopes)


def calm(leaf: st.SearchStrategy, *, most: int = 8) -> st.SearchStrategy:
    """Blocks that end as they began, nested, with at most so many leaves."""
    return st.recursive(leaf, _containers, max_leaves=most)


def stormy(leaf: st.SearchStrategy, kinds: list[str], *, most: int = 5) -> st.SearchStrategy:
    """Blocks that may be interrupted, or out of which errors may come."""
    return st.recursive(st.one_of(calm(leaf), st.builds(Failing, kind=st.sampled_from(kinds))), _storms, max_leaves=most)
