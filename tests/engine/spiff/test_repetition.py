"""Multi-instance activities: the caller begins runs and says when it is enough; saved and loaded between any two steps."""

import pytest

from engine.spiff import RunEnded, RunsWanted, TokenNotWaiting
from tests.engine.spiff.diagrams import (
    MESSAGE,
    TIMER,
    a_signal,
    an_error,
    boundary,
    chain,
    element,
    end,
    error_end,
    event_sub,
    exclusive,
    flow,
    on_start,
    parallel,
    process,
    repeated,
    start,
    user,
)
from tests.engine.spiff.player import Player

INSIDE = start("s") + user("x") + user("y") + end("e") + chain("s", "x", "y", "e")


def each(middle: str = repeated("userTask", "each"), *more: str) -> bytes:
    return process(start(), middle, user("after"), end(), chain("start", "each", "after", "end"), *more)


def test_the_whole_waits_for_its_runs_and_goes_on_when_told():
    player = Player(each())
    assert player.happened(RunsWanted) == ["each"]
    assert [token.kind for token in player.tokens] == ["runs"]
    assert player.begin("each", 3).open == ["each", "each", "each"]
    whole, first, second, third = (token.token_id for token in player.tokens)
    player.flow.complete(second)
    player._save_and_load()
    assert [event.token_id for event in player.history if isinstance(event, RunEnded)] == [second]
    player.flow.complete(first)
    player.flow.complete(third)
    player._save_and_load()
    assert [token.token_id for token in player.tokens] == [whole], "it doesn't go on by itself"
    assert player.complete("each").open == ["after"]


def test_completing_the_whole_withdraws_the_runs_that_are_open():
    player = Player(each()).begin("each", 3).complete("each")
    assert player.open == ["after"]
    assert player.cancelled == ["each", "each", "each"]


def test_runs_of_a_sub_process_stand_each_in_a_scope_of_its_own():
    player = Player(each(repeated("subProcess", "each", INSIDE))).begin("each", 2)
    assert player.open == ["x", "x"]
    assert player.complete("x").open == ["x", "y"]
    assert player.complete("y").happened(RunEnded) == ["each"]
    assert player.complete("x", "y").happened(RunEnded) == ["each", "each"]
    assert player.complete("each").open == ["after"]


def test_one_run_after_the_other():
    player = Player(each(repeated("userTask", "each", sequential=True)))
    for _ in range(3):
        player.begin("each", 1)
        player.flow.complete(player.tokens[-1].token_id)
        player._save_and_load()
    assert player.happened(RunEnded) == ["each"] * 3
    assert player.complete("each").open == ["after"]


def test_a_token_knows_the_runs_that_it_belongs_to():
    inner = repeated("subProcess", "each", start("s") + repeated("userTask", "deep") + end("e") + chain("s", "deep", "e"))
    player = Player(each(inner)).begin("each", 1).begin("deep", 1)
    run, whole, deepest = (token.token_id for token in player.tokens[1:])
    assert player.flow.within(deepest) == (deepest, run)
    assert player.flow.within(whole) == (run,)
    assert player.flow.within(player.tokens[0].token_id) == ()


def test_the_number_and_token_of_each_run_are_told_before_it_begins():
    player = Player(each(repeated("subProcess", "each", INSIDE)))
    told = []
    player.flow.begin_runs(player.token("each"), 2, lambda number, token: told.append((number, token)))
    assert [number for number, _ in told] == [0, 1]
    assert [player.flow.within(token) for _, token in told] == [(token,) for _, token in told]


def test_an_event_on_its_boundary_withdraws_the_whole():
    on = boundary("late", "each", TIMER) + user("aside") + chain("late", "aside", "end")
    player = Player(each(repeated("userTask", "each"), on)).begin("each", 2)
    assert player.fire("late").open == ["aside"]
    assert player.cancelled == ["each", "each", "each"]


def test_an_error_in_one_run_withdraws_all_of_them():
    failing = start("s") + user("x") + error_end("oops", "lost") + chain("s", "x", "oops")
    on = boundary("c", "each", an_error("lost")) + user("aside") + chain("c", "aside", "end")
    player = Player(each(repeated("subProcess", "each", failing), on)).begin("each", 3).complete("x")
    assert player.open == ["aside"]
    task = Player(each(repeated("serviceTask", "each"), on)).begin("each", 2)
    task.flow.throw_error(task.tokens[-1].token_id, "lost")
    assert task.open == ["aside"]


def test_an_event_sub_process_inside_belongs_to_one_run():
    beside = event_sub("es", on_start("on", MESSAGE), user("z"), end("ze"), chain("on", "z", "ze"))
    player = Player(each(repeated("subProcess", "each", INSIDE + beside))).begin("each", 2)
    assert player.deliver("on").open == ["on", "x", "z"]
    assert player.complete("z").happened(RunEnded) == ["each"]


def test_a_signal_reaches_every_run():
    catch = '<bpmn:intermediateCatchEvent id="c">' + a_signal("red") + "</bpmn:intermediateCatchEvent>"
    player = Player(each(repeated("subProcess", "each", start("s") + catch + end("e") + chain("s", "c", "e")))).begin("each", 3)
    assert player.signal("red").happened(RunEnded) == ["each"] * 3


def test_a_join_inside_a_run_that_waits_in_vain_is_named():
    inner = (
        start("s") + exclusive("g", "g-a") + user("a") + user("b") + parallel("j") + end("e")
        + chain("s", "g", "a", "j", "e") + chain("b", "j") + flow("g", "b", "= no")
    )  # fmt: skip
    player = Player(each(repeated("subProcess", "each", inner)), no=False).begin("each", 1).complete("a")
    assert "can no longer come" in player.stuck[0]


def test_runs_are_begun_only_at_a_multi_instance_activity():
    player = Player(process(start(), user("a"), end(), chain("start", "a", "end")))
    with pytest.raises(TokenNotWaiting):
        player.begin("a", 1)


@pytest.mark.parametrize("order", [("fork", "each", "join"), ("fork", "join")])
def test_a_join_that_waits_for_runs_which_have_not_begun_is_no_deadlock(order):
    other = ("fork", "join") if len(order) == 3 else ("fork", "each", "join")
    player = Player(
        process(start(), parallel("fork"), repeated("userTask", "each"), parallel("join"), end(), chain("start", "fork"),
                chain(*order), chain(*other), chain("join", "end"))
    )  # fmt: skip
    assert player.stuck == []
    assert player.begin("each", 1).complete("each").flow.ended


def test_the_runs_of_a_standard_loop_keep_nothing_for_themselves():
    loop = element("userTask", "a", "<bpmn:standardLoopCharacteristics/>")
    player = Player(process(start(), loop, end(), chain("start", "a", "end"))).begin("a", 1)
    run = next(token for token in player.tokens if token.kind == "work")
    assert player.flow.within(run.token_id) == ()
    assert player.complete_run("a").begin("a", 1).complete_run("a").complete("a").ends == [("end",)]
