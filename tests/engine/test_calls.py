"""Call activities on real databases: a called instance lives and dies with its caller."""

from __future__ import annotations

from typing import Any

import pytest

from engine.commands import CancelInstance
from engine.db import queries, tables
from engine.model import InstanceState, ProcessInstance
from tests.engine.conftest import Bench
from tests.engine.constructs import incidents, retry
from tests.engine.spiff.diagrams import (
    TIMER,
    an_error,
    boundary,
    chain,
    end,
    error_end,
    repeated,
    start,
)
from tests.support.packages import extended, package, person, zeebe


def calling(*more: str, version: str = "1.0", outputs: str = "", **binding: str) -> Any:
    mapping = '<zeebe:ioMapping><zeebe:input source="= amount" target="amount"/>' + outputs + "</zeebe:ioMapping>"
    call = extended("callActivity", "pay", zeebe("calledElement", processId="billing", **binding), mapping)
    return package(start(), call, person("after"), end(), chain("start", "pay", "after", "end"), *more, version=version)


def billing(*elements: str, version: str = "1.0") -> Any:
    plain = (start(), person("check"), end(), chain("start", "check", "end"))
    return package(*(elements or plain), key="billing", version=version)


def child_of(bench: Bench, parent: ProcessInstance) -> ProcessInstance:
    with bench.db.reading() as tx:
        found = tx.execute(tables.process_instance.select().where(tables.process_instance.c.parent_id == parent.id)).all()
        return queries.instance(tx, found[-1].id)


def test_a_call_starts_a_process_waits_for_it_and_takes_its_variables(bench: Bench) -> None:
    bench.engine.deploy(billing(), by="ana")
    output = '<zeebe:output source="= amount * 2" target="paid"/>'
    parent = bench.start(calling(outputs=output), amount=7, secret="x")
    child = child_of(bench, parent)
    assert (child.parent_token_id, child.business_key) == ("t2", "K-1/t2")
    assert bench.variables(child) == {"amount": 7}
    assert bench.tasks(parent) == {}
    assert bench.restarted().do(child, "check").state is InstanceState.COMPLETED
    assert list(bench.tasks(parent)) == ["after"]
    assert bench.variables(parent) == {"amount": 7, "secret": "x", "paid": 14}


def test_a_called_process_that_ends_at_once_lets_its_caller_go_on_at_once(bench: Bench) -> None:
    bench.engine.deploy(billing(start(), end(), chain("start", "end")), by="ana")
    parent = bench.start(calling(), amount=7)
    assert list(bench.tasks(parent)) == ["after"]
    assert bench.variables(parent)["pay"] == {"amount": 7}
    assert child_of(bench, parent).state is InstanceState.COMPLETED


BINDINGS = {"1.2": {}, "1.1": {"bindingType": "deployment"}, "1.0": {"bindingType": "versionTag", "versionTag": "1.0"}}


@pytest.mark.parametrize("version", BINDINGS)
def test_the_binding_chooses_the_version(bench: Bench, version: str) -> None:
    bench.engine.deploy(billing(version="1.0"), by="ana")
    bench.engine.deploy(billing(version="1.1"), by="ana")
    caller = calling(**BINDINGS[version])
    bench.engine.deploy(caller, by="ana")
    bench.engine.deploy(billing(version="1.2"), by="ana")
    assert child_of(bench, bench.start(caller, amount=1)).version == version


def test_a_process_that_is_not_deployed_is_an_incident_until_it_is(bench: Bench) -> None:
    parent = bench.start(calling(), amount=1)
    assert "isn't deployed" in incidents(bench, parent)[0].message
    bench.engine.deploy(billing(), by="ana")
    retry(bench, parent)
    assert list(bench.tasks(child_of(bench, parent))) == ["check"]


def test_withdrawing_the_call_stops_what_it_called_down_to_the_last(bench: Bench) -> None:
    bench.engine.deploy(billing(start(), extended("callActivity", "deep", zeebe("calledElement", processId="deeper")), end(),
                                chain("start", "deep", "end")), by="ana")  # fmt: skip
    deeper = package(start(), person("check"), end(), chain("start", "check", "end"), key="deeper")
    bench.engine.deploy(deeper, by="ana")
    late = boundary("late", "pay", TIMER) + person("late-path") + chain("late", "late-path", "end")
    parent = bench.start(calling(late), amount=1)
    child = child_of(bench, parent)
    grandchild = child_of(bench, child)
    assert list(bench.tasks(grandchild)) == ["check"]
    bench.clock.advance(minutes=16)
    bench.restarted().worker.run_until_idle()
    assert [bench.instance(each).state for each in (child, grandchild)] == [InstanceState.CANCELLED] * 2
    assert bench.tasks(grandchild) == {}
    assert list(bench.tasks(parent)) == ["late-path"]


