"""Work, intermediate events, boundary events and ends, saved and loaded between any two steps."""

import pytest

from engine.spiff import ActivityEntered, ActivityLeft, FlowTaken, MessageWaiting, TimerWaiting
from tests.engine.spiff.diagrams import (
    CUSTOMER_SERVICE,
    boundary_message,
    boundary_timer,
    chain,
    element,
    end,
    flow,
    message,
    parallel,
    process,
    receive,
    service,
    start,
    task,
    terminate,
    timer,
    user,
)
from tests.engine.spiff.player import Player

WORK = '<bpmn:extensionElements><zeebe:taskDefinition type="notify"/></bpmn:extensionElements>'


def a_line(*middle: str) -> bytes:
    """A process of the given one-element snippets "kind ident" between start and end."""
    idents = [snippet.split('id="')[1].split('"')[0] for snippet in middle]
    return process(start(), *middle, end(), chain("start", *idents, "end"))


@pytest.mark.parametrize("kind", ["userTask", "serviceTask", "businessRuleTask", "sendTask"])
def test_work_waits_until_it_is_completed(kind):
    player = Player(a_line(element(kind, "work")))
    assert [(token.activity_id, token.kind) for token in player.tokens] == [("work", "work")]
    assert ActivityEntered(token_id=player.token("work"), activity_id="work", kind=kind) in player.history
    assert player.complete("work").ends == [("end",)]
    assert player.flow.ended


@pytest.mark.parametrize("kind", ["task", "manualTask", "intermediateThrowEvent"])
def test_an_element_without_work_lets_its_token_pass(kind):
    player = Player(a_line(element(kind, "plain")))
    assert player.flow.ended
    assert player.entered == ["start", "plain", "end"]


@pytest.mark.parametrize("kind", ["task", "manualTask", "intermediateThrowEvent"])
def test_an_extension_can_give_it_work(kind):
    assert Player(a_line(element(kind, "busy", WORK))).complete("busy").flow.ended


def test_a_message_end_with_work_ends_when_its_work_is_done():
    goodbye = element("endEvent", "goodbye", WORK + '<bpmn:messageEventDefinition messageRef="m"/>')
    player = Player(process(start(), goodbye, chain("start", "goodbye")))
    assert not player.flow.ended
    assert player.complete("goodbye").ends == [("goodbye",)]


def test_a_timer_and_a_message_are_announced_with_their_token_and_waited_for():
    player = Player(a_line(timer("pause"), message("reply"), receive("call")))
    assert player.history[-1] == TimerWaiting(token_id=player.token("pause"), activity_id="pause")
    player.fire("pause")
    assert player.history[-1] == MessageWaiting(token_id=player.token("reply"), activity_id="reply")
    player.deliver("reply")
    assert player.history[-1] == MessageWaiting(token_id=player.token("call"), activity_id="call")
    assert player.deliver("call").flow.ended


def test_a_receive_task_may_also_be_completed_like_other_work():
    assert Player(a_line(receive("call"))).complete("call").flow.ended


def test_every_token_id_is_opened_once_and_closed_once():
    player = Player(CUSTOMER_SERVICE, **{"not(satisfied)": True})
    player.complete("classify", "assign").fire("warn").complete("handle", "survey").deliver("answered").cancel()
    opened = {happening.token_id for happening in player.history if isinstance(happening, ActivityEntered)}
    waited = {h.token_id for h in player.history if isinstance(h, TimerWaiting | MessageWaiting)}
    closed = [h.token_id for h in player.history if type(h).__name__ in ("ActivityLeft", "ActivityCancelled")]
    assert sorted(closed) == sorted(opened | waited)


def test_several_flows_out_of_work_are_all_taken():
    diagram = process(
        start(), user("work"), user("a"), user("b"), end(), chain("start", "work", "a", "end"), chain("work", "b", "end")
    )
    assert Player(diagram).complete("work").open == ["a", "b"]


def test_a_condition_on_a_flow_out_of_work_decides():
    diagram = process(
        start(), element("userTask", "work", default="work-b"), user("a"), user("b"), end(),
        chain("start", "work", "b", "end"), flow("work", "a", "= x"), chain("a", "end"),
    )  # fmt: skip
    assert Player(diagram, x=True).complete("work").open == ["a"]
    assert Player(diagram, x=False).complete("work").open == ["b"]


def with_boundary(boundary: str) -> bytes:
    return process(
        start(), user("work"), boundary, user("aside"), user("next"), end(), end("aside_end"),
        chain("start", "work", "next", "end"), chain("event", "aside", "aside_end"),
    )  # fmt: skip


BOUNDARIES = {
    "fire": (boundary_timer("event", "work"), boundary_timer("event", "work", interrupting=False)),
    "deliver": (boundary_message("event", "work"), boundary_message("event", "work", interrupting=False)),
}


@pytest.mark.parametrize("order", ["fire", "deliver"])
def test_an_interrupting_boundary_event_withdraws_the_activity(order):
    player = Player(with_boundary(BOUNDARIES[order][0]))
    work = player.token("work")
    getattr(player, order)("event")
    assert player.open == ["aside"]
    assert player.cancelled == ["work"]
    assert work not in [token.token_id for token in player.tokens]
    assert player.complete("aside").ends == [("aside_end",)]


