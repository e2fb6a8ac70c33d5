"""Timers that repeat, on real databases, with a fresh engine in between."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.db import queries, tables
from engine.errors import Invalid
from engine.execution import MAX_FIRINGS
from engine.history import TaskCreated, TimerFired
from engine.model import InstanceState, ProcessInstance
from tests.engine.conftest import NINE, Bench
from tests.engine.constructs import incidents, retry, set_variables
from tests.engine.spiff.diagrams import chain, end, event_sub, on_start, start
from tests.support.packages import boundary_timer, package, person


def reminding(text: str) -> Any:
    """A task beside which another one is opened at each instant of a cycle."""
    return package(
        start(), person("a"), end(), boundary_timer("tick", "a", text, kind="timeCycle"), person("remind"), end("z"),
        chain("start", "a", "end"), chain("tick", "remind", "z"),
    )  # fmt: skip


def fired(bench: Bench, instance: ProcessInstance) -> list[int]:
    """The minutes after nine at which timers counted as fired."""
    return [int((event.at - NINE).total_seconds() // 60) for event in bench.history(instance, TimerFired)]


def due_in_minutes(bench: Bench, instance: ProcessInstance) -> list[int | None]:
    with bench.db.reading() as tx:
        found = [timer.due_at for timer in queries.timers(tx, instance.id)]
    return [due_at and int((due_at - NINE).total_seconds() // 60) for due_at in found]


def test_a_cycle_fires_as_often_as_it_says_without_drift(bench: Bench) -> None:
    instance = bench.start(reminding("R3/PT10M"))
    for minutes in (13, 9, 9, 60):
        bench.clock.advance(minutes=minutes)
        bench.restarted().worker.run_until_idle()
    assert fired(bench, instance) == [10, 20, 30]
    assert due_in_minutes(bench, instance) == [None]
    assert len(bench.history(instance, TaskCreated)) == 4


def test_a_late_worker_fires_each_missed_instant_at_its_own_time(bench: Bench) -> None:
    instance = bench.start(reminding("R/PT1M"))
    bench.clock.advance(minutes=MAX_FIRINGS + 7)
    bench.worker.run_until_idle()
    assert fired(bench, instance) == list(range(1, MAX_FIRINGS + 8))
    assert [event.at for event in bench.history(instance, TaskCreated)][1:] == [
        NINE + timedelta(minutes=minute) for minute in range(1, MAX_FIRINGS + 8)
    ]
    assert due_in_minutes(bench, instance) == [MAX_FIRINGS + 8]


def test_a_cycle_ends_with_its_activity(bench: Bench) -> None:
    instance = bench.start(reminding("R/PT10M"))
    bench.do(instance, "a")
    assert bench.instance(instance).state is InstanceState.COMPLETED
    assert due_in_minutes(bench, instance) == []


def test_a_cycle_may_come_from_a_variable_and_follows_it(bench: Bench) -> None:
    instance = bench.start(reminding('= "R4/PT" + string(pause) + "M"'), pause=10)
    bench.clock.advance(minutes=12)
    bench.worker.run_until_idle()
    set_variables(bench, instance, pause=4)
    assert due_in_minutes(bench.restarted(), instance) == [16]
    bench.clock.advance(hours=1)
    bench.restarted().worker.run_until_idle()
    assert fired(bench, instance) == [10, 16], "the fourth instant of the new cycle is the last"


def test_what_is_no_cycle_is_an_incident_until_repaired(bench: Bench) -> None:
    instance = bench.start(reminding("= pause"), pause="daily")
    assert "no cycle" in incidents(bench, instance)[0].message
    set_variables(bench, instance, pause="R1/PT30M")
    retry(bench.restarted(), instance)
    assert due_in_minutes(bench, instance) == [30]


def test_a_cycle_starts_event_sub_processes(bench: Bench) -> None:
    cycle = "<bpmn:timerEventDefinition><bpmn:timeCycle>R2/PT10M</bpmn:timeCycle></bpmn:timerEventDefinition>"
    on = on_start("on", cycle, interrupting=False)
    beside = event_sub("es", on, person("aid"), end("z"), chain("on", "aid", "z"))
    instance = bench.start(package(start(), person("a"), end(), chain("start", "a", "end"), beside))
    bench.clock.advance(hours=2)
    bench.restarted().worker.run_until_idle()
    assert fired(bench, instance) == [10, 20]


def starting(text: str) -> Any:
    cycle = f"<bpmn:timerEventDefinition><bpmn:timeCycle>{text}</bpmn:timeCycle></bpmn:timerEventDefinition>"
    return package(start("begun").replace("><", f">{cycle}<"), person("a"), end(), chain("begun", "a", "end"))


def instances(bench: Bench) -> int:
    with bench.db.reading() as tx:
        return len(list(tx.execute(tables.process_instance.select())))


def test_a_cycle_starts_an_instance_each_time(bench: Bench) -> None:
    bench.engine.deploy(starting("R3/PT10M"), by="ana")
    started = []
    for minutes in (5, 6, 30, 60):
        bench.clock.advance(minutes=minutes)
        bench.restarted().worker.run_until_idle()
        started.append(instances(bench))
    assert started == [0, 1, 3, 3]


def test_a_cycle_that_could_not_start_anything_is_refused_at_deployment(bench: Bench) -> None:
    with pytest.raises(Invalid, match="can't start it"):
        bench.engine.deploy(starting("= 3"), by="ana")
