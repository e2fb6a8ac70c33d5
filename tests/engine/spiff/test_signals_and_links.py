"""Signals within one instance, and links, saved and loaded between any two steps."""

import pytest

from engine.spiff import FlowTaken
from tests.engine.spiff.diagrams import (
    a_signal,
    boundary,
    chain,
    end,
    inclusive,
    link_catch,
    link_throw,
    parallel,
    process,
    race,
    signal,
    signal_end,
    signal_throw,
    start,
    sub,
    timer,
    user,
)
from tests.engine.spiff.player import Player


def test_a_thrown_signal_reaches_every_token_that_waits_for_it_and_no_other():
    diagram = process(
        start(), parallel("f"), user("go"), signal_throw("tell", "red"), end("told"), chain("start", "f", "go", "tell", "told"),
        *(signal(f"red{n}", "red") + end(f"e{n}") + chain("f", f"red{n}", f"e{n}") for n in (1, 2)),
        signal("blue1", "blue"), end("e3"), chain("f", "blue1", "e3"),
    )  # fmt: skip
    player = Player(diagram)
    assert [token.kind for token in player.tokens if token.activity_id == "red1"] == ["signal"]
    assert player.complete("go").open == ["blue1"]
    assert player.signal("blue").ends == [("told", "e1", "e2", "e3")]


def test_a_signal_that_nobody_waits_for_is_forgotten():
    line = chain("start", "tell", "wait", "end")
    player = Player(process(start(), signal_throw("tell", "red"), signal("wait", "red"), end(), line))
    assert player.open == ["wait"]
    assert player.signal("blue").open == ["wait"]
    assert player.signal("red").flow.ended


def test_a_signal_end_throws_and_ends():
    diagram = process(
        start(), parallel("f"), user("go"), signal_end("shout", "red"), signal("wait", "red"), end(),
        chain("start", "f", "go", "shout"), chain("f", "wait", "end"),
    )  # fmt: skip
    assert Player(diagram).complete("go").ends == [("shout", "end")]


def test_one_waiting_signal_may_be_delivered_alone():
    flows = chain("start", "f", "a", "end") + chain("f", "b", "end")
    diagram = process(start(), parallel("f"), signal("a", "red"), signal("b", "red"), end(), flows)
    assert Player(diagram).deliver("a").open == ["b"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_signal_on_a_task_interrupts_it_or_not(interrupting):
    diagram = process(
        start(), user("work"), end(), boundary("on", "work", a_signal("red"), interrupting=interrupting),
        user("aside"), end("off"), chain("start", "work", "end"), chain("on", "aside", "off"),
    )  # fmt: skip
    player = Player(diagram).signal("red")
    assert player.open == (["aside"] if interrupting else ["aside", "on", "work"])
    player.signal("red")
    assert player.open.count("aside") == (1 if interrupting else 2)


def test_a_signal_thrown_inside_a_sub_process_interrupts_it_from_its_own_boundary():
    diagram = process(
        start(), sub("sub", start("s"), parallel("f"), user("go"), signal_throw("tell", "red"), user("after"), user("other"),
                     end("e"), chain("s", "f", "go", "tell", "after", "e"), chain("f", "other", "e")),
        boundary("on", "sub", a_signal("red")), user("caught"), end(), chain("start", "sub", "end"), chain("on", "caught", "end"),
    )  # fmt: skip
    player = Player(diagram).complete("go")
    assert player.open == ["caught"]
    assert set(player.cancelled) == {"other", "after", "sub"}
    assert player.complete("caught").ends == [("end",)]


def test_a_signal_wins_a_race():
    flows = chain("start", "w", "s", "a") + chain("w", "t", "b")
    diagram = process(start(), race("w"), signal("s", "red"), timer("t"), end("a"), end("b"), flows)
    assert Player(diagram).signal("red").ends == [("a",)]


def test_a_circle_of_signals_stops_with_a_named_reason():
    diagram = process(
        start(), user("work"), end(), boundary("on", "work", a_signal("red"), interrupting=False), signal_end("again", "red"),
        chain("start", "work", "end"), chain("on", "again"),
    )  # fmt: skip
    player = Player(diagram).signal("red")
    assert any("runs in a circle" in reason for reason in player.stuck)
    assert "work" in player.open


def test_a_link_leads_to_the_catch_of_its_name_in_the_same_scope():
    inner = sub("sub", start("s"), link_throw("t1", "there"), link_catch("c1", "there"), user("in"), end("e"),
                chain("s", "t1"), chain("c1", "in", "e"))  # fmt: skip
    diagram = process(
        start(), parallel("f"), link_throw("t", "there"), user("a"), link_throw("t2", "there"), link_catch("c", "there"), inner,
        user("out"), end(), chain("start", "f", "t"), chain("f", "a", "t2"), chain("f", "sub", "end"), chain("c", "out", "end"),
    )  # fmt: skip
    player = Player(diagram)
    assert player.open == ["a", "in", "out"]
    assert player.complete("a").open == ["in", "out", "out"]
    assert all(">" not in flow_id for flow_id in player.happened(FlowTaken)), "a link is no flow of the drawing"


def test_a_gateway_that_joins_knows_that_a_link_still_leads_to_it():
    diagram = process(
        start(), parallel("f"), user("a"), user("b"), link_throw("t", "there"), link_catch("c", "there"), inclusive("j"),
        user("after"), end(), chain("start", "f", "a", "j", "after", "end"), chain("f", "b", "t"), chain("c", "j"),
    )  # fmt: skip
    player = Player(diagram).complete("a")
    assert player.open == ["b", "j"]
    assert player.complete("b").open == ["after"]
