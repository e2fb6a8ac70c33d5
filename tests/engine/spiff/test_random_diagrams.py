"""Random block-structured diagrams, played in random order against a tiny model that knows nothing of tokens.

The model is a term that shrinks: what is enabled in a term, and what remains of it after one order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count, pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.spiff.diagrams import (
    TIMER,
    an_error,
    boundary,
    boundary_timer,
    chain,
    end,
    error_end,
    event_sub,
    exclusive,
    flow,
    inclusive,
    on_start,
    parallel,
    process,
    start,
    sub,
    task,
    user,
)
from tests.engine.spiff.player import Player


@dataclass(frozen=True)
class Work:
    name: str = ""


@dataclass(frozen=True)
class Timed:
    """Work with a boundary timer whose path is one more piece of work."""

    interrupting: bool
    name: str = ""
    event: str = ""
    path: str = ""


@dataclass(frozen=True)
class Plain:
    pass


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
class Failing:
    """Work that leads to an error end."""

    name: str = ""


@dataclass(frozen=True)
class Scope:
    """A sub-process, or the process itself; `beside` are the paths that non-interrupting timers opened in it.

    `watched`: an event sub-process inside is started by the timer `event`, to interrupt (True) or not (False), and does the
    work `path`. `guarded`: the work `mend` follows, instead of what is left, when an error comes out.
    """

    body: object
    beside: tuple = ()
    watched: bool | None = None
    guarded: bool = False
    event: str = ""
    path: str = ""
    mend: str = ""


@dataclass(frozen=True)
class Again:
    """A body that is run `times` times."""

    body: object
    times: int


LEAVES = st.one_of(st.just(Work()), st.just(Plain()), st.builds(Timed, interrupting=st.booleans()))


def _containers(inner: st.SearchStrategy) -> st.SearchStrategy:
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        parts.map(Sequence),
        parts.map(All),
        st.builds(lambda parts, pick: One(parts, pick % len(parts)), parts, st.integers(0, 2)),
        st.builds(
            lambda parts, pick: Some(parts, tuple({number % len(parts) for number in pick})),
            parts,
            st.sets(st.integers(0, 2), min_size=1),
        ),
        st.builds(Scope, inner),
        st.builds(Again, inner, st.integers(1, 3)),
    )


def _storms(inner: st.SearchStrategy) -> st.SearchStrategy:
    """What may be interrupted as a whole. Nothing around it runs again, since rounds are counted by the diagram's answers."""
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    watched = st.one_of(st.none(), st.booleans())
    scopes = st.builds(Scope, inner, watched=watched, guarded=st.booleans())
    return st.one_of(parts.map(Sequence), parts.map(All), scopes, scopes)


BLOCKS = st.recursive(LEAVES, _containers, max_leaves=8)
STORMS = st.recursive(st.one_of(BLOCKS, st.just(Failing())), _storms, max_leaves=5)


# --- from a block to a diagram -------------------------------------------------------------------------------------


class Drawing:
    """Draws blocks and gives names; `answers` holds what each condition says each time it is asked."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.answers: dict = {}

    def name(self, prefix: str) -> str:
        return f"{prefix}{next(self.numbers)}"

    def draw(self, block) -> tuple[object, list[str], str, str]:
        """The block with its names filled in, its XML elements, its first and its last element's id."""
        return getattr(self, f"_{type(block).__name__.lower()}")(block)

    def _work(self, block):
        name = self.name("work")
        return Work(name), [user(name)], name, name

    def _plain(self, block):
        name = self.name("plain")
        return block, [task(name)], name, name

    def _timed(self, block):
        name, event, path, merge = (self.name(prefix) for prefix in ("work", "event", "path", "merge"))
        named = replace(block, name=name, event=event, path=path)
        elements = [user(name), boundary_timer(event, name, interrupting=block.interrupting), user(path), exclusive(merge)]
        last = merge if block.interrupting else self.name("aside")
        closing = [] if block.interrupting else [end(last)]
        return named, [*elements, *closing, chain(name, merge), chain(event, path, last)], name, merge

    def _sequence(self, block):
        drawn = [self.draw(part) for part in block.parts]
        elements = [element for part in drawn for element in part[1]]
        links = [chain(left[3], right[2]) for left, right in pairwise(drawn)]
        return Sequence(tuple(part[0] for part in drawn)), elements + links, drawn[0][2], drawn[-1][3]

    def _split(self, block, gateway, answers):
        split, join = self.name("split"), self.name("join")
        drawn = [self.draw(part) for part in block.parts]
        elements = [gateway(split), gateway(join)] + [element for part in drawn for element in part[1]]
        for number, part in enumerate(drawn):
            condition = f"{split}.{number}" if answers is not None else None
            if condition:
                self.answers[condition] = answers[number]
            elements += [flow(split, part[2], condition), chain(part[3], join)]
        return replace(block, parts=tuple(part[0] for part in drawn)), elements, split, join

    def _all(self, block):
        return self._split(block, parallel, None)

    def _one(self, block):
        return self._split(block, exclusive, [number == block.chosen for number in range(len(block.parts))])

    def _some(self, block):
        return self._split(block, inclusive, [number in block.chosen for number in range(len(block.parts))])

    def _failing(self, block):
        name, oops, never = self.name("work"), self.name("oops"), self.name("never")
        return Failing(name), [user(name), error_end(oops, "lost"), task(never), chain(name, oops)], name, never

    def _scope(self, block):
        name, first, last = self.name("sub"), self.name("start"), self.name("end")
        body, elements, entry, leave = self.draw(block.body)
        inside = [start(first), *elements, end(last), chain(first, entry), chain(leave, last)]
        named = replace(block, body=body)
        if block.watched is not None:
            event, path, closing, beside = (self.name(prefix) for prefix in ("event", "path", "end", "beside"))
            begun = on_start(event, TIMER, interrupting=block.watched)
            inside.append(event_sub(beside, begun, user(path), end(closing), chain(event, path, closing)))
            named = replace(named, event=event, path=path)
        if not block.guarded:
            return named, [sub(name, *inside)], name, name
        caught, mend, merge = self.name("caught"), self.name("mend"), self.name("merge")
        ways = chain(name, merge) + chain(caught, mend, merge)
        guard = boundary(caught, name, an_error())
        return replace(named, mend=mend), [sub(name, *inside), guard, user(mend), exclusive(merge), ways], name, merge

    def _again(self, block):
        merge, ask = self.name("merge"), self.name("ask")
        body, elements, entry, leave = self.draw(block.body)
        out = self.name("out")
        self.answers[f"{ask}.again"] = self._rounds(block.times)
        links = [chain(merge, entry), chain(leave, ask, out), flow(ask, merge, f"{ask}.again")]
        gateways = [exclusive(merge), exclusive(ask, f"{ask}-{out}"), task(out)]
        return Again(body, block.times), [*gateways, *elements, *links], merge, out

    @staticmethod
    def _rounds(times: int):
        left = times

        def again() -> bool:
            nonlocal left
            left = left - 1 if left > 1 else times
            return left != times

        return again


