"""Instances run on real databases: tasks, tables, deciders, gateways and the end of it all."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.commands import CancelInstance, ClaimTask, CompleteTask, ReassignTask, ReleaseTask, RetryIncident, SetVariables
from engine.db import queries
from engine.errors import (
    Conflict,
    Forbidden,
    FormInvalid,
    Invalid,
    StaleRevision,
    TaskAlreadyClaimed,
    TaskNotOpen,
    TaskNotYours,
    VersionExists,
)
from engine.history import DecisionMade, HandlerDecided, InstanceCompleted, TaskCompleted, VariableSet
from engine.model import InstanceState, TaskState
from engine.ports import Decision, HandlerCall, Transaction
from tests.engine.conftest import NINE, Bench
from tests.engine.spiff.diagrams import chain, end, exclusive, flow, start
from tests.support.packages import URGENCY_TABLE, decision, package, person, work

DONE = [{"type": "checkbox", "key": "done", "id": "f1", "label": "done"}]


class Greet:
    """A decider that greets whom the variable `who` names."""

    name = "greet"

    def gather(self, call: HandlerCall, tx: Transaction) -> str:
        return call.inputs["who"]

    def decide(self, call: HandlerCall, facts: str) -> Decision:
        return Decision(result={"text": f"hello {facts}"}, reason=f"{facts} came")


def one_task(**assignment: str) -> Any:
    return package(
        start(), person("handle", form_id="handle", **assignment), end(), chain("start", "handle", "end"), forms={"handle": DONE}
    )


def test_a_task_is_claimed_completed_and_its_answers_kept(bench: Bench) -> None:
    instance = bench.start(one_task())
    finished = bench.do(instance, "handle", {"done": True})
    assert finished.state is InstanceState.COMPLETED
    assert bench.variables(instance)["handle"] == {"done": True}
    assert bench.tasks(instance) == {}
    assert bench.history(instance, TaskCompleted)[0].claimed_at == NINE
    assert len(bench.history(instance, InstanceCompleted)) == 1


def test_the_assignee_and_groups_come_from_expressions(bench: Bench) -> None:
    instance = bench.start(one_task(assignee="= who", candidateGroups='= ["service", team]'), who="li", team="north")
    task = bench.tasks(instance)["handle"]
    assert (task.assignee, task.candidate_groups) == ("li", ("service", "north"))
    with bench.db.reading() as tx:
        assert [found.id for found in queries.tasks(tx, groups=["north"])] == [task.id]
        assert queries.tasks(tx, groups=["south"]) == []


def test_only_a_candidate_claims_and_only_the_holder_completes(bench: Bench) -> None:
    instance = bench.start(one_task(candidateGroups="service"))
    task = bench.tasks(instance)["handle"]
    with pytest.raises(Forbidden, match="offered to service"), bench.db.transaction() as tx:
        bench.engine.claim(tx, ClaimTask(task_id=task.id, by="zhao", groups=frozenset({"sales"})))
    with bench.db.transaction() as tx:
        bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li", groups=frozenset({"service"})))
    with pytest.raises(TaskAlreadyClaimed, match="held by li"), bench.db.transaction() as tx:
        bench.engine.claim(tx, ClaimTask(task_id=task.id, by="zhao", groups=frozenset({"service"})))
    with pytest.raises(TaskNotYours), bench.db.transaction() as tx:
        bench.engine.complete(tx, CompleteTask(task_id=task.id, by="zhao", data={"done": True}))


def test_a_task_goes_back_and_to_somebody_else(bench: Bench) -> None:
    instance = bench.start(one_task())
    task = bench.tasks(instance)["handle"]
    with bench.db.transaction() as tx:
        claimed = bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))
        released = bench.engine.release(tx, ReleaseTask(task_id=task.id, by="li", revision=claimed.revision))
    assert (released.state, released.assignee) == (TaskState.CREATED, None)
    with bench.db.transaction() as tx:
        given = bench.engine.reassign(tx, ReassignTask(task_id=task.id, assignee="zhao", by="wang"))
    assert given.assignee == "zhao"
    with pytest.raises(TaskAlreadyClaimed), bench.db.transaction() as tx:
        bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))


def test_answers_that_do_not_fit_change_nothing(bench: Bench) -> None:
    instance = bench.start(one_task())
    task = bench.tasks(instance)["handle"]
    with bench.db.transaction() as tx:
        bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))
    before = bench.history(instance)
    for wrong in ({"done": "yes"}, {"typename": "x"}, {"unknown": 1}):
        with pytest.raises(FormInvalid), bench.db.transaction() as tx:
            bench.engine.complete(tx, CompleteTask(task_id=task.id, by="li", data=wrong))
    assert bench.history(instance) == before
    assert bench.tasks(instance)["handle"].state is TaskState.CLAIMED


def test_a_stale_or_finished_task_is_refused(bench: Bench) -> None:
    instance = bench.start(one_task())
    task = bench.tasks(instance)["handle"]
    with bench.db.transaction() as tx:
        bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))
    with pytest.raises(StaleRevision, match="Reload"), bench.db.transaction() as tx:
        bench.engine.complete(tx, CompleteTask(task_id=task.id, by="li", data={"done": True}, revision=task.revision))
    bench.do(instance, "handle", {"done": True})
    with pytest.raises(TaskNotOpen, match="is completed"), bench.db.transaction() as tx:
        bench.engine.complete(tx, CompleteTask(task_id=task.id, by="li", data={"done": True}))


def test_tables_and_deciders_answer_in_the_same_transaction(bench: Bench) -> None:
    bench.handlers["greet"] = Greet()
    story = package(
        start(),
        decision("classify", "urgency", "urgency"),
        work("welcome", "greet"),
        person("handle"),
        end(),
        chain("start", "classify", "welcome", "handle", "end"),
        tables={"urgency.dmn": URGENCY_TABLE},
    )
    instance = bench.start(story, blocked=True, who="Ana")
    assert bench.variables(instance) | {} == {
        "blocked": True, "who": "Ana", "urgency": "urgent", "welcome": {"text": "hello Ana"}
    }  # fmt: skip
    made = bench.history(instance, DecisionMade)[0]
    assert (made.rows[0]["row"], made.rows[0]["why"]) == (1, "use is blocked")
    assert bench.history(instance, HandlerDecided)[0].reason == "Ana came"


def test_a_failing_decider_becomes_an_incident_and_a_retry_goes_on(bench: Bench) -> None:
    bench.handlers["greet"] = Greet()
    story = package(start(), work("welcome", "greet"), person("handle"), end(), chain("start", "welcome", "handle", "end"))
    instance = bench.start(story)
    with bench.db.reading() as tx:
        incident = queries.incidents(tx, bench.vault, instance_id=instance.id)[0]
    assert "KeyError: 'who'" in incident.message
    assert bench.instance(instance).state is InstanceState.ACTIVE
    with bench.db.transaction() as tx:
        bench.engine.set_variables(
            tx, SetVariables(instance_id=instance.id, values={"who": "Bo"}, by="ana", reason="was missing")
        )
        bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))
    assert "handle" in bench.tasks(instance)
    with bench.db.reading() as tx:
        assert queries.incidents(tx, bench.vault, instance_id=instance.id) == []


GATEWAY = (
    start(), person("handle", form_id="handle"), exclusive("again", "again-end"), end(),
    chain("start", "handle", "again", "end"), flow("again", "handle", "= handle.done = false"),
)  # fmt: skip


def test_a_condition_leads_back_or_on(bench: Bench) -> None:
    instance = bench.start(package(*GATEWAY, forms={"handle": DONE}))
    assert bench.do(instance, "handle", {"done": False}).state is InstanceState.ACTIVE
    assert bench.do(instance, "handle", {"done": True}).state is InstanceState.COMPLETED


def test_a_condition_that_is_not_boolean_is_an_incident_not_false(bench: Bench) -> None:
    story = package(
        start(), person("handle"), exclusive("which", "which-end"), person("other"), end(),
        chain("start", "handle", "which", "end"), flow("which", "other", "= answer"), flow("other", "end"),
    )  # fmt: skip
    instance = bench.start(story, answer="maybe")
    assert bench.do(instance, "handle").state is InstanceState.ACTIVE
    with bench.db.reading() as tx:
        incident = queries.incidents(tx, bench.vault, instance_id=instance.id)[0]
    assert "neither true nor false" in incident.message
    with bench.db.transaction() as tx:
        bench.engine.set_variables(
            tx, SetVariables(instance_id=instance.id, values={"answer": True}, by="ana", reason="typing error")
        )
        bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))
    assert list(bench.tasks(instance)) == ["other"]


def test_types_of_variables_survive(bench: Bench) -> None:
    values = {"one": 1, "true": True, "float": 1.0, "when": NINE, "span": timedelta(minutes=5), "dict": {"typename": "x", "$": 1}}
    instance = bench.start(one_task(), **values)
    with bench.db.transaction() as tx:
        bench.engine.set_variables(tx, SetVariables(instance_id=instance.id, values={"one": True}, by="ana", reason="P5"))
    kept = bench.variables(instance)
    assert kept == {**values, "one": True}
    assert [type(kept[name]) for name in ("one", "true", "float")] == [bool, bool, float]
    assert len([event for event in bench.history(instance, VariableSet) if event.name == "one"]) == 2


def test_cancelling_withdraws_what_is_open(bench: Bench) -> None:
    instance = bench.start(one_task())
    with bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=instance.id, by="ana", reason="spam"))
    assert bench.instance(instance).state is InstanceState.CANCELLED
    assert bench.tasks(instance) == {}
    with pytest.raises(Conflict, match="is cancelled"), bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=instance.id, by="ana", reason="again"))


def test_a_deployment_is_kept_once_and_never_edited(bench: Bench) -> None:
    first = bench.engine.deploy(one_task(), by="ana")
    assert bench.engine.deploy(one_task(), by="bo") == first
    with pytest.raises(VersionExists, match="Raise the version"):
        bench.engine.deploy(package(start(), end(), chain("start", "end")), by="ana")


def test_a_fresh_engine_continues_what_another_began(bench: Bench) -> None:
    instance = bench.start(package(*GATEWAY, forms={"handle": DONE}))
    bench.do(instance, "handle", {"done": False})
    assert bench.restarted().do(instance, "handle", {"done": True}).state is InstanceState.COMPLETED


def test_answers_without_a_form_are_refused(bench: Bench) -> None:
    instance = bench.start(package(start(), person("handle"), end(), chain("start", "handle", "end")))
    with pytest.raises(Invalid, match="no form"):
        bench.do(instance, "handle", {"done": True})


def test_nothing_of_a_variable_is_readable_in_the_database(bench: Bench) -> None:
    instance = bench.start(one_task(), secret="13812345678 张三")
    with bench.db.reading() as tx:
        for name in ("variable", "history_event", "process_instance"):
            for row in tx.exec_driver_sql(f"SELECT * FROM {name}"):
                assert b"13812345678" not in repr(row).encode()
                assert not any(isinstance(cell, bytes) and "张三".encode() in bytes(cell) for cell in row)
    assert bench.variables(instance)["secret"] == "13812345678 张三"


def test_a_circle_without_anybody_waiting_ends_in_an_incident(bench: Bench) -> None:
    bench.handlers["greet"] = Greet()
    story = package(
        start(), work("welcome", "greet"), exclusive("again", "again-end"), end(), chain("start", "welcome", "again", "end"),
        flow("again", "welcome", '= welcome.text = "hello Bo"'),
    )  # fmt: skip
    instance = bench.start(story, who="Bo")
    with bench.db.reading() as tx:
        incident = queries.incidents(tx, bench.vault, instance_id=instance.id)[0]
    assert "without anybody waiting" in incident.message
    assert bench.instance(instance).state is InstanceState.ACTIVE
