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
)
from engine.errors import (
    CallerSuspended,
    InstanceNotSuspended,
    InstanceOver,
    InstanceSuspended,
    ReasonMissing,
)
from engine.history import (
    InstanceResumed,
    MessageCorrelated,
    TimerFired,
    VariableSet,
)
from engine.history import (
    InstanceSuspended as Suspended,
)
from engine.model import InstanceState, JobState
from engine.ports import HandlerCall
from tests.engine.conftest import NINE, Bench
from tests.engine.constructs import broadcast, incidents, retry, set_variables
from tests.engine.operating import SENDING, jobs, resume, suspend
from tests.engine.spiff.diagrams import TIMER, boundary, chain, end, parallel, signal, start
from tests.engine.test_calls import billing, calling, child_of
from tests.engine.test_time_and_jobs import WAITING, Outbox
from tests.support.packages import boundary_timer, catch_message, package, person

WARNED = (
    start(), person("handle"), end(), chain("start", "handle", "end"),
    person("supervise"), end("supervised"), chain("late", "supervise", "supervised"),
    boundary_timer("late", "handle", "PT15M"),
)  # fmt: skip


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
