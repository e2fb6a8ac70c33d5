"""Orders that do not fit, tokens that are stuck, runs that are torn."""

import pytest

from engine.spiff import FlowBroken, TokenFlow, TokenNotWaiting, TokenStuck, compile_process
from tests.engine.spiff.diagrams import (
    CUSTOMER_SERVICE,
    boundary_timer,
    chain,
    end,
    exclusive,
    flow,
    inclusive,
    message,
    parallel,
    process,
    start,
    sub,
    task,
    timer,
    user,
)
from tests.engine.spiff.player import Player

EVERY_ORDER = ["complete", "fire_timer", "deliver", "retry"]
WAITS_FOR = {"handle": "complete", "late": "fire_timer", "answered": "deliver"}


@pytest.mark.parametrize("order", EVERY_ORDER)
@pytest.mark.parametrize("activity", WAITS_FOR)
def test_a_token_refuses_every_order_that_it_does_not_wait_for(activity, order):
    player = Player(CUSTOMER_SERVICE).complete("classify", "assign")
    if activity == "answered":
        player.complete("handle", "survey")
    if order == WAITS_FOR[activity]:
        return
    before = player.flow.snapshot()
    with pytest.raises(TokenNotWaiting, match=activity) as refusal:
        getattr(player.flow, order)(player.token(activity))
    assert refusal.value.activity_id == activity
    assert player.flow.snapshot() == before
    assert player.flow.take_happenings() == []


@pytest.mark.parametrize("order", EVERY_ORDER)
@pytest.mark.parametrize("token_id", ["t999", "process", ""])
def test_an_unknown_token_is_refused(order, token_id):
    with pytest.raises(TokenNotWaiting, match="read the open tokens again"):
        getattr(Player(CUSTOMER_SERVICE).flow, order)(token_id)


def test_neither_a_gateway_nor_a_sub_process_can_be_completed():
    inner = sub("sub", start("s"), user("a"), end("e"), chain("s", "a", "e"))
    player = Player(
        process(
            start(),
            parallel("fork"),
            inner,
            user("b"),
            parallel("join"),
            end(),
            chain("start", "fork", "sub", "join", "end"),
            chain("fork", "b", "join"),
        )
    ).complete("b")
    for activity in ("sub", "join"):
        with pytest.raises(TokenNotWaiting):
            player.flow.complete(player.token(activity))


BESIDE = process(
    start(), parallel("fork"), user("work"), user("beside"), exclusive("choose", "choose-end"), user("more"), end(),
    chain("start", "fork", "work", "choose", "end"), chain("fork", "beside", "end"), flow("choose", "more", "= x"),
    chain("more", "end"),
)  # fmt: skip


def test_a_failing_condition_stops_its_token_before_the_gateway_and_nothing_else():
    player = Player(BESIDE).complete("work")
    assert player.open == ["beside", "choose"]
    assert [token.kind for token in player.tokens if token.activity_id == "choose"] == ["stuck"]
    assert player.history[-1] == TokenStuck(token_id=player.token("choose"), activity_id="choose", reason="nobody knows x")
    player.complete("beside")
    assert not player.flow.ended
    player.answers["x"] = True
    assert player.retry("choose").open == ["more"]
    assert player.entered.count("choose") == 1


def test_a_retry_that_fails_again_is_told_again():
    player = Player(BESIDE).complete("work").retry("choose").retry("choose")
    assert len(player.stuck) == 3


def test_a_half_answered_gateway_leaves_no_trace():
    diagram = process(
        start(), user("work"), inclusive("split"), user("a"), user("b"), end(), chain("start", "work", "split"),
        flow("split", "a", "= x"), flow("split", "b", "= y"), chain("a", "end"), chain("b", "end"),
    )  # fmt: skip
    player = Player(diagram, x=True).complete("work")
    assert player.asked == ["split-a", "split-b"]
    assert player.open == ["split"]
    player.answers["y"] = False
    assert player.retry("split").open == ["a"]


def test_an_answer_that_is_neither_yes_nor_no_is_not_taken_for_no():
    player = Player(BESIDE, x=lambda: None).complete("work")
    assert player.open == ["beside", "choose"]
    assert "NoneType instead of yes or no" in player.stuck[0]


def test_a_stuck_token_can_be_cancelled_with_the_rest():
    player = Player(BESIDE).complete("work").cancel()
    assert sorted(player.cancelled) == ["beside", "choose"]


def test_work_that_is_done_stays_done_when_its_way_out_is_stuck():
    diagram = process(
        start(), user("work"), boundary_timer("late", "work"), user("a"), end(), chain("start", "work"),
        flow("work", "a", "= x"), chain("a", "end"), chain("late", "end"),
    )  # fmt: skip
    player = Player(diagram).complete("work")
    assert player.open == ["work"]
    assert player.cancelled == ["late"]
    player.answers["x"] = True
    assert player.retry("work").open == ["a"]


def test_a_circle_without_a_wait_stops_with_its_reason():
    diagram = process(
        start(),
        exclusive("merge"),
        task("plain"),
        user("never"),
        exclusive("again", "again-never"),
        end(),
        chain("start", "merge", "plain", "again", "never", "end"),
        flow("again", "merge", "= x"),
    )
    player = Player(diagram, x=True)
    assert "circle" in player.stuck[0]
    player.answers["x"] = False
    player.retry(player.open[0])
    assert player.open == ["never"]


def test_a_circle_that_multiplies_tokens_stops_too():
    diagram = process(
        start(),
        exclusive("merge"),
        parallel("fork"),
        end(),
        chain("start", "merge", "fork", "end"),
        flow("fork", "merge", ident="one"),
        flow("fork", "merge", ident="two"),
    )
    player = Player(diagram)
    assert player.stuck
    assert len(player.tokens) < 1000


def test_a_torn_run_refuses_everything_until_it_is_loaded_again():
    spec = compile_process(BESIDE, "p")

    def torn(flow_id: str, expression: str, token_id: str) -> bool:
        raise KeyError("the database is gone")

    flow = TokenFlow.start(spec, conditions=torn)
    snapshot = flow.snapshot()
    work = next(token.token_id for token in flow.waiting() if token.activity_id == "work")
    with pytest.raises(KeyError):
        flow.complete(work)
    for action in (flow.snapshot, flow.cancel, lambda: flow.complete(work)):
        with pytest.raises(FlowBroken, match="load the last snapshot"):
            action()
    again = TokenFlow.load(spec, snapshot, conditions=lambda *asked: True)
    again.complete(work)
    assert "more" in [token.activity_id for token in again.waiting()]


def test_an_ended_process_takes_no_orders():
    player = Player(process(start(), timer("t"), message("m"), end(), chain("start", "t", "m", "end")))
    token_id = player.token("t")
    player.fire("t").deliver("m")
    assert player.flow.ended
    with pytest.raises(TokenNotWaiting):
        player.flow.fire_timer(token_id)
