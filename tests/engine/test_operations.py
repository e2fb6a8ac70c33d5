"""What a person does to running instances: suspended, resumed, moved, closed; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.commands import (
    CancelInstance,
    ClaimTask,
    CompleteTask,
    CorrelateMessage,
    EnqueueJob,
    MoveToken,
    ResolveIncident,
    ResumeInstance,
    SuspendInstance,
)
from engine.db import queries, work
from engine.errors import (
    CallerSuspended,
    IncidentHoldsToken,
    IncidentOver,
    InstanceNotSuspended,
    InstanceOver,
    InstanceSuspended,
    ReasonMissing,
)
from engine.history import (
    ActivityCancelled,
    IncidentResolved,
    InstanceResumed,
    MessageCorrelated,
    TaskCancelled,
    TimerFired,
    TokenMoved,
    VariableSet,
)
from engine.history import (
    InstanceSuspended as Suspended,
)
from engine.model import IncidentState, InstanceState, JobState, ProcessInstance
from engine.ports import Fail, HandlerCall
from engine.spiff import MoveRefused
from tests.engine.conftest import NINE, Bench
from tests.engine.constructs import Answers, broadcast, incidents, retry, set_variables
from tests.engine.spiff.diagrams import TIMER, boundary, chain, end, exclusive, flow, parallel, signal, start
from tests.engine.test_calls import billing, calling, child_of
from tests.engine.test_time_and_jobs import WAITING, Outbox
from tests.support.packages import boundary_timer, catch_message, package, person
from tests.support.packages import work as activity

WARNED = (
    start(), person("handle"), end(), chain("start", "handle", "end"),
    person("supervise"), end("supervised"), chain("late", "supervise", "supervised"),
    boundary_timer("late", "handle", "PT15M"),
)  # fmt: skip


def suspend(bench: Bench, instance: ProcessInstance, reason: str = "the shop moves") -> ProcessInstance:
    with bench.db.transaction() as tx:
        return bench.engine.operations.suspend(tx, SuspendInstance(instance_id=instance.id, by="wang", reason=reason))


def resume(bench: Bench, instance: ProcessInstance) -> ProcessInstance:
    with bench.db.transaction() as tx:
        return bench.engine.operations.resume(tx, ResumeInstance(instance_id=instance.id, by="wang", reason="moved"))


def move(bench: Bench, instance: ProcessInstance, token_id: str, activity_id: str) -> ProcessInstance:
    order = MoveToken(instance_id=instance.id, token_id=token_id, activity_id=activity_id, by="wang", reason="it went astray")
    with bench.db.transaction() as tx:
        return bench.engine.operations.move(tx, order)


def jobs(bench: Bench, instance: ProcessInstance) -> list[Any]:
    with bench.db.reading() as tx:
        return queries.jobs(tx, instance_id=instance.id)


def test_no_timer_of_a_suspended_instance_fires_until_it_is_resumed_and_then_at_its_due_instant(bench: Bench) -> None:
    instance = bench.start(package(*WARNED))
    assert suspend(bench, instance).state is InstanceState.SUSPENDED
    bench.clock.advance(days=1)
    bench.restarted().worker.run_until_idle()
    assert list(bench.tasks(instance)) == ["handle"]
    again = bench.restarted()
    assert resume(again, instance).state is InstanceState.ACTIVE
    assert bench.tasks(instance)["supervise"].created_at == NINE + timedelta(minutes=15)
    [fired] = bench.history(instance, TimerFired)
    assert (fired.at, fired.noticed_at) == (NINE + timedelta(minutes=15), NINE + timedelta(days=1))
    [suspended], [resumed] = bench.history(instance, Suspended), bench.history(instance, InstanceResumed)
    assert (suspended.by, suspended.at, suspended.reason) == ("wang", NINE, "the shop moves")
    assert (resumed.by, resumed.reason) == ("wang", "moved")


def test_what_is_due_fires_before_an_instance_is_suspended(bench: Bench) -> None:
    instance = bench.start(package(*WARNED))
    bench.clock.advance(minutes=16)
    suspend(bench, instance)
    assert set(bench.tasks(instance)) == {"handle", "supervise"}


def test_a_task_of_a_suspended_instance_says_who_suspended_it_and_why(bench: Bench) -> None:
    instance = bench.start(package(*WARNED))
    task = bench.tasks(instance)["handle"]
    suspend(bench, instance)
    with (
        pytest.raises(InstanceSuspended, match="suspended by wang at 2023-10-01 09:00 UTC: the shop moves"),
        bench.db.transaction() as tx,
    ):
        bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))
    resume(bench, instance)
    with bench.db.transaction() as tx:
        bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))
    suspend(bench, instance, reason="again")
    with pytest.raises(InstanceSuspended, match="again"), bench.db.transaction() as tx:
        bench.engine.complete(tx, CompleteTask(task_id=task.id, by="li"))


SENDING = (start(), activity("send", "send"), person("after"), end(), chain("start", "send", "after", "end"))


def test_no_job_of_a_suspended_instance_starts_until_it_is_resumed(bench: Bench) -> None:
    bench.handlers["send"] = outbox = Outbox()
    instance = bench.start(package(*SENDING))
    suspend(bench, instance)
    bench.worker.run_until_idle()
    assert outbox.sent == []
    assert [job.state for job in jobs(bench, instance)] == [JobState.HELD]
    resume(bench, instance)
    bench.worker.run_until_idle()
    assert len(outbox.sent) == 1
    assert list(bench.tasks(instance)) == ["after"]


def test_a_job_in_flight_that_comes_back_is_held_and_runs_again_with_the_same_key(bench: Bench) -> None:
    class SuspendsMeanwhile(Outbox):
        def do(self, call: HandlerCall) -> Any:
            if not self.sent:
                suspend(bench, instance)
            return super().do(call)

    bench.handlers["send"] = outbox = SuspendsMeanwhile()
    instance = bench.start(package(*SENDING))
    bench.worker.run_once()
    assert [job.state for job in jobs(bench, instance)] == [JobState.HELD]
    assert bench.tasks(instance) == {}
    resume(bench, instance)
    bench.worker.run_until_idle()
    assert [call.idempotency_key for call in outbox.sent] == [outbox.sent[0].idempotency_key] * 2
    assert list(bench.tasks(instance)) == ["after"]


def test_a_suspended_instance_takes_no_message_no_signal_and_no_job(bench: Bench) -> None:
    instance = bench.start(
        package(
            start(), parallel("fork"), catch_message("wait", "paid"), signal("listen", "red"), end(),
            chain("start", "fork", "wait", "end"), chain("fork", "listen", "end"), messages={"paid": "= number"},
        ),
        number="7",
    )  # fmt: skip
    suspend(bench, instance)
    message = CorrelateMessage(name="paid", correlation_key="7", by="bank", message_id="m-1")
    with pytest.raises(InstanceSuspended), bench.db.transaction() as tx:
        bench.engine.correlate(tx, message)
    assert broadcast(bench, "red") == 0
    call = EnqueueJob(instance_id=instance.id, handler="send", label="x", by="li", idempotency_key="k")
    with pytest.raises(InstanceSuspended), bench.db.transaction() as tx:
        bench.engine.enqueue(tx, call)
    resume(bench, instance)
    with bench.db.transaction() as tx:
        assert bench.engine.correlate(tx, message), "the refused message isn't used up"
    assert broadcast(bench, "red") == 1


def test_a_message_with_a_time_to_live_waits_until_the_instance_is_resumed(bench: Bench) -> None:
    line = (start(), catch_message("wait", "paid"), person("after"), end(), chain("start", "wait", "after", "end"))
    instance = bench.start(package(*line, messages={"paid": "= number"}), number="7")
    suspend(bench, instance)
    for number in (1, 2):
        message = CorrelateMessage(
            name="paid", correlation_key="7", by="bank", message_id=f"m-{number}", data={"n": number}, ttl_seconds=3600
        )
        with bench.db.transaction() as tx:
            assert bench.engine.correlate(tx, message)
    assert bench.tasks(instance) == {}
    bench.clock.advance(minutes=30)
    resume(bench, instance)
    assert list(bench.tasks(instance)) == ["after"]
    assert bench.variables(instance)["wait"] == {"n": 1}


@pytest.mark.parametrize(("published_after", "way"), [(1, "thank"), (25, "call")])
def test_a_message_and_a_timer_of_the_time_of_rest_come_in_their_order(bench: Bench, published_after: int, way: str) -> None:
    instance = bench.start(package(*WAITING, messages={"answer": "= number"}), number="7")
    suspend(bench, instance)
    bench.clock.advance(hours=published_after)
    message = CorrelateMessage(name="answer", correlation_key="7", by="shop", ttl_seconds=90 * 3600)
    with bench.db.transaction() as tx:
        assert bench.engine.correlate(tx, message)
    bench.clock.advance(hours=30)
    resume(bench, instance)
    assert list(bench.tasks(instance)) == [way]
    came = bench.history(instance, MessageCorrelated, TimerFired)
    assert [event.at for event in came] == [NINE + timedelta(hours=min(published_after, 24))]


def test_waiting_goes_on_when_nothing_came_meanwhile(bench: Bench) -> None:
    line = (start(), catch_message("wait", "paid"), person("after"), end(), chain("start", "wait", "after", "end"))
    instance = bench.start(package(*line, messages={"paid": "= number"}), number="7")
    suspend(bench, instance)
    resume(bench, instance)
    with bench.db.transaction() as tx:
        assert bench.engine.correlate(tx, CorrelateMessage(name="paid", correlation_key="7", by="bank"))
    assert list(bench.tasks(instance)) == ["after"]


def test_variables_of_a_suspended_instance_can_be_repaired_and_its_timers_follow(bench: Bench) -> None:
    late = boundary_timer("late", "handle", "= due_at", kind="timeDate")
    instance = bench.start(package(*WARNED[:-1], late), due_at=NINE + timedelta(hours=1))
    suspend(bench, instance)
    bench.clock.advance(hours=2)
    set_variables(bench, instance, due_at=NINE + timedelta(hours=3))
    assert bench.instance(instance).state is InstanceState.SUSPENDED
    resume(bench, instance)
    assert list(bench.tasks(instance)) == ["handle"]
    bench.clock.advance(hours=1)
    bench.worker.run_until_idle()
    assert set(bench.tasks(instance)) == {"handle", "supervise"}
    assert bench.history(instance, VariableSet)[-1].reason == "repair"


def test_a_suspended_instance_can_be_cancelled(bench: Bench) -> None:
    instance = bench.start(package(*WARNED))
    suspend(bench, instance)
    with bench.db.transaction() as tx:
        cancelled = bench.engine.cancel(tx, CancelInstance(instance_id=instance.id, by="wang", reason="given up"))
    assert cancelled.state is InstanceState.CANCELLED
    assert bench.tasks(instance) == {}


def test_suspending_and_resuming_make_sense_once(bench: Bench) -> None:
    instance = bench.start(package(*WARNED))
    with pytest.raises(InstanceNotSuspended):
        resume(bench, instance)
    with pytest.raises(ReasonMissing):
        suspend(bench, instance, reason="  ")
    suspend(bench, instance)
    with pytest.raises(InstanceSuspended):
        suspend(bench, instance)
    resume(bench, instance)
    bench.do(instance, "handle")
    for order in (suspend, resume):
        with pytest.raises(InstanceOver, match="completed"):
            order(bench, instance)


def test_what_an_instance_called_rests_and_goes_on_with_it(bench: Bench) -> None:
    late = boundary("late", "check", TIMER) + person("late-path") + chain("late", "late-path", "end")
    bench.engine.deploy(billing(start(), person("check"), end(), chain("start", "check", "end"), late), by="ana")
    parent = bench.start(calling(), amount=7)
    child = child_of(bench, parent)
    suspend(bench, parent)
    assert bench.instance(child).state is InstanceState.SUSPENDED
    with pytest.raises(CallerSuspended, match="Resume K-1 first"):
        resume(bench, child)
    bench.clock.advance(hours=1)
    bench.worker.run_until_idle()
    assert list(bench.tasks(child)) == ["check"]
    resume(bench, parent)
    assert list(bench.tasks(child)) == ["late-path"]
    assert bench.do(child, "late-path").state is InstanceState.COMPLETED
    assert list(bench.tasks(parent)) == ["after"]


def test_a_called_instance_that_was_suspended_before_stays_so_when_its_caller_goes_on(bench: Bench) -> None:
    bench.engine.deploy(billing(), by="ana")
    parent = bench.start(calling(), amount=7)
    child = child_of(bench, parent)
    suspend(bench, child)
    assert bench.instance(parent).state is InstanceState.ACTIVE
    suspend(bench, parent)
    resume(bench, parent)
    assert bench.instance(child).state is InstanceState.SUSPENDED
    resume(bench, child)
    bench.do(child, "check")
    assert list(bench.tasks(parent)) == ["after"]


def test_a_called_instance_that_ends_while_its_caller_is_being_suspended_lets_it_go_on_first(bench: Bench) -> None:
    late = boundary("late", "check", TIMER) + end("gave-up") + chain("late", "gave-up")
    bench.engine.deploy(billing(start(), person("check"), end(), chain("start", "check", "end"), late), by="ana")
    parent = bench.start(calling(), amount=7)
    bench.clock.advance(hours=1)
    assert suspend(bench, parent).state is InstanceState.SUSPENDED
    assert list(bench.tasks(parent)) == ["after"]
    assert bench.instance(child_of(bench, parent)).state is InstanceState.COMPLETED


def test_cancelling_a_called_instance_of_a_suspended_one_leaves_its_caller_an_incident(bench: Bench) -> None:
    bench.engine.deploy(billing(), by="ana")
    parent = bench.start(calling(), amount=7)
    suspend(bench, parent)
    with bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=child_of(bench, parent).id, by="wang", reason="wrong bill"))
    assert "was cancelled (wrong bill)" in incidents(bench, parent)[0].message
    assert bench.instance(parent).state is InstanceState.SUSPENDED
    with pytest.raises(InstanceSuspended):
        retry(bench, parent)


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
