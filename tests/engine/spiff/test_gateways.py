"""Exclusive, parallel, inclusive and event-based gateways, saved and loaded between any two steps."""

import pytest

from engine.spiff import ActivityLeft, FlowTaken, MessageWaiting, TimerWaiting
from tests.engine.spiff.diagrams import (
    boundary_timer,
    chain,
    end,
    exclusive,
    flow,
    inclusive,
    message,
    parallel,
    process,
    race,
    receive,
    start,
    timer,
    user,
)
from tests.engine.spiff.player import Player

CHOICE = process(
    start(), exclusive("choose", "choose-c"), user("a"), user("b"), user("c"), end(),
    chain("start", "choose", "c", "end"), flow("choose", "a", "= x"), flow("choose", "b", "= y"),
    chain("a", "end"), chain("b", "end"),
)  # fmt: skip


def test_an_exclusive_gateway_takes_the_first_flow_that_holds():
    player = Player(CHOICE, x=True, y=True)
    assert player.open == ["a"]
    assert player.asked == ["choose-a"]


def test_an_exclusive_gateway_takes_its_default_when_nothing_holds():
    assert Player(CHOICE, x=False, y=False).open == ["c"]


def test_conditions_arrive_stripped_and_with_their_equals_sign():
    seen = []
    Player(CHOICE, x=lambda: seen.append("x") or False, y=False)
    assert seen == ["x"]


def test_an_exclusive_gateway_without_a_way_out_holds_its_token_for_a_retry():
    answers = {"x": False}
    diagram = process(
        start(), exclusive("choose"), user("a"), end(), chain("start", "choose"), flow("choose", "a", "= x"), chain("a", "end")
    )
    player = Player(diagram, x=lambda: answers["x"])
    assert player.open == ["choose"]
    assert "no condition" in player.stuck[0]
    answers["x"] = True
    assert player.retry("choose").open == ["a"]


FORK = process(
    start(), parallel("fork"), user("a"), user("b"), parallel("join"), user("after"), end(),
    chain("start", "fork", "a", "join", "after", "end"), chain("fork", "b", "join"),
)  # fmt: skip


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_a_parallel_join_waits_for_all_branches_in_any_order(order):
    player = Player(FORK)
    first, second = order
    assert player.complete(first).open == sorted([second, "join"])
    assert player.complete(second).open == ["after"]
    assert player.entered.count("join") == 1
    assert player.complete("after").ends == [("end",)]


def test_two_flows_straight_from_fork_to_join_both_count():
    diagram = process(
        start(), parallel("fork"), parallel("join"), user("after"), end(),
        chain("start", "fork"), flow("fork", "join", ident="one"), flow("fork", "join", ident="two"),
        chain("join", "after", "end"),
    )  # fmt: skip
    player = Player(diagram)
    assert player.open == ["after"]
    assert player.happened(FlowTaken)[1:3] == ["one", "two"]


def test_a_parallel_join_in_a_loop_waits_again_in_each_round():
    diagram = process(
        start(), exclusive("merge"), parallel("fork"), user("a"), user("b"), parallel("join"),
        exclusive("again", "again-end"), end(),
        chain("start", "merge", "fork", "a", "join", "again", "end"), chain("fork", "b", "join"),
        flow("again", "merge", "= again"),
    )  # fmt: skip
    rounds = iter([True, True, False])
    player = Player(diagram, again=lambda: next(rounds))
    for _ in range(2):
        assert player.complete("a").open == ["b", "join"]
        assert player.complete("b").open == ["a", "b"]
    assert player.complete("b").open == ["a", "join"]
    assert player.complete("a").ends == [("end",)]


def test_a_surplus_token_at_a_parallel_join_waits_for_the_next_round():
    diagram = process(
        start(), parallel("fork"), exclusive("merge"), user("a1"), user("a2"), user("b"), parallel("join"), user("after"), end(),
        chain("start", "fork", "a1", "merge", "join", "after", "end"), chain("fork", "a2", "merge"), chain("fork", "b", "join"),
    )  # fmt: skip
    player = Player(diagram).complete("a1", "a2")
    assert player.open == ["b", "join", "join"]
    assert player.complete("b").open == ["after", "join"]


def test_a_join_that_can_never_be_satisfied_is_named():
    diagram = process(
        start(), exclusive("choose", "choose-b"), user("a"), user("b"), parallel("join"), end(),
        chain("start", "choose", "b", "join", "end"), flow("choose", "a", "= x"), chain("a", "join"),
    )  # fmt: skip
    player = Player(diagram, x=True).complete("a")
    assert not player.flow.ended
    assert player.open == ["join"]
    assert "can no longer come" in player.stuck[0]


OPEN_CHOICE = process(
    start(), inclusive("split", "split-c"), user("a"), user("b"), user("c"), inclusive("join"), user("after"), end(),
    chain("start", "split", "c", "join", "after", "end"), flow("split", "a", "= x"), flow("split", "b", "= y"),
    chain("a", "join"), chain("b", "join"),
)  # fmt: skip


def test_an_inclusive_gateway_opens_every_flow_that_holds_and_joins_exactly_those():
    player = Player(OPEN_CHOICE, x=True, y=True)
    assert player.open == ["a", "b"]
    assert player.complete("b").open == ["a", "join"]
    assert player.complete("a").open == ["after"]
    assert player.complete("after").ends == [("end",)]


