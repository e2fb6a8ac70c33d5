"""Our token flow inherits none of the pitfalls of SpiffWorkflow, which have their numbers in docs/pitfalls.md."""

import time
from importlib.metadata import version
from threading import Thread

import pytest
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine

from engine.spiff import TimerWaiting, TokenFlow, TokenNotWaiting, TokenStuck, compile_process
from engine.spiff.errors import EvaluationRefused
from engine.spiff.scripts import ConditionsOnly, FlowCondition
from tests.engine.spiff.diagrams import (
    CUSTOMER_SERVICE,
    boundary_timer,
    chain,
    end,
    exclusive,
    flow,
    parallel,
    process,
    start,
    timer,
    user,
)
from tests.engine.spiff.player import Player

ALWAYS = "1 == 1"
AGAIN = {ALWAYS: True}
LINE = process(start(), user("a"), end(), chain("start", "a", "end"))
LOOP = process(
    start(), user("a"), exclusive("again", "again-end"), end(), chain("start", "a", "again", "end"), flow("again", "a", ALWAYS)
)
TIMED = process(
    start(), user("a"), boundary_timer("late", "a"), user("b"), end(), chain("start", "a", "end"), chain("late", "b", "end")
)
FORK = process(
    start(), parallel("fork"), user("a"), user("b"), parallel("join"), user("c"), end(),
    chain("start", "fork", "a", "join", "c", "end"), chain("fork", "b", "join"),
)  # fmt: skip


def every_task(flow: TokenFlow) -> list:
    return list(flow._workflow.tasks.values())


def test_the_version_is_the_one_that_these_contracts_were_written_for():
    assert version("SpiffWorkflow").startswith("3.2.")


def test_p01_our_tree_holds_what_is_open_and_never_tells_an_open_case_ended():
    player = Player(LOOP, **AGAIN)
    for _ in range(1200):
        player.flow.complete(player.token("a"))
        assert not player.flow.ended
    assert player.open == ["a"]
    assert len(every_task(player.flow)) == 2


def test_p01_ended_needs_an_end_and_no_token():
    player = Player(LINE)
    assert not player.flow.ended
    player.flow._workflow.completed = True
    assert not player.flow.ended


def test_p02_to_p07_no_task_ever_holds_data():
    player = Player(CUSTOMER_SERVICE, **{"not(satisfied)": True})
    for activity in ("classify", "assign", "handle", "survey"):
        player.flow.complete(player.token(activity))
        assert all(task.data == {} and task.internal_data == {} for task in every_task(player.flow))
    player.flow.deliver(player.token("answered"))
    assert all(task.data == {} and task.internal_data == {} for task in every_task(player.flow))


def test_p04_joining_branches_merges_nothing():
    player = Player(FORK).complete("a", "b")
    assert player.open == ["c"]
    assert [task.data for task in every_task(player.flow)] == [{}, {}]


def test_p05_to_p07_ids_of_any_spelling_survive_saving():
    player = Player(
        process(start("typename"), user("客户-1.0"), user("True"), end("null"), chain("typename", "客户-1.0", "True", "null"))
    )
    assert player.complete("客户-1.0", "True").ends == [("null",)]


def test_p09_our_layer_hands_text_out_and_evaluates_none_of_it(tmp_path):
    trap = tmp_path / "trap"
    text = f"__import__('os').system('touch {trap}') == 0"
    diagram = process(
        start(), exclusive("g", "g-a"), user("a"), user("b"), end(), chain("start", "g", "a", "end"), flow("g", "b", text),
        chain("b", "end"), timer("t").replace("PT15M", text), chain("t", "end"),
    )  # fmt: skip
    player = Player(diagram)
    assert player.stuck == [f"nobody knows {text}"]
    assert not trap.exists()


