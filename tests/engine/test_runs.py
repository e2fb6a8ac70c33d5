"""Multi-instance activities on real databases."""

from __future__ import annotations

from typing import Any

import pytest

from bpmn.package import ProcessPackage
from engine.db import queries, store
from engine.history import RunVariableSet, VariableSet
from engine.model import InstanceState, JobState
from engine.ports import Done, HandlerCall, JobOutcome
from tests.engine.conftest import Bench
from tests.engine.constructs import Answers, incidents, retry, set_variables
from tests.engine.spiff.diagrams import (
    TIMER,
    boundary,
    chain,
    element,
    end,
    exclusive,
    flow,
    repeated,
    start,
)
from tests.support.packages import package, person, work, zeebe

USER = "<bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements>"


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
        assert store.open_parts(tx, bench.vault, instance.id, has_runs=True).runs == {}


# -- standard loops


def looping(condition: str = "", **attributes: str) -> Any:
    """A task that is done again as long as a condition holds."""
    asked = f"<bpmn:loopCondition>{condition}</bpmn:loopCondition>" if condition else ""
    again = element("userTask", "again", USER + element("standardLoopCharacteristics", "again_loop", asked, **attributes))
    return package(start(), again, person("after"), end(), chain("start", "again", "after", "end"))


def test_a_standard_loop_runs_until_its_condition_fails(bench: Bench) -> None:
    instance = bench.start(looping("= not(done)"), done=False)
    bench.do(instance, "again")
    bench.restarted().do(instance, "again")
    set_variables(bench, instance, done=True)
    bench.restarted().do(instance, "again")
    assert list(bench.tasks(instance)) == ["after"]
    assert bench.do(instance, "after").state is InstanceState.COMPLETED
    with bench.db.reading() as tx:
        assert store.open_parts(tx, bench.vault, instance.id, has_runs=True).runs == {}


@pytest.mark.parametrize(("before", "opened"), [("true", ["after"]), ("false", ["again"])])
def test_a_standard_loop_may_ask_before_its_first_run(bench: Bench, before: str, opened: list[str]) -> None:
    assert list(bench.tasks(bench.start(looping("= not(done)", testBefore=before), done=True))) == opened


def test_a_standard_loop_ends_at_its_maximum(bench: Bench) -> None:
    instance = bench.start(looping(loopMaximum="2"))
    bench.do(instance, "again")
    bench.restarted().do(instance, "again")
    assert list(bench.tasks(instance)) == ["after"]


def test_the_condition_of_a_standard_loop_sees_how_often_it_ran_and_may_be_repaired(bench: Bench) -> None:
    instance = bench.start(looping("= loopCounter &lt; most"))
    bench.do(instance, "again")
    assert "neither true nor false" in incidents(bench, instance)[0].message
    set_variables(bench, instance, most=2)
    retry(bench.restarted(), instance)
    bench.do(instance, "again")
    assert list(bench.tasks(instance)) == ["after"]


class Counting:
    """A doer that tells how often it was called."""

    name = "act"
    calls = 0

    def do(self, call: HandlerCall) -> JobOutcome:
        self.calls += 1
        return Done(result={"count": self.calls})


def test_runs_of_a_standard_loop_set_variables_as_if_drawn_with_a_flow_back(bench: Bench) -> None:
    loop = element("standardLoopCharacteristics", "l", "<bpmn:loopCondition>= act.count &lt; 3</bpmn:loopCondition>")
    told = "<bpmn:extensionElements>" + zeebe("taskDefinition", type="act") + "</bpmn:extensionElements>"
    bench.handlers["act"] = Counting()
    story = package(
        start(), element("serviceTask", "act", told + loop), person("after"), end(), chain("start", "act", "after", "end")
    )
    instance = bench.start(story)
    bench.worker.run_until_idle()
    assert bench.variables(instance) == {"act": {"count": 3}}
    assert list(bench.tasks(instance)) == ["after"]