def test_an_inclusive_join_lets_a_single_branch_through_at_once():
    assert Player(OPEN_CHOICE, x=False, y=True).complete("b").open == ["after"]
    assert Player(OPEN_CHOICE, x=False, y=False).complete("c").open == ["after"]


def test_an_inclusive_join_sees_that_a_branch_turned_off_before_it():
    diagram = process(
        start(), parallel("fork"), user("a"), user("b"), exclusive("turn", "turn-join"), inclusive("join"),
        user("after"), end(), end("off"),
        chain("start", "fork", "a", "join", "after", "end"), chain("fork", "b", "turn", "join"),
        flow("turn", "off", "= off"),
    )  # fmt: skip
    player = Player(diagram, off=True).complete("a")
    assert player.open == ["b", "join"]
    assert player.complete("b").open == ["after"]


def test_an_inclusive_join_waits_in_each_round_of_a_loop():
    diagram = process(
        start(), exclusive("merge"), inclusive("split"), user("a"), user("b"), inclusive("join"),
        exclusive("again", "again-end"), end(),
        chain("start", "merge", "split"), flow("split", "a", "= yes"), flow("split", "b", "= yes"),
        chain("a", "join", "again", "end"), chain("b", "join"), flow("again", "merge", "= again"),
    )  # fmt: skip
    rounds = iter([True, False])
    player = Player(diagram, again=lambda: next(rounds), yes=True)
    assert player.complete("a").open == ["b", "join"]
    assert player.complete("b").open == ["a", "b"]
    assert player.complete("b", "a").ends == [("end",)]


def test_an_inclusive_join_does_not_wait_for_a_token_that_could_come_either_way():
    """So the standard has it: the token at b may still come by the flow on which one waits already."""
    diagram = process(
        start(), parallel("fork"), user("a"), user("b"), exclusive("merge"), exclusive("turn", "turn-join"),
        inclusive("join"), user("after"), end(), chain("start", "fork", "a", "merge", "join", "after", "end"),
        chain("fork", "b", "turn", "join"), flow("turn", "merge", "= x"),
    )  # fmt: skip
    assert Player(diagram, x=False).complete("a").open == ["after", "b"]


def test_a_boundary_event_that_waits_counts_only_with_its_activity():
    diagram = process(
        start(), parallel("fork"), user("a"), user("b"), boundary_timer("late", "b"), exclusive("merge"), inclusive("join"),
        user("after"), end(), chain("start", "fork", "a", "merge", "join", "after", "end"), chain("fork", "b", "merge"),
        chain("late", "join"),
    )  # fmt: skip
    assert Player(diagram).complete("a").open == ["after", "b", "late"]


def test_a_loop_around_it_does_not_keep_an_inclusive_join_shut():
    diagram = process(
        start(), exclusive("merge"), parallel("fork"), user("beside"), inclusive("split"), user("a"), user("b"),
        inclusive("join"), user("after"), parallel("all"), exclusive("again", "again-end"), end(),
        chain("start", "merge", "fork", "beside", "all", "again", "end"), chain("fork", "split"),
        flow("split", "a", "= x"), flow("split", "b", "= y"), chain("a", "join", "after", "all"), chain("b", "join"),
        flow("again", "merge", "= again"),
    )  # fmt: skip
    player = Player(diagram, x=True, y=False, again=False)
    assert player.complete("a").open == ["after", "beside"]
    assert player.complete("after", "beside").flow.ended


def test_an_inclusive_join_waits_for_what_a_boundary_event_could_still_send():
    diagram = process(
        start(), parallel("fork"), user("a"), user("before"), user("b"), boundary_timer("late", "b", interrupting=False),
        end("off"), inclusive("join"), user("after"), end(), chain("start", "fork", "a", "join", "after", "end"),
        chain("fork", "before", "b", "off"), chain("late", "join"),
    )  # fmt: skip
    assert Player(diagram).complete("a").open == ["before", "join"]
    assert Player(diagram).complete("a", "before").open == ["b", "join", "late"]
    assert Player(diagram).complete("a", "before").fire("late").open == ["after", "b"]
    assert Player(diagram).complete("a", "before", "b").open == ["after"]


RACE = process(
    start(), race("wait"), message("answered"), timer("unanswered"), receive("called"), user("a"), user("b"), user("c"),
    end(), chain("start", "wait", "answered", "a", "end"), chain("wait", "unanswered", "b", "end"),
    chain("wait", "called", "c", "end"),
)  # fmt: skip


def test_the_first_event_behind_an_event_based_gateway_wins():
    player = Player(RACE)
    assert player.open == ["answered", "called", "unanswered"]
    assert player.happened(MessageWaiting) == ["answered", "called"]
    assert player.happened(TimerWaiting) == ["unanswered"]
    assert player.deliver("answered").open == ["a"]
    assert sorted(player.cancelled) == ["called", "unanswered"]
    assert player.happened(FlowTaken)[-2:] == ["wait-answered", "answered-a"]
    assert player.entered == ["start", "wait", "answered", "a"]
    assert player.happened(ActivityLeft) == ["start", "wait", "answered"]


@pytest.mark.parametrize(("event", "order", "then"), [("unanswered", "fire", "b"), ("called", "deliver", "c")])
def test_any_event_may_win(event, order, then):
    assert getattr(Player(RACE), order)(event).open == [then]