def test_p09_every_other_road_to_evaluation_is_closed():
    scripts = ConditionsOnly(lambda *asked: True)
    assert isinstance(scripts, PythonScriptEngine)
    roads = [
        lambda: scripts.evaluate(None, "1 + 1"),
        lambda: scripts.execute(None, "1 + 1"),
        lambda: scripts.call_service(None, operation="x"),
        lambda: scripts.environment.evaluate("1 + 1", {}),
        lambda: scripts.environment.execute("1 + 1", {}),
        lambda: scripts.environment.call_service({}, operation="x"),
    ]
    for road in roads:
        with pytest.raises(EvaluationRefused, match="only conditions of sequence flows"):
            road()
    token = Player(LINE).flow._workflow.task_tree
    assert scripts.evaluate(token, FlowCondition(flow_id="f", expression="= x")) is True


def test_p10_p11_our_layer_never_looks_at_a_timers_text():
    for text in ("PT15M", "-PT1H", "", "P1.5M", "= late_at", "rubbish"):
        diagram = process(start(), timer("t").replace("PT15M", text), end(), chain("start", "t", "end"))
        assert Player(diagram).fire("t").flow.ended


def test_p12_one_order_reaches_the_fixed_point():
    flow = TokenFlow.start(compile_process(TIMED, "p"), conditions=lambda *asked: True)
    late = next(token.token_id for token in flow.waiting() if token.activity_id == "late")
    flow.fire_timer(late)
    assert [token.activity_id for token in flow.waiting()] == ["b"]


def test_p14_a_waiting_timer_is_announced_with_its_token_and_activity():
    player = Player(TIMED)
    assert TimerWaiting(token_id=player.token("late"), activity_id="late", attached_to="a") in player.history


def test_p15_no_clock_is_read_while_tokens_move(monkeypatch):
    def no_clock(*_):
        raise AssertionError("somebody looked at the clock")

    spec = compile_process(TIMED, "p")
    monkeypatch.setattr(time, "time", no_clock)
    monkeypatch.setattr("SpiffWorkflow.bpmn.specs.event_definitions.timer.datetime", no_clock)
    assert Player(spec).fire("late").complete("b").flow.ended


def test_p17_a_completed_token_refuses_to_be_completed_again():
    player = Player(LINE)
    token_id = player.token("a")
    player.complete("a")
    with pytest.raises(TokenNotWaiting) as refusal:
        player.flow.complete(token_id)
    assert (refusal.value.token_id, refusal.value.activity_id) == (token_id, None)


def test_p17_a_token_id_is_never_given_twice_even_after_loading():
    player = Player(LOOP, **AGAIN)
    seen = [player.token("a")]
    for _ in range(20):
        seen.append(player.complete("a").token("a"))
    assert len(set(seen)) == len(seen)


def test_p20_one_spec_serves_many_threads_and_is_in_no_snapshot():
    spec = compile_process(CUSTOMER_SERVICE, "p")
    ends: list[bool] = []

    def play() -> None:
        for _ in range(20):
            player = Player(spec, **{"not(satisfied)": False})
            player.complete("classify", "assign").fire("late").complete("handle", "survey").deliver("answered")
            ends.append(player.complete("archive", "escalate").flow.ended)

    threads = [Thread(target=play) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [True] * 80


def test_p21_two_versions_of_one_process_compile_side_by_side():
    first, second = compile_process(LINE, "p"), compile_process(LOOP, "p")
    assert Player(first).complete("a").flow.ended
    assert not Player(second, **AGAIN).complete("a").flow.ended


def test_p24_the_hooks_that_our_layer_hangs_on_are_called_in_their_order():
    """entered, then told to wait; run; completed, folded: seen from outside as one clean story."""
    player = Player(TIMED).fire("late").complete("b")
    assert [type(happening).__name__ for happening in player.history] == [
        "ActivityEntered", "ActivityLeft", "FlowTaken",
        "ActivityEntered", "TimerWaiting",
        "ActivityCancelled", "ActivityEntered", "ActivityLeft", "FlowTaken",
        "ActivityEntered", "ActivityLeft", "FlowTaken",
        "ActivityEntered", "ActivityLeft", "ProcessEnded",
    ]  # fmt: skip
    assert not [happening for happening in player.history if isinstance(happening, TokenStuck)]
