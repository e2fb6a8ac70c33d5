"""Conditional events, on real databases, with a fresh engine in between."""

from __future__ import annotations

from engine.history import ConditionMet
from engine.model import InstanceState
from tests.engine.conftest import Bench
from tests.engine.constructs import incidents, retry, set_variables
from tests.engine.spiff.diagrams import boundary, chain, element, end, event_sub, on_start, race, repeated, start, timer
from tests.support.packages import package, person


def condition(text: str) -> str:
    inside = f"<bpmn:condition>{text}</bpmn:condition>".replace(" > ", " &gt; ")
    return f"<bpmn:conditionalEventDefinition>{inside}</bpmn:conditionalEventDefinition>"


def waiting(text: str = "= amount > 100") -> str:
    return element("intermediateCatchEvent", "wait", condition(text))


def test_a_condition_is_waited_for(bench: Bench) -> None:
    story = package(start(), waiting(), person("after"), end(), chain("start", "wait", "after", "end"))
    instance = bench.start(story)
    set_variables(bench.restarted(), instance, amount=50)
    assert bench.tasks(instance) == {}
    set_variables(bench.restarted(), instance, amount=200)
    assert list(bench.tasks(instance)) == ["after"]
    assert [event.activity_id for event in bench.history(instance, ConditionMet)] == ["wait"]
    assert bench.restarted().do(instance, "after").state is InstanceState.COMPLETED


def test_a_condition_that_holds_already_is_not_waited_for(bench: Bench) -> None:
    story = package(start(), waiting(), person("after"), end(), chain("start", "wait", "after", "end"))
    assert list(bench.tasks(bench.start(story, amount=200))) == ["after"]


def test_a_condition_interrupts_an_activity(bench: Bench) -> None:
    stop = boundary("stop", "a", condition("= cancelled"))
    story = package(start(), person("a"), stop, person("b"), end(), chain("start", "a", "end"), chain("stop", "b", "end"))
    instance = bench.start(story)
    set_variables(bench, instance, cancelled=False, other=1)
    assert list(bench.tasks(instance)) == ["a"]
    set_variables(bench.restarted(), instance, cancelled=True)
    assert list(bench.tasks(instance)) == ["b"]


def test_a_condition_beside_an_activity_occurs_each_time_that_it_comes_to_hold(bench: Bench) -> None:
    more = boundary("more", "a", condition("= amount > 100"), interrupting=False)
    story = package(start(), person("a"), more, person("b"), end(), chain("start", "a", "end"), chain("more", "b", "end"))
    instance = bench.start(story, amount=1)
    for amount in (200, 300, 50, 60, 101):
        set_variables(bench.restarted(), instance, amount=amount)
    assert len(bench.history(instance, ConditionMet)) == 2, "200 and 101 came from below"


def test_a_condition_starts_an_event_sub_process(bench: Bench) -> None:
    on = on_start("on", condition("= alarm"), interrupting=True)
    rescue = event_sub("es", on, person("aid"), end("z"), chain("on", "aid", "z"))
    instance = bench.start(package(start(), person("a"), end(), chain("start", "a", "end"), rescue))
    set_variables(bench.restarted(), instance, alarm=True)
    assert list(bench.tasks(instance)) == ["aid"]
    assert bench.do(instance, "aid").state is InstanceState.COMPLETED


def test_of_two_conditions_in_a_race_that_hold_the_first_wins(bench: Bench) -> None:
    other = element("intermediateCatchEvent", "other", condition("= amount > 10"))
    story = package(
        start(), race("r"), waiting(), other, timer("t"), person("a"), person("b"), end(),
        chain("start", "r", "wait", "a", "end"), chain("r", "other", "b", "end"), chain("r", "t", "end"),
    )  # fmt: skip
    instance = bench.start(story)
    set_variables(bench.restarted(), instance, amount=500)
    assert list(bench.tasks(instance)) == ["a"]


def test_a_condition_sees_what_its_own_run_sees(bench: Bench) -> None:
    inside = start("s") + person("a") + boundary("big", "a", condition("= item > 5")) + person("b") + end("e")
    story = package(
        start(), repeated("subProcess", "x", inside + chain("s", "a", "e") + chain("big", "b", "e"), inputCollection="= items",
        inputElement="item"), end(), chain("start", "x", "end"),
    )  # fmt: skip
    assert sorted(bench.tasks(bench.start(story, items=[3, 9]))) == ["a", "b"]


def test_a_condition_that_is_neither_true_nor_false_is_an_incident_until_repaired(bench: Bench) -> None:
    story = package(start(), waiting("= amount"), person("after"), end(), chain("start", "wait", "after", "end"))
    instance = bench.start(story, amount=3)
    assert "neither true nor false" in incidents(bench, instance)[0].message
    retry(bench.restarted(), instance)
    assert len(incidents(bench, instance)) == 1
    set_variables(bench.restarted(), instance, amount=True)
    assert (list(bench.tasks(instance)), incidents(bench, instance)) == (["after"], [])


def test_a_circle_of_conditions_stops_with_an_incident(bench: Bench) -> None:
    story = package(start(), element("exclusiveGateway", "g"), waiting(), chain("start", "g", "wait", "g"))
    instance = bench.start(story, amount=200)
    assert "came to hold 100 times" in incidents(bench, instance)[0].message
    retry(bench.restarted(), instance)
    assert len(bench.history(instance, ConditionMet)) == 200
    set_variables(bench.restarted(), instance, amount=3)
    assert (len(bench.history(instance, ConditionMet)), incidents(bench, instance)) == (200, [])


def test_a_condition_on_time_is_asked_when_a_variable_changes(bench: Bench) -> None:
    waits = element(
        "intermediateCatchEvent", "wait", condition('= now() > date and time("2023-10-01T10:00:00Z") and ready != null')
    )
    instance = bench.start(package(start(), waits, person("after"), end(), chain("start", "wait", "after", "end")), ready=1)
    bench.clock.advance(hours=2)
    set_variables(bench.restarted(), instance, ready=2)
    assert list(bench.tasks(instance)) == ["after"]
