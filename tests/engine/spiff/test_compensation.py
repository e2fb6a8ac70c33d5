"""Compensation, saved and loaded between any two steps."""

import pytest

from engine.spiff import CompensationBegun, CompileRefused, RunForgotten, compile_process
from tests.engine.spiff.diagrams import (
    an_error,
    boundary,
    chain,
    compensated,
    compensation_end,
    compensation_throw,
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
    sub,
    undo_start,
    user,
)
from tests.engine.spiff.player import Player


def travel(*more: str, undo: str | None = None) -> bytes:
    """Two bookings with handlers, a decision, and what undoes them."""
    return process(
        start(), user("hotel"), user("flight"), user("pay"), compensation_throw("undo", undo), user("told"), end(),
        compensated("hotel"), compensated("flight"), *more, chain("start", "hotel", "flight", "pay", "undo", "told", "end"),
    )  # fmt: skip


def test_what_completed_is_undone_one_after_the_other_the_latest_first():
    player = Player(travel()).complete("hotel", "flight", "pay")
    assert player.open == ["undo-flight"]
    assert player.complete("undo-flight").open == ["undo-hotel"]
    assert player.complete("undo-hotel").open == ["told"]
    assert player.complete("told").ends == [("end",)]
    begun = [event for event in player.history if isinstance(event, CompensationBegun)]
    assert [event.undone_activity_id for event in begun] == ["flight", "hotel"]


def test_one_activity_may_be_undone_alone():
    player = Player(travel(undo="hotel")).complete("hotel", "flight", "pay")
    assert player.open == ["undo-hotel"]
    assert player.complete("undo-hotel").open == ["told"]


def test_only_what_completed_is_undone():
    player = Player(
        process(
            start(), parallel("f"), user("hotel"), user("flight"), user("pay"), compensation_throw("undo"), end("e1"), end("e2"),
            end("e3"), compensated("hotel"), compensated("flight"), chain("start", "f", "hotel", "e1"),
            chain("f", "flight", "e2"), chain("f", "pay", "undo", "e3"),
        )
    )  # fmt: skip
    assert player.complete("hotel", "pay").open == ["flight", "undo-hotel"]
    assert player.complete("flight", "undo-hotel").ends == [("e1", "e2", "e3")]


def test_nothing_to_undo_goes_on_at_once():
    player = Player(process(start(), compensation_throw("undo"), user("a"), end(), chain("start", "undo", "a", "end")))
    assert player.open == ["a"]


def test_a_loop_is_undone_as_often_as_it_completed():
    rounds = iter([True, True, False])
    player = Player(
        process(
            start(), user("hotel"), exclusive("g", "g-undo"), compensation_throw("undo"), compensation_throw("twice"), end(),
            compensated("hotel"), chain("start", "hotel", "g", "undo", "twice", "end"), flow("g", "hotel", "= again"),
        ),
        again=lambda: next(rounds),
    )  # fmt: skip
    player.complete("hotel", "hotel", "hotel", "undo-hotel", "undo-hotel")
    assert player.open == ["undo-hotel"]
    assert player.complete("undo-hotel").ends == [("end",)], "what was undone is not undone again"


def test_a_compensation_end_ends_when_all_is_undone():
    player = Player(
        process(start(), user("hotel"), compensation_end("undone"), compensated("hotel"), chain("start", "hotel", "undone"))
    )
    player.complete("hotel")
    assert (player.open, player.ends) == (["undo-hotel"], [])
    assert player.complete("undo-hotel").ends == [("undone",)]


# -- sub-processes


def in_sub(*more: str, handlers: str = compensated("a") + compensated("b")) -> bytes:
    inner = (start("s"), user("a"), user("b"), end("e"), chain("s", "a", "b", "e"), handlers)
    return process(
        start(), user("first"), compensated("first"), sub("sub", *inner, *more), user("last"), compensated("last"),
        compensation_throw("undo"), end(), chain("start", "first", "sub", "last", "undo", "end"),
    )  # fmt: skip


def test_what_completed_inside_a_completed_sub_process_is_undone_in_its_turn():
    player = Player(in_sub()).complete("first", "a", "b", "last")
    for activity in ("last", "b", "a", "first"):
        assert player.open == [f"undo-{activity}"]
        player.complete(f"undo-{activity}")
    assert player.ends == [("end",)]


def test_a_sub_process_that_was_interrupted_is_not_undone():
    story = process(
        start(), sub("sub", start("s"), user("a"), user("b"), end("e"), chain("s", "a", "b", "e"), compensated("a")),
        boundary("stop", "sub", an_error()), compensation_throw("undo"), end(), end("e2"), chain("start", "sub", "end"),
        chain("stop", "undo", "e2"),
    )  # fmt: skip
    assert Player(story).complete("a").throw("b", "lost").ends == [("e2",)]


def test_a_sub_process_with_a_handler_of_its_own_is_undone_by_it_alone():
    inner = (start("s"), user("a"), end("e"), chain("s", "a", "e"), compensated("a"))
    story = process(
        start(), sub("sub", *inner), compensated("sub"), compensation_throw("undo"), end(), chain("start", "sub", "undo", "end")
    )
    player = Player(story).complete("a")
    assert player.open == ["undo-sub"]
    assert player.complete("undo-sub").ends == [("end",)]


def test_an_event_sub_process_undoes_its_sub_process_and_may_undo_what_is_inside():
    undoing = event_sub(
        "rollback", undo_start("on"), user("ask"), compensation_throw("inside", "a"), user("tell"), end("re"),
        chain("on", "ask", "inside", "tell", "re"),
    )  # fmt: skip
    player = Player(in_sub(undoing)).complete("first", "a", "b", "last", "undo-last")
    assert player.open == ["ask"]
    assert player.complete("ask").open == ["undo-a"]
    assert player.complete("undo-a").open == ["tell"]
    assert player.complete("tell").open == ["undo-first"]
    assert player.complete("undo-first").ends == [("end",)]


