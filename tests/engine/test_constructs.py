"""Every construct that the token flow moves, from a deployed package to the database and back, with a fresh engine in between."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.package import ProcessPackage
from engine.commands import BroadcastSignal, CancelInstance, CorrelateMessage, RetryIncident, SetVariables
from engine.db import queries, store, tables
from engine.history import ErrorThrown, InstanceCompleted, RunVariableSet, SignalReceived, VariableSet
from engine.model import Incident, InstanceState, JobState, ProcessInstance
from engine.ports import Done, HandlerCall, JobOutcome, Throw
from engine.testing import FakeClock
from tests.engine.conftest import Bench
from tests.engine.spiff.diagrams import (
    MESSAGE,
    TIMER,
    a_signal,
    an_error,
    an_escalation,
    boundary,
    chain,
    element,
    end,
    error_end,
    escalation_throw,
    event_sub,
    exclusive,
    flow,
    link_catch,
    link_throw,
    on_start,
    parallel,
    repeated,
    signal,
    signal_end,
    signal_throw,
    start,
    sub,
)
from tests.support.packages import extended, package, person, work, zeebe

USER = "<bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements>"


class Answers:
    """A doer that answers by the variable `item`, or by what it was told."""

    name = "act"

    def __init__(self, answer: JobOutcome | None = None) -> None:
        self.answer = answer
        self.calls: list[HandlerCall] = []

    def do(self, call: HandlerCall) -> JobOutcome:
        self.calls.append(call)
        return self.answer or Done(result={"double": call.inputs["item"] * 2})


def broadcast(bench: Bench, name: str, **data: Any) -> int:
    with bench.db.transaction() as tx:
        return bench.engine.broadcast(tx, BroadcastSignal(name=name, by="ana", data=data))


def incidents(bench: Bench, instance: ProcessInstance) -> list[Incident]:
    with bench.db.reading() as tx:
        return queries.incidents(tx, instance_id=instance.id)


def retry(bench: Bench, instance: ProcessInstance) -> None:
    [incident] = incidents(bench, instance)
    with bench.db.transaction() as tx:
        bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))


def set_variables(bench: Bench, instance: ProcessInstance, **values: Any) -> None:
    with bench.db.transaction() as tx:
        bench.engine.set_variables(tx, SetVariables(instance_id=instance.id, values=values, by="ana", reason="repair"))


# -- signals


def waiting_for_red() -> Any:
    return package(start(), signal("wait", "red"), person("after"), end(), chain("start", "wait", "after", "end"))


def test_a_broadcast_reaches_every_instance_that_waits(bench: Bench) -> None:
    one, two = bench.start(waiting_for_red(), "K-1"), bench.start(waiting_for_red(), "K-2")
    assert broadcast(bench, "blue") == 0
    assert broadcast(bench.restarted(), "red", batch="B7") == 2
    for instance in (one, two):
        assert bench.variables(instance)["wait"] == {"batch": "B7"}
        assert list(bench.tasks(instance)) == ["after"]
        assert [event.signal_name for event in bench.history(instance, SignalReceived)] == ["red"]
    assert broadcast(bench, "red") == 0


def test_a_signal_and_a_message_of_one_name_are_kept_apart(bench: Bench) -> None:
    bench.start(waiting_for_red())
    with bench.db.transaction() as tx:
        assert not bench.engine.correlate(tx, CorrelateMessage(name="red", correlation_key="", by="ana"))


def test_a_signal_of_the_diagram_is_caught_inside_its_instance(bench: Bench) -> None:
    story = package(
        start(), parallel("f"), person("go"), signal_throw("tell", "red"), end("told"), signal("wait", "red"), person("after"),
        end(), chain("start", "f", "go", "tell", "told"), chain("f", "wait", "after", "end"),
    )  # fmt: skip
    one, two = bench.start(story, "K-1"), bench.start(story, "K-2")
    bench.restarted().do(one, "go")
    assert list(bench.tasks(one)) == ["after"]
    assert list(bench.tasks(two)) == ["go"]


def test_a_boundary_signal_and_one_that_starts_a_sub_process(bench: Bench) -> None:
    on = on_start("on", a_signal("blue"), interrupting=False)
    story = package(
        start(), person("a"), end(), boundary("stop", "a", a_signal("red")), person("b"), signal_end("last", "blue"),
        chain("start", "a", "end"), chain("stop", "b", "last"),
        event_sub("es", on, person("aid"), end("ae"), chain("on", "aid", "ae")),
    )  # fmt: skip
    instance = bench.start(story)
    broadcast(bench, "blue", why="storm")
    assert sorted(bench.tasks(instance)) == ["a", "aid"]
    assert bench.variables(instance)["on"] == {"why": "storm"}
    broadcast(bench.restarted(), "red")
    assert sorted(bench.tasks(instance)) == ["aid", "b"]


# -- errors and escalations


def failing(*more: str) -> Any:
    catch = boundary("caught", "act", an_error("lost")) + person("mend") + chain("caught", "mend", "end")
    return package(start(), work("act", "act"), end(), chain("start", "act", "end"), *(more or (catch,)))


def test_an_error_of_a_handler_goes_to_the_boundary_event_that_catches_its_code(bench: Bench) -> None:
    bench.handlers["act"] = Answers(Throw(error_code="lost", variables={"parcel": 7}))
    instance = bench.start(failing())
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["mend"]
    assert bench.variables(instance)["caught"] == {"parcel": 7, "errorCode": "lost"}
    assert bench.history(instance, ErrorThrown)[0].caught_by == "caught"
    assert bench.restarted().do(instance, "mend").state is InstanceState.COMPLETED


def test_an_error_that_nothing_catches_is_an_incident_and_can_be_tried_again(bench: Bench) -> None:
    bench.handlers["act"] = answers = Answers(Throw(error_code="late"))
    instance = bench.start(failing())
    bench.worker.run_until_idle()
    assert "nothing in the diagram catches" in incidents(bench, instance)[0].message
    with bench.db.reading() as tx:
        assert [job.state for job in queries.jobs(tx, instance_id=instance.id)] == [JobState.FAILED]
    answers.answer = Done()
    retry(bench, instance)
    bench.worker.run_until_idle()
    assert bench.instance(instance).state is InstanceState.COMPLETED


def test_an_error_end_at_the_top_never_counts_as_completed(bench: Bench) -> None:
    instance = bench.start(package(start(), person("a"), error_end("oops", "lost"), chain("start", "a", "oops")))
    bench.do(instance, "a")
    assert bench.instance(instance).state is InstanceState.ACTIVE
    assert "nothing around it catches" in incidents(bench, instance)[0].message
    assert bench.history(instance, InstanceCompleted) == []


def test_an_error_sub_process_takes_over(bench: Bench) -> None:
    rescue = event_sub("rescue", on_start("on", an_error()), person("mend"), end("re"), chain("on", "mend", "re"))
    inner = (start("s"), parallel("f"), person("a"), error_end("oops", "lost"), person("b"), end("e"))
    story = package(
        start(), sub("sub", *inner, chain("s", "f", "a", "oops"), chain("f", "b", "e"), rescue), person("after"), end(),
        chain("start", "sub", "after", "end"),
    )  # fmt: skip
    instance = bench.start(story)
    bench.do(instance, "a")
    assert list(bench.tasks(instance)) == ["mend"]
    bench.restarted().do(instance, "mend")
    assert list(bench.tasks(instance)) == ["after"]


def test_an_escalation_runs_beside_the_work(bench: Bench) -> None:
    inner = (start("s"), escalation_throw("up", "help"), person("a"), end("e"), chain("s", "up", "a", "e"))
    story = package(
        start(), sub("sub", *inner), boundary("caught", "sub", an_escalation("help"), interrupting=False), person("assist"),
        end(), chain("start", "sub", "end"), chain("caught", "assist", "end"),
    )  # fmt: skip
    instance = bench.start(story)
    assert sorted(bench.tasks(instance)) == ["a", "assist"]
    bench.do(instance, "assist")
    assert bench.restarted().do(instance, "a").state is InstanceState.COMPLETED


# -- event sub-processes by time, links, conditions


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_timer_starts_an_event_sub_process(bench: Bench, interrupting: bool) -> None:
    on = on_start("on", TIMER, interrupting=interrupting)
    beside = event_sub("es", on, person("aid"), end("ae"), chain("on", "aid", "ae"))
    instance = bench.start(package(start(), person("a"), end(), chain("start", "a", "end"), beside))
    clock: FakeClock = bench.clock
    clock.advance(minutes=16)
    bench.worker.run_until_idle()
    assert sorted(bench.tasks(instance)) == (["aid"] if interrupting else ["a", "aid"])
    for activity in bench.tasks(instance):
        bench.do(instance, activity)
    assert bench.instance(instance).state is InstanceState.COMPLETED


def test_a_timer_that_would_start_one_is_gone_with_its_instance(bench: Bench) -> None:
    beside = event_sub("es", on_start("on", TIMER), person("aid"), end("ae"), chain("on", "aid", "ae"))
    instance = bench.start(package(start(), person("a"), end(), chain("start", "a", "end"), beside))
    assert bench.do(instance, "a").state is InstanceState.COMPLETED
    with bench.db.reading() as tx:
        assert queries.timers(tx, instance.id) == []


def test_a_link_goes_on_at_its_other_end(bench: Bench) -> None:
    flows = chain("start", "t") + chain("c", "a", "end")
    story = package(start(), link_throw("t", "L"), link_catch("c", "L"), person("a"), end(), flows)
    assert list(bench.tasks(bench.start(story))) == ["a"]


@pytest.mark.parametrize(("amount", "opened"), [(10, ["always"]), (200, ["always", "big"])])
def test_conditions_on_the_flows_that_leave_an_activity(bench: Bench, amount: int, opened: list[str]) -> None:
    story = package(
        start(), person("a"), person("big"), person("always"), end(), chain("start", "a", "always", "end"), chain("big", "end"),
        flow("a", "big", "= amount > 100"),
    )  # fmt: skip
    instance = bench.start(story, amount=amount)
    bench.do(instance, "a")
    assert sorted(bench.tasks(instance)) == opened


# -- runs


def doubling(*, sequential: bool = False, more: str = "", **changes: str) -> Any:
    loop = {"inputCollection": "= items", "inputElement": "item", "outputCollection": "doubles", "outputElement": "= act.double"}
    act = repeated("serviceTask", "act", more=more, sequential=sequential, **{**loop, **changes})
    act = act.replace(">", "><bpmn:extensionElements>" + zeebe("taskDefinition", type="act") + "</bpmn:extensionElements>", 1)
    return package(start(), act, person("after"), end(), chain("start", "act", "after", "end"))


@pytest.mark.parametrize("sequential", [False, True])
def test_each_run_sees_its_own_element_and_the_results_come_in_order(bench: Bench, sequential: bool) -> None:
    bench.handlers["act"] = answers = Answers()
    instance = bench.start(doubling(sequential=sequential), items=[3, 1, 2])
    with bench.db.reading() as tx:
        assert len(queries.jobs(tx, instance_id=instance.id)) == (1 if sequential else 3)
    bench.restarted().worker.run_until_idle()
    assert sorted(call.inputs["loopCounter"] for call in answers.calls) == [1, 2, 3]
    variables = bench.variables(instance)
    assert variables == {"items": [3, 1, 2], "doubles": [6, 2, 4]}
    assert len(bench.history(instance, RunVariableSet)) == 3
    assert [event.name for event in bench.history(instance, VariableSet)] == ["items", "doubles"]
    assert list(bench.tasks(instance)) == ["after"]


def test_nothing_to_run_for_goes_on_at_once(bench: Bench) -> None:
    bench.handlers["act"] = Answers()
    instance = bench.start(doubling(), items=[])
    assert bench.variables(instance)["doubles"] == []
    assert list(bench.tasks(instance)) == ["after"]


def test_a_completion_condition_withdraws_the_runs_that_are_left(bench: Bench) -> None:
    bench.handlers["act"] = answers = Answers()
    enough = "<bpmn:completionCondition>= numberOfCompletedInstances &gt;= 2</bpmn:completionCondition>"
    instance = bench.start(doubling(more=enough), items=[1, 2, 3, 4])
    bench.worker.run_until_idle()
    assert len(answers.calls) == 2
    assert bench.variables(instance)["doubles"] == [2, 4, None, None]
    with bench.db.reading() as tx:
        states = [job.state for job in queries.jobs(tx, instance_id=instance.id)]
    assert states == [JobState.DONE, JobState.DONE, JobState.CANCELLED, JobState.CANCELLED]


def test_a_collection_that_is_none_is_an_incident_that_a_person_repairs(bench: Bench) -> None:
    bench.handlers["act"] = Answers()
    instance = bench.start(doubling(), items="many")
    assert "not a list" in incidents(bench, instance)[0].message
    set_variables(bench, instance, items=[5])
    retry(bench, instance)
    bench.worker.run_until_idle()
    assert bench.variables(instance)["doubles"] == [10]
    assert incidents(bench, instance) == []


def test_a_result_that_cannot_be_read_is_an_incident_that_a_person_repairs(bench: Bench) -> None:
    bench.handlers["act"] = Answers()
    enough = "<bpmn:completionCondition>= enough</bpmn:completionCondition>"
    instance = bench.start(doubling(more=enough), items=[1, 2])
    bench.worker.run_until_idle()
    assert "neither true nor false" in incidents(bench, instance)[0].message
    set_variables(bench, instance, enough=False)
    retry(bench.restarted(), instance)
    assert bench.variables(instance)["doubles"] == [2, 4]
    assert list(bench.tasks(instance)) == ["after"]


def test_a_number_of_runs(bench: Bench) -> None:
    count = "<bpmn:loopCardinality>3</bpmn:loopCardinality>"
    story = package(start(), repeated("userTask", "a", USER, more=count), end(), chain("start", "a", "end"))
    instance = bench.start(story)
    with bench.db.reading() as tx:
        assert len(queries.tasks(tx, instance_id=instance.id)) == 3
    for _ in range(3):
        bench.do(instance, "a")
    assert bench.instance(instance).state is InstanceState.COMPLETED


def test_runs_of_a_sub_process_keep_their_results_apart(bench: Bench) -> None:
    bench.handlers["act"] = Answers()
    inner = (
        start("s") + work("act", "act") + exclusive("big", "big-e") + person("check") + end("e") + chain("s", "act", "big", "e")
        + flow("big", "check", "= act.double > 10") + chain("check", "e")
    )  # fmt: skip
    loop = {"inputCollection": "= items", "inputElement": "item", "outputCollection": "seen", "outputElement": "= act.double"}
    story = package(start(), repeated("subProcess", "each", inner, **loop), end(), chain("start", "each", "end"))
    instance = bench.start(story, items=[1, 9])
    bench.worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["check"]
    assert bench.restarted().do(instance, "check").state is InstanceState.COMPLETED
    assert bench.variables(instance) == {"items": [1, 9], "seen": [2, 18]}


def test_cancelling_leaves_no_run_behind(bench: Bench) -> None:
    late = boundary("late", "act", TIMER) + chain("late", "end")
    bench.handlers["act"] = Answers()
    files = doubling().to_files()
    files["story.bpmn"] = files["story.bpmn"].replace(b"</bpmn:process>", late.encode() + b"</bpmn:process>")
    instance = bench.start(ProcessPackage.from_files(files), items=[1, 2])
    bench.clock.advance(minutes=20)
    bench.engine.fire_due_timers()
    assert bench.instance(instance).state is InstanceState.COMPLETED
    with bench.db.reading() as tx:
        assert store.run_variables(tx, bench.vault, instance.id) == {}


def test_a_throwing_message_event_is_told_by_its_handler_without_waiting(bench: Bench) -> None:
    bench.handlers["act"] = answers = Answers(Done())
    told = work("tell", "act", kind="intermediateThrowEvent").replace(
        "</bpmn:intermediate", "<bpmn:messageEventDefinition/></bpmn:intermediate"
    )
    instance = bench.start(package(start(), told, person("a"), end(), chain("start", "tell", "a", "end")))
    assert list(bench.tasks(instance)) == ["a"]
    bench.worker.run_until_idle()
    assert [call.activity_id for call in answers.calls] == ["tell"]


# -- starts by event


def started_by(definition: str, *more: str, version: str = "1.0") -> Any:
    begun = element("startEvent", "begun", definition)
    flows = chain("begun", "a", "end")
    return package(begun, person("a"), end(), flows, *more, messages={"order": "= number"}, version=version)


def instance_of(bench: Bench, key: str) -> ProcessInstance:
    with bench.db.reading() as tx:
        return queries.instance_by_key(tx, key)


def correlate(bench: Bench, key: str, **data: Any) -> bool:
    with bench.db.transaction() as tx:
        return bench.engine.correlate(tx, CorrelateMessage(name="order", correlation_key=key, by="ana", data=data))


def test_a_message_starts_a_process_when_nobody_waits_for_it(bench: Bench) -> None:
    bench.engine.deploy(started_by(MESSAGE.replace('"m"', '"order"')), by="ana")
    assert correlate(bench.restarted(), "O-1", item="pump")
    instance = instance_of(bench, "O-1")
    assert bench.variables(instance)["begun"] == {"item": "pump"}
    assert list(bench.tasks(instance)) == ["a"]
    assert not correlate(bench, "O-1"), "an order starts one instance only"


def test_beside_the_plain_start_a_message_start_begins_at_its_own_event(bench: Bench) -> None:
    story = started_by(MESSAGE.replace('"m"', '"order"'), start(), person("b"), chain("start", "b", "end"))
    plain = bench.start(story)
    assert list(bench.tasks(plain)) == ["b"]
    assert correlate(bench, "O-1")
    assert list(bench.tasks(instance_of(bench, "O-1"))) == ["a"]


def test_only_the_newest_deployment_is_started_by_events(bench: Bench) -> None:
    bench.engine.deploy(started_by(MESSAGE.replace('"m"', '"order"')), by="ana")
    bench.engine.deploy(started_by(a_signal("red"), version="1.1"), by="ana")
    assert not correlate(bench, "O-1")
    assert broadcast(bench, "red", why="storm") == 1
    assert broadcast(bench, "red") == 1
    with bench.db.reading() as tx:
        found = list(tx.execute(tables.process_instance.select().order_by(tables.process_instance.c.id)))
    assert [row.version for row in found] == ["1.1", "1.1"]
    assert len({row.business_key for row in found}) == 2


def test_a_timer_starts_one_instance_when_it_is_due(bench: Bench) -> None:
    bench.engine.deploy(started_by(TIMER), by="ana")
    bench.worker.run_until_idle()
    bench.clock.advance(minutes=16)
    bench.worker.run_until_idle()
    bench.clock.advance(days=2)
    bench.worker.run_until_idle()
    with bench.db.reading() as tx:
        assert len(list(tx.execute(tables.process_instance.select()))) == 1


# -- calls


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
        [incident] = queries.incidents(tx)
    assert "call in a circle" in incident.message
    with bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=parent.id, by="ana", reason="enough"))
    with bench.db.reading() as tx:
        assert queries.incidents(tx) == []


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