FAILED = object()
"""What remains of a block out of which an error came."""


# --- the model -----------------------------------------------------------------------------------------------------


def settle(block):
    """What remains of a block once everything that needs no order has passed; None when nothing does."""
    if isinstance(block, Plain):
        return None
    if isinstance(block, Sequence):
        parts = list(block.parts)
        while parts and (first := settle(parts[0])) is None:
            parts.pop(0)
        return Sequence((first, *parts[1:])) if parts else None
    if isinstance(block, All):
        parts = tuple(rest for part in block.parts if (rest := settle(part)) is not None)
        return All(parts) if parts else None
    if isinstance(block, One):
        return settle(block.parts[block.chosen])
    if isinstance(block, Some):
        return settle(All(tuple(block.parts[number] for number in block.chosen)))
    if isinstance(block, Scope):
        body = settle(block.body) if block.body else None
        return replace(block, body=body) if body or block.beside else None
    if isinstance(block, Again):
        return settle(Sequence((block.body,) * block.times))
    return block


def enabled(block) -> Iterator[tuple[str, str]]:
    """Pairs of order and activity that the settled block accepts."""
    match block:
        case Work(name) | Failing(name):
            yield "complete", name
        case Timed(_, name, event, _):
            yield from (("complete", name), ("fire", event))
        case Sequence((first, *_)):
            yield from enabled(first)
        case All(parts):
            for part in parts:
                yield from enabled(part)
        case Scope(body, beside):
            yield from enabled(body)
            for part in beside:
                yield from enabled(part)
            if block.event:
                yield "fire", block.event


def after(block, name: str):
    """The settled block after an order to `name`, and what it opened beside itself in its scope."""
    match block:
        case Work():
            return None, ()
        case Failing():
            return FAILED, ()
        case Timed(interrupting, own, _, path):
            if name == own:
                return None, ()
            return (Work(path), ()) if interrupting else (Work(own), (Work(path),))
        case Sequence((first, *rest)):
            remains, opened = after(first, name)
            if remains is FAILED:
                return FAILED, ()
            return settle(Sequence((remains or Plain(), *rest))), opened
        case All(parts):
            done = [after(part, name) if any(name == each for _, each in enabled(part)) else (part, ()) for part in parts]
            if any(part is FAILED for part, _ in done):
                return FAILED, ()
            rest = tuple(part for part, _ in done if part is not None)
            return (All(rest) if rest else None), tuple(part for _, opened in done for part in opened)
        case Scope(event=event) if event and name == event:
            over = replace(block, event="")
            if block.watched:
                return replace(over, body=Work(block.path), beside=()), ()
            return replace(over, beside=(*block.beside, Work(block.path))), ()
        case Scope(body, beside):
            opened = ()
            if any(name == each for _, each in enabled(body)):
                body, opened = after(body, name)
                if body is FAILED:
                    return (Work(block.mend), ()) if block.guarded else (FAILED, ())
            else:
                done = beside.index(Work(name))
                beside = beside[:done] + beside[done + 1 :]
            beside = (*beside, *opened)
            return (replace(block, body=body, beside=beside) if body or beside else None), ()
    raise AssertionError(f"{name} is not enabled")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(block=BLOCKS, data=st.data())
def test_a_random_diagram_behaves_like_its_model(block, data):
    follow(block, data)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(block=STORMS, data=st.data())
def test_a_random_diagram_with_errors_and_event_sub_processes_behaves_like_its_model(block, data):
    follow(Scope(block, guarded=True), data)


def follow(block, data):
    """Draw a block, give it random orders that it accepts, and compare what is open with the model after each."""
    drawing = Drawing()
    named, elements, entry, leave = drawing.draw(block)
    player = Player(process(start(), *elements, end(), chain("start", entry), chain(leave, "end")), **drawing.answers)
    model = settle(Scope(named))
    for _ in range(60):
        orders = sorted(enabled(model))
        held = [token.activity_id for token in player.tokens if token.kind in ("work", "timer")]
        assert sorted(held) == sorted(name for _, name in orders)
        assert player.flow.ended is (model is None)
        if model is None:
            break
        order, name = data.draw(st.sampled_from(orders))
        getattr(player, order)(name)
        model, _ = after(model, name)
    assert not player.stuck
