"""Tokens that are moved by hand: what they had open goes, the target is entered as by a flow; saved and loaded each time."""

import pytest

from engine.spiff import ActivityCancelled, ActivityEntered, MessageWaiting, MoveRefused, TimerWaiting, TokenNotWaiting
from tests.engine.spiff.diagrams import (
    CUSTOMER_SERVICE,
    MESSAGE,
    TIMER,
    boundary,
    boundary_timer,
    chain,
    element,
    end,
    event_sub,
    exclusive,
    flow,
    on_start,
    parallel,
    process,
    race,
    repeated,
    start,
    sub,
    timer,
    user,
)
from tests.engine.spiff.player import Player

LINE = process(
    start(), user("a"), user("b"), timer("pause"), user("c"), end(), boundary_timer("late", "a"), end("told"),
    chain("start", "a", "b", "pause", "c", "end"), chain("late", "told"), boundary("asked", "c", MESSAGE, interrupting=False),
    chain("asked", "told"),
)  # fmt: skip


def move(player: Player, source: str, target: str) -> Player:
    assert player.flow.move(player.token(source), target) == source
    return player._save_and_load()


def test_what_is_open_goes_with_its_timers_and_the_target_is_entered_with_its_own():
    player = Player(LINE)
    player.history.clear()
    move(player, "a", "c")
    assert player.open == ["asked", "c"]
    assert [type(event) for event in player.history] == [ActivityCancelled, ActivityCancelled, ActivityEntered, MessageWaiting]
    assert player.complete("c").flow.ended


def test_a_token_moves_back_and_onto_itself_with_a_fresh_id():
    player = Player(LINE).complete("a")
    first = player.token("b")
    move(player, "b", "a")
    assert player.happened(TimerWaiting)[-1] == "late"
    move(player, "a", "a")
    assert player.token("a") != first
    assert player.complete("a", "b").open == ["pause"]


def test_a_stuck_token_moves_past_what_stops_it():
    player = Player(
        process(
            start(), exclusive("choose"), user("x"), user("y"), end(), chain("start", "choose"), flow("choose", "x", "= nobody"),
            flow("choose", "y", "= knows"), chain("x", "end"), chain("y", "end"),
        )
    )  # fmt: skip
    assert [token.kind for token in player.tokens] == ["stuck"]
    assert move(player, "choose", "y").open == ["y"]
    assert player.complete("y").flow.ended


FORKED = process(
    start(), parallel("fork"), user("a"), user("b"), parallel("join"), user("after"), end(),
    chain("start", "fork", "a", "join", "after", "end"), chain("fork", "b", "join"),
)  # fmt: skip


def test_a_token_that_waits_in_vain_at_a_join_moves_behind_it():
    player = Player(FORKED).complete("a")
    player.flow.move(player.token("b"), "after")
    player._save_and_load()
    assert player.open == ["after", "join"]
    assert move(player, "join", "b").complete("b").open == ["after", "join"]


def test_a_sub_process_is_left_with_all_that_is_in_it_and_entered_by_its_start():
    inner = sub("sub", start("s"), user("x"), user("y"), end("e"), chain("s", "x", "y", "e"))
    player = Player(process(start(), inner, user("after"), end(), chain("start", "sub", "after", "end")))
    assert move(player, "x", "y").open == ["y"]
    assert move(player, "sub", "after").open == ["after"]
    assert move(player, "after", "sub").open == ["x"]
    assert player.complete("x", "y", "after").flow.ended


def test_a_multi_instance_activity_is_left_and_entered_as_a_whole():
    player = Player(
        process(start(), repeated("userTask", "each"), user("after"), end(), chain("start", "each", "after", "end"))
    ).begin("each", 3)
    whole = player.tokens[0].token_id
    player.flow.move(whole, "after")
    assert player._save_and_load().open == ["after"]
    assert [token.kind for token in move(player, "after", "each").tokens] == ["runs"]


NESTED = process(
    start(), sub("sub", start("s"), user("x"), end("e"), chain("s", "x", "e")), user("after"), end(),
    repeated("userTask", "each"), race("wait"), timer("first"), element("receiveTask", "second"),
    chain("start", "sub", "each", "after", "wait", "first", "end"), chain("wait", "second", "end"),
    event_sub("help", on_start("asked", MESSAGE), user("helped"), chain("asked", "helped"), end("done"), chain("helped", "done")),
    boundary("late", "after", TIMER), end("told"), chain("late", "told"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("nowhere", "unknown"), ("x", "scope"), ("s", "event"), ("helped", "scope"), ("start", "event"), ("late", "event"),
        ("help", "event"), ("asked", "event"), ("first", "event"),
    ],
)  # fmt: skip
def test_where_no_flow_of_its_scope_leads_a_token_cannot_be_moved(target, why):
    player = Player(NESTED).complete("x").begin("each", 1)
    whole, run = (token.token_id for token in player.tokens if token.activity_id == "each")
    before = player.flow.snapshot()
    with pytest.raises(MoveRefused, match=target) as refused:
        player.flow.move(whole, target)
    assert refused.value.details["why"] == why
    assert player.flow.snapshot() == before
    assert player.flow.take_happenings() == []
    assert player.flow.targets(run) == []
    assert set(player.flow.targets(whole)) == {"sub", "after", "end", "each", "wait", "told"}


def test_runs_and_what_waits_beside_an_activity_stay_where_they_are():
    player = Player(NESTED).complete("x").begin("each", 1)
    run = player.tokens[-1].token_id
    with pytest.raises(MoveRefused, match="multi-instance"):
        player.flow.move(run, "after")
    player.flow.complete(next(token.token_id for token in player.tokens if token.kind == "runs"))
    player._save_and_load()
    with pytest.raises(MoveRefused, match="beside another activity"):
        player.flow.move(player.token("late"), "sub")


def test_a_join_would_keep_a_token_for_ever():
    player = Player(FORKED)
    with pytest.raises(MoveRefused, match="wait there for ever"):
        player.flow.move(player.token("a"), "join")


def test_a_token_that_is_gone_cannot_be_moved():
    player = Player(CUSTOMER_SERVICE)
    for token in ("t99", "process"):
        with pytest.raises(TokenNotWaiting):
            player.flow.move(token, "handle")
        assert player.flow.targets(token) == []
