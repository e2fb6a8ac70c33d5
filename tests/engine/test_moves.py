"""Tokens that a person moves, and incidents that a person closes."""

from __future__ import annotations

import pytest

from engine.commands import (
    ResolveIncident,
)
from engine.db import queries, work
from engine.errors import (
    IncidentHoldsToken,
    IncidentOver,
    InstanceSuspended,
)
from engine.history import (
    ActivityCancelled,
    IncidentResolved,
    TaskCancelled,
    TokenMoved,
)
from engine.history import (
    InstanceSuspended as Suspended,
)
from engine.model import IncidentState, InstanceState, JobState
from engine.ports import Fail
from engine.spiff import MoveRefused
from tests.engine.conftest import Bench
from tests.engine.constructs import Answers, incidents
from tests.engine.operating import SENDING, jobs, move, suspend
from tests.engine.spiff.diagrams import chain, end, exclusive, flow, start
from tests.engine.test_calls import billing, calling, child_of
from tests.engine.test_time_and_jobs import Outbox
from tests.support.packages import boundary_timer, package, person
from tests.support.packages import work as activity

LINE = (
    start(), person("a"), person("b"), end(), chain("start", "a", "b", "end"),
    boundary_timer("late", "a", "PT15M"), end("told"), chain("late", "told"),
)  # fmt: skip


def test_moving_a_token_withdraws_what_was_open_and_opens_the_target(bench: Bench) -> None:
    instance = bench.start(package(*LINE))
    task = bench.tasks(instance)["a"]
    move(bench, instance, task.token_id, "b")
    assert list(bench.tasks(instance)) == ["b"]
    with bench.db.reading() as tx:
        assert queries.timers(tx, instance.id) == []
    [moved] = bench.history(instance, TokenMoved)
    assert (moved.by, moved.activity_id, moved.to_activity_id, moved.reason) == ("wang", "a", "b", "it went astray")
    assert [event.task_id for event in bench.history(instance, TaskCancelled)] == [task.id]
    assert bench.restarted().do(instance, "b").state is InstanceState.COMPLETED


def test_moving_a_token_cancels_its_job_and_resolves_its_incident(bench: Bench) -> None:
    bench.handlers["send"] = Outbox(Fail(reason="no such address", permanent=True))
    instance = bench.start(package(*SENDING))
    bench.worker.run_until_idle()
    [incident] = incidents(bench, instance)
    move(bench, instance, incident.token_id or "", "after")
    assert incidents(bench, instance) == []
    assert [job.state for job in jobs(bench, instance)] == [JobState.CANCELLED]
    assert list(bench.tasks(instance)) == ["after"]


def test_a_token_that_a_condition_stopped_can_be_moved_on(bench: Bench) -> None:
    instance = bench.start(
        package(
            start(), exclusive("choose"), person("x"), end(), chain("start", "choose"), flow("choose", "x", "= rules.x"),
            flow("choose", "end", "= not(rules.x)"), chain("x", "end"),
        )
    )  # fmt: skip
    [incident] = incidents(bench, instance)
    move(bench, instance, incident.token_id or "", "x")
    assert incidents(bench, instance) == []
    assert bench.do(instance, "x").state is InstanceState.COMPLETED


def test_moving_out_of_a_call_stops_what_it_called(bench: Bench) -> None:
    bench.engine.deploy(billing(), by="ana")
    parent = bench.start(calling(), amount=7)
    child = child_of(bench, parent)
    move(bench, parent, child.parent_token_id or "", "after")
    assert bench.instance(child).state is InstanceState.CANCELLED
    assert list(bench.tasks(parent)) == ["after"]


def test_a_move_that_the_diagram_does_not_allow_changes_nothing(bench: Bench) -> None:
    instance = bench.start(package(*LINE))
    token_id = bench.tasks(instance)["a"].token_id
    before = bench.history(instance)
    with pytest.raises(MoveRefused):
        move(bench, instance, token_id, "late")
    suspend(bench, instance)
    with pytest.raises(InstanceSuspended):
        move(bench, instance, token_id, "b")
    assert [event for event in bench.history(instance) if not isinstance(event, Suspended)] == before
    assert bench.history(instance, ActivityCancelled) == []


def resolve(bench: Bench, incident_id: int) -> None:
    with bench.db.transaction() as tx:
        bench.engine.operations.resolve(tx, ResolveIncident(incident_id=incident_id, by="wang", reason="told by phone"))


def test_an_incident_for_which_no_token_waits_can_be_closed_and_its_job_is_given_up(bench: Bench) -> None:
    bench.handlers["send"] = Outbox(Fail(reason="no such address", permanent=True))
    line = (start(), activity("send", "send", kind="sendTask"), person("after"), end(), chain("start", "send", "after", "end"))
    instance = bench.start(package(*line))
    bench.worker.run_until_idle()
    [incident] = incidents(bench, instance)
    resolve(bench, incident.id)
    assert incidents(bench, instance) == []
    assert [job.state for job in jobs(bench, instance)] == [JobState.CANCELLED]
    [resolved] = bench.history(instance, IncidentResolved)
    assert (resolved.by, resolved.reason) == ("wang", "told by phone")
    with pytest.raises(IncidentOver):
        resolve(bench, incident.id)


def test_an_incident_that_holds_a_token_cannot_just_be_closed(bench: Bench) -> None:
    bench.handlers["act"] = Answers(Fail(reason="broken", permanent=True))
    instance = bench.start(package(start(), activity("do", "act"), end(), chain("start", "do", "end")))
    bench.worker.run_until_idle()
    [incident] = incidents(bench, instance)
    with pytest.raises(IncidentHoldsToken, match="move the token"):
        resolve(bench, incident.id)
    with bench.db.reading() as tx:
        assert work.incident(tx, bench.vault, incident.id).state is IncidentState.OPEN
