"""Random block-structured diagrams, played in random order against a model that knows no tokens (tests/engine/blocks.py)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from engine.spiff import Spec, TokenFlow, compile_process
from tests.engine.blocks import Scope, Trigger, after, enabled, settle
from tests.engine.drawing import Drawing, calm, leaves, stormy
from tests.engine.spiff.diagrams import MESSAGE, TIMER, chain, end, error_end, process, start, task, user
from tests.engine.spiff.player import Player
from tests.support.examples import examples

LEAVES = leaves(["person"], ["pass"])
ORDERS = {"complete": "complete", "fire": "fire_timer", "deliver": "deliver"}


class Bare:
    """A dialect for the token flow alone: no data and no time. `answers` holds what each condition says when it is asked."""

    def __init__(self) -> None:
        self.answers: dict = {}

    def work(self, name: str, _kind: str) -> str:
        return user(name)

    def plain(self, name: str, _kind: str) -> str:
        return task(name)

    def failing(self, name: str, _kind: str, never: str) -> str:
        return user(name) + error_end(f"{name}_oops", "lost") + chain(name, f"{name}_oops") + task(never)

    def lasts(self, _event: str) -> timedelta:
        return timedelta()

    def trigger(self, trigger: Trigger) -> str:
        return TIMER if trigger.kind == "timer" else MESSAGE

    def condition(self, split: str, answers: list[bool], number: int) -> str:
        self.answers[f"{split}.{number}"] = answers[number]
        return f"{split}.{number}"

    def rounds(self, ask: str, times: int) -> tuple[str, None, str]:
        left = times

        def again() -> bool:
            nonlocal left
            left = left - 1 if left > 1 else times
            return left != times

        self.answers[f"{ask}.again"] = again
        return "", None, f"{ask}.again"


@examples(100)
@given(block=calm(LEAVES), data=st.data())
def test_a_random_diagram_behaves_like_its_model(block, data):
    follow(block, data)


@examples(100)
@given(block=stormy(LEAVES, ["person"]), data=st.data())
def test_a_random_diagram_with_errors_and_event_sub_processes_behaves_like_its_model(block, data):
    follow(Scope(block, guarded=True), data)


def drawn(block) -> tuple[object, bytes, dict]:
    """The block with its names as what is left of a whole process, its diagram and what its conditions say."""
    dialect = Bare()
    made = Drawing(dialect).draw(block)
    xml = process(start(), *made.elements, end(), chain("start", made.first), chain(made.last, "end"))
    return settle(Scope(made.block)), xml, dialect.answers


def follow(block, data):
    """Draw a block, give it random orders that it accepts, and compare what is open with the model after each."""
    model, xml, answers = drawn(block)
    player = Player(xml, **answers)
    for _ in range(60):
        orders = sorted(enabled(model))
        held = [token.activity_id for token in player.tokens if token.kind in ("work", "timer", "message")]
        assert sorted(held) == [name for _, name in sorted(orders, key=lambda order: order[1])]
        assert player.flow.ended is (model is None)
        if model is None:
            break
        order, name = data.draw(st.sampled_from(orders))
        getattr(player, order)(name)
        model, _ = after(model, name)
    assert not player.stuck


@examples(40)
@given(block=stormy(LEAVES, ["person"], most=2).filter(lambda block: "Again" not in repr(block)))
def test_a_small_diagram_has_the_histories_of_its_model_and_no_other(block):
    model, xml, answers = drawn(Scope(block, guarded=True))
    spec = compile_process(xml, "p")

    def decide(_flow_id: str, expression: str, _token_id: str) -> bool:
        return answers[expression.removeprefix("=").strip()]

    flow = TokenFlow.start(spec, conditions=decide)
    assert set(histories_of_flow(spec, flow.snapshot(), decide, 6)) == set(histories_of_model(model, 6))


def histories_of_model(model, most: int) -> Iterator[tuple]:
    """Every sequence of at most `most` orders that the model accepts; one that leads to the end says so."""
    yield ("the end",) if model is None else ()
    for order, name in set(enabled(model)) if most else ():
        for rest in histories_of_model(after(model, name)[0], most - 1):
            yield ((order, name), *rest)


def histories_of_flow(spec: Spec, snapshot: bytes, decide, most: int) -> Iterator[tuple]:
    """The same of a token flow, which is loaded anew before each order."""
    flow = TokenFlow.load(spec, snapshot, conditions=decide)
    yield ("the end",) if flow.ended else ()
    verbs = {"work": "complete", "timer": "fire", "message": "deliver"}
    tokens = {(verbs[token.kind], token.activity_id): token.token_id for token in flow.waiting() if token.kind in verbs}
    for (order, name), token_id in tokens.items() if most else ():
        again = TokenFlow.load(spec, snapshot, conditions=decide)
        getattr(again, ORDERS[order])(token_id)
        for rest in histories_of_flow(spec, again.snapshot(), decide, most - 1):
            yield ((order, name), *rest)