def test_it_is_not_open_for_compensation_before_its_sub_process_has_completed():
    undoing = event_sub("rollback", undo_start("on"), user("ask"), end("re"), chain("on", "ask", "re"))
    player = Player(in_sub(undoing)).complete("first", "a")
    assert player.open == ["b"]


def test_an_error_sub_process_undoes_what_completed_around_it():
    rescue = event_sub("rescue", on_start("on", an_error()), compensation_throw("undo"), end("re"), chain("on", "undo", "re"))
    story = process(
        start(), user("a"), user("b"), error_end("oops", "lost"), rescue, compensated("a"), chain("start", "a", "b", "oops")
    )
    player = Player(story).complete("a", "b")
    assert player.open == ["undo-a"]
    assert player.complete("undo-a").ends == [("rescue",)]


def test_a_compensation_that_is_withdrawn_leaves_to_others_what_it_had_not_begun():
    rescue = event_sub(
        "rescue", on_start("on", an_error()), user("mend"), compensation_throw("rest"), end("re"),
        chain("on", "mend", "rest", "re"),
    )  # fmt: skip
    player = Player(travel(rescue)).complete("hotel", "flight", "pay").throw("undo-flight", "lost")
    assert player.open == ["mend"]
    assert player.complete("mend").open == ["undo-hotel"]
    assert player.complete("undo-hotel").ends == [("rescue",)]


# -- runs


@pytest.mark.parametrize("sequential", [True, False])
def test_every_completed_run_is_undone(sequential):
    story = process(
        start(), repeated("userTask", "a", sequential=sequential, inputCollection="= items"), compensated("a"),
        compensation_throw("undo"), end(), chain("start", "a", "undo", "end"),
    )  # fmt: skip
    player = Player(story)
    if sequential:
        player.begin("a", 1).complete_run("a").begin("a", 1).complete_run("a")
    else:
        player.begin("a", 2).complete_run("a").complete_run("a")
    player.complete("a")
    runs = [player.flow.within(player.token("undo-a"))]
    player.complete("undo-a")
    runs.append(player.flow.within(player.token("undo-a")))
    assert len(set(runs)) == 2, "each handler sees what its own run has seen"
    assert all(player.flow.remembers(run) for [run] in runs[1:])
    assert player.complete("undo-a").ends == [("end",)]
    assert len([event for event in player.history if isinstance(event, RunForgotten)]) == 2


def test_runs_of_a_sub_process_are_undone_with_what_completed_inside_each():
    inside = start("s") + user("a") + compensated("a") + end("e") + chain("s", "a", "e")
    story = process(
        start(), repeated("subProcess", "x", inside, inputCollection="= items"), compensation_throw("undo"), end(),
        chain("start", "x", "undo", "end"),
    )  # fmt: skip
    player = Player(story).begin("x", 2).complete("a", "a").complete("x")
    assert player.complete("undo-a", "undo-a").ends == [("end",)]


def test_the_snapshot_is_as_small_as_before_when_nothing_can_be_undone():
    assert b"{" not in Player(process(start(), user("a"), end(), chain("start", "a", "end"))).flow.snapshot()


def test_an_instance_that_is_stopped_forgets_what_it_could_have_undone():
    story = process(
        start(), repeated("userTask", "a", inputCollection="= items"), compensated("a"), user("b"), end(),
        chain("start", "a", "b", "end"),
    )  # fmt: skip
    player = Player(story).begin("a", 1).complete_run("a").complete("a").cancel()
    assert [type(event) for event in player.history if isinstance(event, RunForgotten)] == [RunForgotten]


# -- what is refused


HOTEL = (start(), user("hotel"), end(), chain("start", "hotel", "end"))
HANDLER = element("userTask", "undo-hotel", isForCompensation="true")
EDGE = boundary("edge", "hotel", "<bpmn:compensateEventDefinition/>")
LINK = element("association", "link", sourceRef="edge", targetRef="undo-hotel")


@pytest.mark.parametrize(
    ("elements", "says"),
    [
        ((*HOTEL, EDGE), "not associated"),
        ((*HOTEL, EDGE, user("undo-hotel"), LINK), "not associated"),
        ((*HOTEL, HANDLER), "no flow or boundary"),
        ((*HOTEL, EDGE, HANDLER, LINK, user("z"), flow("undo-hotel", "z")), "no flow or boundary"),
        ((*HOTEL, EDGE, HANDLER, LINK, flow("edge", "end")), "draw no flow"),
        ((*HOTEL, compensated("hotel"), EDGE, HANDLER.replace("undo-hotel", "u2"), LINK.replace("undo-hotel", "u2")), "several"),
        ((start(), user("a"), compensation_throw("u", "a"), end(), chain("start", "a", "u", "end")), "compensates"),
        ((*HOTEL, event_sub("es", undo_start("on"), end("x"), chain("on", "x"))), "nothing could ever start"),
        (
            (
                start(), user("a"), end(), chain("start", "a"),
                element("endEvent", "u", '<bpmn:compensateEventDefinition waitForCompletion="false"/>'), chain("a", "u"),
            ),
            "does not wait",
        ),
    ],
)  # fmt: skip
def test_what_has_no_clear_meaning_is_refused(elements, says):
    with pytest.raises(CompileRefused, match=says):
        compile_process(process(*elements), "p")