@pytest.mark.parametrize("at_once", [True, False])
def test_an_error_that_the_called_process_does_not_catch_is_caught_by_its_caller(bench: Bench, at_once: bool) -> None:
    line = (start(), error_end("oops", "lost"), chain("start", "oops"))
    slow = (start(), person("check"), error_end("oops", "lost"), chain("start", "check", "oops"))
    bench.engine.deploy(billing(*(line if at_once else slow)), by="ana")
    caught = boundary("caught", "pay", an_error("lost")) + person("mend") + chain("caught", "mend", "end")
    parent = bench.start(calling(caught), amount=1)
    child = child_of(bench, parent)
    if not at_once:
        bench.restarted().do(child, "check")
    assert list(bench.tasks(parent)) == ["mend"]
    assert bench.instance(child).state is InstanceState.CANCELLED
    assert incidents(bench, child) == []
    assert bench.variables(parent)["caught"] == {"errorCode": "lost"}


def test_an_error_that_nobody_catches_stays_an_incident_of_the_called_process(bench: Bench) -> None:
    bench.engine.deploy(billing(start(), error_end("oops", "lost"), chain("start", "oops")), by="ana")
    parent = bench.start(calling(), amount=1)
    child = child_of(bench, parent)
    assert child.state is InstanceState.ACTIVE
    assert len(incidents(bench, child)) == 1
    assert bench.instance(parent).state is InstanceState.ACTIVE


def test_a_called_process_that_a_person_stops_is_an_incident_of_its_caller_and_can_be_called_again(bench: Bench) -> None:
    bench.engine.deploy(billing(), by="ana")
    parent = bench.start(calling(), amount=1)
    first = child_of(bench, parent)
    with bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=first.id, by="ana", reason="wrong customer"))
    assert "wrong customer" in incidents(bench, parent)[0].message
    retry(bench, parent)
    again = child_of(bench, parent)
    assert (again.id != first.id, again.business_key) == (True, "K-1/t2.2")
    bench.do(again, "check")
    assert list(bench.tasks(parent)) == ["after"]


def test_cancelling_the_caller_stops_what_it_called(bench: Bench) -> None:
    bench.engine.deploy(billing(), by="ana")
    parent = bench.start(calling(), amount=1)
    with bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=parent.id, by="ana", reason="enough"))
    assert bench.instance(child_of(bench, parent)).state is InstanceState.CANCELLED
    assert incidents(bench, parent) == []


def test_a_process_that_calls_itself_stops_with_a_named_reason(bench: Bench) -> None:
    call = extended("callActivity", "again", zeebe("calledElement", processId="story"))
    parent = bench.start(package(start(), call, end(), chain("start", "again", "end")))
    with bench.db.reading() as tx:
        [incident] = queries.incidents(tx, bench.vault)
    assert "call in a circle" in incident.message
    with bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=parent.id, by="ana", reason="enough"))
    with bench.db.reading() as tx:
        assert queries.incidents(tx, bench.vault) == []


def test_a_call_for_each_element(bench: Bench) -> None:
    bench.engine.deploy(billing(), by="ana")
    loop = {"inputCollection": "= items", "inputElement": "amount", "outputCollection": "paid", "outputElement": "= pay.amount"}
    call = repeated("callActivity", "pay", **loop)
    told = "<bpmn:extensionElements>" + zeebe("calledElement", processId="billing") + "</bpmn:extensionElements>"
    story = package(start(), call.replace(">", ">" + told, 1), end(), chain("start", "pay", "end"))
    parent = bench.start(story, items=[3, 4])
    with bench.db.reading() as tx:
        children = [queries.instance(tx, row.id) for row in tx.execute(tables.process_instance.select()) if row.parent_id]
    for child in reversed(children):
        bench.do(child, "check")
    assert bench.instance(parent).state is InstanceState.COMPLETED
    assert bench.variables(parent)["paid"] == [3, 4]
