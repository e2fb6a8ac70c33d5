"""Event sub-processes started by timer, message and signal, interrupting or not, saved and loaded between any two steps."""

import pytest

from engine.spiff import SignalWaiting, TimerWaiting
from tests.engine.spiff.diagrams import (
    CYCLE,
    MESSAGE,
    TIMER,
    a_signal,
    chain,
    end,
    event_sub,
    exclusive,
    flow,
    on_start,
    parallel,
    process,
    start,
    sub,
    terminate,
    user,
)
from tests.engine.spiff.player import Player

TRIGGERS = {"fire": TIMER, "deliver": MESSAGE, "signal": a_signal("red")}


def beside(trigger: str = TIMER, *, interrupting: bool, name: str = "es") -> str:
    """An event sub-process with one task."""
    on = on_start(f"{name}-on", trigger, interrupting=interrupting)
    return event_sub(name, on, user(f"{name}-work"), end(f"{name}-end"), chain(f"{name}-on", f"{name}-work", f"{name}-end"))


def in_process(*more: str) -> bytes:
    return process(start(), user("a"), user("b"), end(), chain("start", "a", "b", "end"), *more)


def occur(player: Player, order: str) -> Player:
    return player.signal("red") if order == "signal" else getattr(player, order)("es-on")


@pytest.mark.parametrize("order", TRIGGERS)
def test_an_interrupting_one_withdraws_everything_else_in_its_scope(order):
    player = Player(in_process(beside(TRIGGERS[order], interrupting=True)))
    assert player.open == ["a", "es-on"]
    assert occur(player, order).open == ["es-work"]
    assert player.cancelled == ["a"]
    assert player.complete("es-work").ends == [("es",)]


@pytest.mark.parametrize("order", TRIGGERS)
def test_a_non_interrupting_one_runs_beside(order):
    player = Player(in_process(beside(TRIGGERS[order], interrupting=False)))
    assert occur(player, order).open == (["a", "es-work"] if order == "fire" else ["a", "es-on", "es-work"])
    assert player.complete("a", "b").flow.ended is False
    assert player.complete("es-work").ends == [("end", "es")]


def test_one_that_repeats_may_run_several_times_at_once():
    player = Player(in_process(beside(MESSAGE, interrupting=False))).deliver("es-on").deliver("es-on")
    assert player.open == ["a", "es-on", "es-work", "es-work"]
    assert player.complete("es-work").open == ["a", "es-on", "es-work"]
    cycling = Player(in_process(beside(CYCLE, interrupting=False))).fire("es-on").fire("es-on")
    assert cycling.open.count("es-work") == 2


def test_ending_the_scope_withdraws_what_still_waits_to_start():
    player = Player(in_process(beside(interrupting=True), beside(MESSAGE, interrupting=False, name="fs"))).complete("a", "b")
    assert player.flow.ended
    assert player.cancelled == ["es-on", "fs-on"]
    assert player.tokens == []


def test_an_interrupting_one_withdraws_what_would_start_the_others():
    player = Player(in_process(beside(interrupting=True), beside(MESSAGE, interrupting=False, name="fs"))).fire("es-on")
    assert player.open == ["es-work"]
    assert player.complete("es-work").flow.ended


def test_an_interrupting_one_withdraws_the_others_that_run():
    both = (beside(interrupting=True), beside(MESSAGE, interrupting=False, name="fs"))
    player = Player(in_process(*both)).deliver("fs-on").fire("es-on")
    assert player.open == ["es-work"]


def test_in_a_sub_process_it_takes_over_that_sub_process_only():
    inner = sub("sub", start("s"), user("in"), end("e"), chain("s", "in", "e"), beside(interrupting=True))
    diagram = process(start(), parallel("f"), inner, user("out"), parallel("j"), user("last"), end(),
                      chain("start", "f", "sub", "j", "last", "end"), chain("f", "out", "j"))  # fmt: skip
    player = Player(diagram).fire("es-on")
    assert player.open == ["es-work", "out"]
    assert player.complete("es-work", "out").open == ["last"]


def test_a_terminate_end_of_the_scope_withdraws_it():
    diagram = process(start(), user("a"), terminate(), chain("start", "a", "terminate"), beside(MESSAGE, interrupting=False))
    player = Player(diagram).deliver("es-on").complete("a")
    assert player.flow.ended
    assert player.ends == [("terminate",)]


def test_one_inside_another_waits_only_while_that_runs():
    nested = beside(MESSAGE, interrupting=True, name="deep")
    flows = chain("es-on", "es-work", "es-end")
    outer = event_sub("es", on_start("es-on", TIMER), user("es-work"), end("es-end"), flows, nested)
    player = Player(in_process(outer))
    assert player.open == ["a", "es-on"]
    assert player.fire("es-on").open == ["deep-on", "es-work"]
    assert player.deliver("deep-on").open == ["deep-work"]
    assert player.complete("deep-work").ends == [("es",)]


def test_it_tells_that_it_waits_and_that_it_was_entered():
    player = Player(in_process(beside(interrupting=False), beside(a_signal("blue"), interrupting=False, name="fs")))
    assert player.happened(TimerWaiting) == ["es-on"]
    assert player.happened(SignalWaiting) == ["fs-on"]
    player.fire("es-on")
    assert player.entered == ["start", "a", "es", "es-on", "es-work"]


def test_a_start_that_cannot_go_on_sticks_inside_and_is_retried():
    on = on_start("es-on", TIMER)
    inner = event_sub("es", on, user("x"), user("y"), end("z"), flow("es-on", "x", "= yes"), flow("es-on", "y", "= no"),
                      chain("x", "z"), chain("y", "z"))  # fmt: skip
    player = Player(in_process(inner)).fire("es-on")
    assert player.open == ["es-on"]
    assert len(player.stuck) == 1
    player.answers = {"yes": True, "no": False}
    assert player.retry("es-on").open == ["x"]


def test_it_runs_in_a_loop_without_growing():
    inner = sub("sub", start("s"), user("in"), end("e"), chain("s", "in", "e"), beside(MESSAGE, interrupting=True))
    flows = chain("start", "m", "sub", "ask", "end") + flow("ask", "m", "= again")
    diagram = process(start(), exclusive("m"), inner, exclusive("ask", "ask-end"), end(), flows)
    player = Player(diagram, again=True)
    size = len(player.flow.snapshot())
    for _ in range(50):
        player.deliver("es-on").complete("es-work")
        assert len(player.flow.snapshot()) <= size + 3 * 6, "only the token numbers may grow, by a few digits"
    assert player.open == ["es-on", "in"]
