"""Embedded sub-processes, saved and loaded between any two steps."""

import pytest

from tests.engine.spiff.diagrams import (
    boundary_message,
    boundary_timer,
    chain,
    end,
    flow,
    inclusive,
    message,
    parallel,
    process,
    race,
    start,
    sub,
    terminate,
    timer,
    user,
)
from tests.engine.spiff.player import Player


def inside(*elements: str) -> tuple[str, ...]:
    """A sub-process "sub" with the given elements between its start "s" and its end "e"."""
    return start(), sub("sub", start("s"), end("e"), *elements), user("after"), end(), chain("start", "sub", "after", "end")


def test_the_outer_token_goes_on_when_the_last_inner_token_has_ended():
    player = Player(process(*inside(parallel("f"), user("a"), user("b"), chain("s", "f", "a", "e"), chain("f", "b", "e"))))
    assert (player.tokens[0].activity_id, player.tokens[0].kind) == ("sub", "scope")
    assert player.complete("a").open == ["b"]
    assert player.complete("b").open == ["after"]
    assert player.complete("after").ends == [("end",)]


def test_an_empty_sub_process_passes():
    player = Player(process(*inside(chain("s", "e"))))
    assert player.open == ["after"]
    assert player.entered == ["start", "sub", "s", "e", "after"]


@pytest.mark.parametrize("order", ["fire", "deliver"])
def test_an_interrupting_boundary_event_withdraws_all_inner_work(order):
    boundary = boundary_timer("event", "sub") if order == "fire" else boundary_message("event", "sub")
    inner = (parallel("f"), user("a"), user("b"), boundary_timer("late", "a"), chain("late", "e"))
    player = Player(
        process(*inside(*inner, chain("s", "f", "a", "e"), chain("f", "b", "e")), boundary, end("off"), chain("event", "off"))
    )
    getattr(player, order)("event")
    assert sorted(player.cancelled) == ["a", "b", "late", "sub"]
    assert player.cancelled[-1] == "sub"
    assert player.ends == [("off",)]


def test_a_non_interrupting_boundary_event_leaves_the_inner_work_alone():
    player = Player(
        process(
            *inside(user("a"), chain("s", "a", "e")), boundary_timer("event", "sub", interrupting=False), user("aside"),
            chain("event", "aside", "end"),
        )
    )  # fmt: skip
    assert player.fire("event").open == ["a", "aside"]
    assert player.complete("a").open == ["after", "aside"]


def test_finishing_the_inner_work_withdraws_the_boundary_events_that_still_wait():
    boundaries = boundary_timer("event", "sub") + boundary_message("other", "sub", interrupting=False)
    ways = chain("event", "end") + chain("other", "end")
    player = Player(process(*inside(user("a"), chain("s", "a", "e")), boundaries, ways)).complete("a")
    assert player.open == ["after"]
    assert player.cancelled == ["event", "other"]


def test_a_terminate_end_inside_ends_only_the_sub_process():
    inner = (parallel("f"), user("a"), user("b"), terminate(), chain("s", "f", "a", "e"), chain("f", "b", "terminate"))
    player = Player(process(*inside(*inner), boundary_timer("event", "sub"), chain("event", "end")))
    assert player.complete("b").open == ["after"]
    assert sorted(player.cancelled) == ["a", "event"]
    assert player.complete("after").ends == [("end",)]


def test_sub_processes_nest():
    deepest = sub("deep", start("ds"), user("d"), boundary_timer("dt", "d"), end("de"), chain("ds", "d", "de"), chain("dt", "de"))
    player = Player(process(*inside(deepest, chain("s", "deep", "e"))))
    assert [token.activity_id for token in player.tokens] == ["sub", "deep", "d", "dt"]
    assert player.fire("dt").open == ["after"]
    assert [name for name in player.entered if name in ("sub", "deep")] == ["sub", "deep"]


def test_a_race_inside_a_sub_process_stays_inside():
    inner = (race("w"), message("m"), timer("t"), chain("s", "w", "m", "e"), chain("w", "t", "e"))
    assert Player(process(*inside(*inner))).deliver("m").open == ["after"]


@pytest.mark.parametrize("gateway", [parallel, inclusive])
def test_two_runs_of_one_sub_process_at_once_join_each_for_itself(gateway):
    inner = (parallel("f"), user("a"), user("b"), gateway("j"), chain("s", "f", "a", "j", "e"), chain("f", "b", "j"))
    diagram = process(
        start(), parallel("twice"), sub("sub", start("s"), end("e"), *inner), user("after"), end(), chain("start", "twice"),
        flow("twice", "sub", ident="one"), flow("twice", "sub", ident="two"), chain("sub", "after", "end"),
    )  # fmt: skip
    player = Player(diagram)
    assert player.open == ["a", "a", "b", "b"]
    assert player.complete("a", "a").open == ["b", "b", "j", "j"]
    assert player.complete("b").open == ["after", "b", "j"]
    assert player.complete("b").open == ["after", "after"]
    crossed = Player(diagram).complete("a")
    crossed.flow.complete([token.token_id for token in crossed.tokens if token.activity_id == "b"][1])
    assert crossed.open == ["a", "b", "j", "j"]


def test_a_sub_process_runs_again_in_a_loop_with_new_tokens():
    diagram = process(
        start(), sub("sub", start("s"), user("a"), end("e"), chain("s", "a", "e")), user("check"), end(),
        boundary_timer("redo", "check"), chain("start", "sub", "check", "end"), chain("redo", "sub"),
    )  # fmt: skip
    player = Player(diagram)
    seen = set()
    for _ in range(5):
        seen.add(player.token("a"))
        player.complete("a").fire("redo")
    assert len(seen) == 5
    assert player.open == ["a"]
