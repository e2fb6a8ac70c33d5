"""Conditional events: announced with their token, waited for, delivered; saved and loaded between any two steps."""

import pytest

from engine.spiff import ConditionWaiting, TimerWaiting
from tests.engine.spiff.diagrams import (
    boundary,
    boundary_timer,
    chain,
    element,
    end,
    event_sub,
    on_start,
    process,
    race,
    start,
    timer,
    user,
)
from tests.engine.spiff.player import Player

HOLDS = "<bpmn:conditionalEventDefinition><bpmn:condition>= a</bpmn:condition></bpmn:conditionalEventDefinition>"


def announced(player: Player, kind: type) -> list[tuple[str, str | None, bool]]:
    """Activity, host, and whether it is waited for again, of each announcement."""
    return [(event.activity_id, event.attached_to, event.follows is not None) for event in player.history if type(event) is kind]


def test_an_intermediate_one_waits_for_its_delivery():
    wait = element("intermediateCatchEvent", "wait", HOLDS)
    player = Player(process(start(), wait, end(), chain("start", "wait", "end")))
    assert [token.kind for token in player.tokens] == ["condition"]
    assert announced(player, ConditionWaiting) == [("wait", None, False)]
    assert player.deliver("wait").ends == [("end",)]


def test_in_a_race_it_wins_like_any_other_event():
    wait = element("intermediateCatchEvent", "wait", HOLDS)
    flows = chain("start", "r", "wait", "end") + chain("r", "t", "end")
    player = Player(process(start(), race("r"), wait, timer("t"), end(), flows)).deliver("wait")
    assert (player.cancelled, player.ends) == (["t"], [("end",)])


@pytest.mark.parametrize("interrupting", [True, False])
def test_on_a_boundary_it_interrupts_or_is_waited_for_again(interrupting):
    edge = boundary("edge", "a", HOLDS, interrupting=interrupting)
    player = Player(process(start(), user("a"), edge, user("b"), end(), chain("start", "a", "end"), chain("edge", "b", "end")))
    assert player.deliver("edge").open == (["b"] if interrupting else ["a", "b", "edge"])
    told = announced(player, ConditionWaiting)
    assert told == [("edge", "a", False), ("edge", "a", True)][: 1 if interrupting else 2]


@pytest.mark.parametrize("interrupting", [True, False])
def test_it_starts_an_event_sub_process(interrupting):
    beside = event_sub("es", on_start("on", HOLDS, interrupting=interrupting), user("aid"), end("z"), chain("on", "aid", "z"))
    player = Player(process(start(), user("a"), end(), chain("start", "a", "end"), beside)).deliver("on")
    assert player.open == (["aid"] if interrupting else ["a", "aid", "on"])


def test_a_cycle_that_is_waited_for_again_names_the_token_before_it():
    edge = boundary_timer("edge", "a", interrupting=False, cycle=True)
    story = process(start(), user("a"), edge, user("b"), end(), chain("start", "a", "end"), chain("edge", "b", "end"))
    first = Player(story)
    token = first.token("edge")
    second = next(event for event in first.fire("edge").history if isinstance(event, TimerWaiting) and event.follows)
    assert second.follows == token
