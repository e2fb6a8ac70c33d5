"""The cost of a step depends on what is open, not on what has been (P1)."""

import sys
from collections.abc import Callable
from types import FrameType

import pytest

from engine.spiff import TokenFlow, compile_process
from tests.engine.spiff.diagrams import (
    CUSTOMER_SERVICE,
    MESSAGE,
    boundary_timer,
    chain,
    end,
    event_sub,
    exclusive,
    flow,
    on_start,
    parallel,
    process,
    service,
    start,
    sub,
    user,
)

PLAIN = process(
    start(), service("assign"), user("handle"), user("feedback"), exclusive("ok", "ok-end"), end(),
    chain("start", "assign", "handle", "feedback", "ok", "end"), flow("ok", "assign", "= again"),
)  # fmt: skip

NESTED = process(
    start(), sub("round", start("s"), parallel("f"), user("handle"), user("ask"), parallel("j"), end("e"),
                 chain("s", "f", "handle", "j", "e"), chain("f", "ask", "j")),
    boundary_timer("late", "round"), end("off"), chain("late", "off"), exclusive("ok", "ok-end"), end(),
    chain("start", "round", "ok", "end"), flow("ok", "round", "= again"),
)  # fmt: skip

OPEN_PATH = process(
    start(), service("assign"), user("handle"), boundary_timer("warn", "handle", interrupting=False),
    user("look"), end("looked"), user("feedback"), exclusive("ok", "ok-end"), end(),
    chain("start", "assign", "handle", "feedback", "ok", "end"), chain("warn", "look", "looked"),
    flow("ok", "assign", "= again"),
)  # fmt: skip

WATCHED = process(
    start(), sub("round", start("s"), user("handle"), end("e"), chain("s", "handle", "e"),
                 event_sub("es", on_start("on", MESSAGE), user("instead"), end("ie"), chain("on", "instead", "ie"))),
    event_sub("beside", on_start("asked", MESSAGE, interrupting=False), user("aid"), end("ae"), chain("asked", "aid", "ae")),
    exclusive("ok", "ok-end"), end(), chain("start", "round", "ok", "end"), flow("ok", "round", "= again"),
)  # fmt: skip

ROUNDS = {
    "plain": (PLAIN, ["assign", "handle", "feedback"]),
    "with boundary timers and a race": (CUSTOMER_SERVICE, ["assign", "handle", "survey", "answered"]),
    "with a fired boundary timer": (CUSTOMER_SERVICE, ["assign", "warn", "notify", "handle", "survey", "answered"]),
    "with a boundary path left open": (OPEN_PATH, ["assign", "handle", "feedback"]),
    "with a sub-process and a join": (NESTED, ["handle", "ask"]),
    "with event sub-processes": (WATCHED, ["asked", "on", "aid", "instead"]),
}
ORDERS = {"work": "complete", "timer": "fire_timer", "message": "deliver"}


def yes(flow_id: str, expression: str, token_id: str) -> bool:
    return True


class Case:
    """One instance, loaded and saved around every order as the engine does it."""

    def __init__(self, xml: bytes) -> None:
        self.spec = compile_process(xml, "p")
        self.snapshot = TokenFlow.start(self.spec, conditions=yes).snapshot()

    def step(self, activity: str) -> None:
        flow = TokenFlow.load(self.spec, self.snapshot, conditions=yes)
        token = next(token for token in flow.waiting() if token.activity_id == activity)
        getattr(flow, ORDERS[token.kind])(token.token_id)
        flow.take_happenings()
        self.snapshot = flow.snapshot()

    def round(self, activities: list[str]) -> None:
        for activity in activities:
            self.step(activity)

    def open(self) -> int:
        return len(TokenFlow.load(self.spec, self.snapshot, conditions=yes).waiting())


def calls_of(work: Callable[[], None]) -> int:
    """How many Python functions a piece of work calls: what it costs, whatever else the machine does."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def prepared(name: str) -> tuple[Case, list[str]]:
    xml, activities = ROUNDS[name]
    case = Case(xml)
    if xml is CUSTOMER_SERVICE:
        case.step("classify")
    if xml is OPEN_PATH:
        for activity in ("assign", "warn", "handle", "feedback"):
            case.step(activity)
    return case, activities


@pytest.mark.parametrize("name", ROUNDS)
def test_300_rounds_leave_as_many_tokens_and_bytes_as_one(name):
    case, activities = prepared(name)
    case.round(activities)
    tokens, size = case.open(), len(case.snapshot)
    for _ in range(300):
        case.round(activities)
        assert case.open() == tokens
        assert len(case.snapshot) <= size + 3 * (tokens + 2), "only the token numbers may grow, by a few digits"


@pytest.mark.slow
@pytest.mark.parametrize("name", ROUNDS)
def test_the_1000th_round_costs_what_the_second_costs(name):
    old, activities = prepared(name)
    for _ in range(950):
        old.round(activities)
    young, _ = prepared(name)
    young.round(activities)
    early, later = (calls_of(lambda case=case: case.round(activities)) for case in (young, old))
    assert later <= 1.02 * early