@pytest.mark.parametrize("order", ["fire", "deliver"])
def test_a_non_interrupting_boundary_event_opens_a_path_beside_the_activity(order):
    player = Player(with_boundary(BOUNDARIES[order][1]))
    getattr(player, order)("event")
    assert {"aside", "work"} <= set(player.open)
    player.complete("work")
    assert player.open == ["aside", "next"]
    player.complete("next")
    assert not player.flow.ended
    assert player.complete("aside").ends == [("end", "aside_end")]


@pytest.mark.parametrize("order", ["fire", "deliver"])
@pytest.mark.parametrize("kind", [0, 1])
def test_completing_the_activity_withdraws_its_waiting_boundary_events(order, kind):
    player = Player(with_boundary(BOUNDARIES[order][kind])).complete("work")
    assert player.open == ["next"]
    assert player.cancelled == ["event"]


def test_a_boundary_timer_names_its_activity_and_fires_once_per_entry():
    player = Player(with_boundary(boundary_timer("event", "work", interrupting=False)))
    assert player.history[-1] == TimerWaiting(token_id=player.token("event"), activity_id="event", attached_to="work")
    assert player.fire("event").open == ["aside", "work"]


@pytest.mark.parametrize(
    ("boundary", "order"),
    [(boundary_timer("event", "work", interrupting=False, cycle=True), "fire"), (BOUNDARIES["deliver"][1], "deliver")],
)
def test_a_cycle_and_a_non_interrupting_message_wait_again_with_a_new_token(boundary, order):
    player = Player(with_boundary(boundary))
    first = player.token("event")
    getattr(player, order)("event")
    assert player.token("event") != first
    getattr(player, order)("event")
    assert player.open == ["aside", "aside", "event", "work"]


def test_two_boundary_events_on_one_activity_do_not_disturb_each_other():
    player = Player(CUSTOMER_SERVICE).complete("classify", "assign").fire("warn").fire("late")
    assert player.open == ["escalate", "handle", "notify"]
    player.complete("notify", "handle")
    assert player.open == ["escalate", "survey"]


def test_a_boundary_event_stands_on_a_receive_task_too():
    diagram = process(
        start(), receive("call"), boundary_timer("event", "call"), end(), end("late"), chain("start", "call", "end"),
        chain("event", "late"),
    )  # fmt: skip
    assert Player(diagram).fire("event").ends == [("late",)]
    player = Player(diagram).deliver("call")
    assert player.ends == [("end",)]
    assert player.cancelled == ["event"]


def test_a_boundary_path_may_lead_back_into_the_main_path():
    diagram = process(
        start(), user("work"), boundary_timer("event", "work"), service("escalate"), end(),
        chain("start", "work", "end"), chain("event", "escalate", "work"),
    )  # fmt: skip
    player = Player(diagram)
    for _ in range(3):
        player.fire("event").complete("escalate")
    assert player.open == ["event", "work"]
    assert player.complete("work").flow.ended


PARALLEL_ENDS = (
    start(), parallel("fork"), user("a"), user("b"), end(), chain("start", "fork", "a", "end"), chain("fork", "b"),
)  # fmt: skip


def test_the_process_ends_with_its_last_token_and_names_the_ends():
    player = Player(process(*PARALLEL_ENDS, end("other"), chain("b", "other"))).complete("b")
    assert not player.flow.ended
    assert player.complete("a").ends == [("other", "end")]
    assert player.flow.ended


def test_a_terminate_end_withdraws_everything_that_is_open():
    late = boundary_timer("late", "a")
    player = Player(process(*PARALLEL_ENDS, late, terminate(), chain("late", "end"), chain("b", "terminate")))
    assert player.complete("b").ends == [("terminate",)]
    assert sorted(player.cancelled) == ["a", "late"]
    assert player.flow.ended


def test_an_activity_without_a_way_out_is_an_end():
    player = Player(process(start(), task("a"), user("b"), chain("start", "a", "b"))).complete("b")
    assert player.ends == [("b",)]


def test_cancelling_withdraws_all_and_is_not_an_end():
    player = Player(process(*PARALLEL_ENDS, end("other"), chain("b", "other"))).complete("b").cancel()
    assert player.cancelled == ["a"]
    assert not player.flow.ended
    assert player.tokens == []
    assert player.ends == []
    player.cancel()
    assert player.cancelled == ["a"]


def test_happenings_come_in_the_order_of_the_facts():
    player = Player(a_line(user("work"))).complete("work")
    assert [(type(h).__name__, getattr(h, "activity_id", getattr(h, "flow_id", ""))) for h in player.history] == [
        ("ActivityEntered", "start"),
        ("ActivityLeft", "start"),
        ("FlowTaken", "start-work"),
        ("ActivityEntered", "work"),
        ("ActivityLeft", "work"),
        ("FlowTaken", "work-end"),
        ("ActivityEntered", "end"),
        ("ActivityLeft", "end"),
        ("ProcessEnded", ""),
    ]
    assert player.happened(FlowTaken) == ["start-work", "work-end"]
    assert player.happened(ActivityLeft) == ["start", "work", "end"]
