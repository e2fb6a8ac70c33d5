"""Pure decisions of the engine: tasks, jobs, timers. No database is opened here."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from engine import jobs, tasks
from engine.commands import ClaimTask, CompleteTask, ReassignTask, ReleaseTask
from engine.errors import Forbidden, StaleRevision, TaskAlreadyClaimed, TaskNotOpen, TaskNotYours
from engine.model import Job, JobState, TaskState, UserTask
from engine.ports import Cancel, Done, Fail, Snooze
from engine.timers import due_instant

NOON = datetime(2023, 10, 1, 12, tzinfo=UTC)

TASK = UserTask(
    id=7,
    instance_id=1,
    business_key="NR20231001001",
    process_key="customer-service",
    version="1.0",
    token_id="t1",
    activity_id="handle",
    name="处理需求",
    state=TaskState.CREATED,
    assignee=None,
    candidate_groups=("service",),
    candidate_users=(),
    form_id="handle",
    priority=50,
    due_at=None,
    follow_up_at=None,
    created_at=NOON,
    claimed_at=None,
    ended_at=None,
    revision=3,
)
HELD = replace(TASK, state=TaskState.CLAIMED, assignee="bo", claimed_at=NOON)
SERVICE = frozenset({"service"})


def test_claiming_a_held_task_names_its_holder() -> None:
    with pytest.raises(TaskAlreadyClaimed, match="held by bo"):
        tasks.claim(HELD, ClaimTask(task_id=7, by="ana", groups=SERVICE), NOON)


def test_claiming_a_task_that_you_hold_is_a_no_op() -> None:
    assert tasks.claim(HELD, ClaimTask(task_id=7, by="bo"), NOON) == []


def test_a_task_assigned_to_somebody_is_theirs_to_claim() -> None:
    offered = replace(TASK, assignee="ana")
    assert tasks.claim(offered, ClaimTask(task_id=7, by="ana"), NOON)[0].by == "ana"
    with pytest.raises(TaskAlreadyClaimed, match="held by ana"):
        tasks.claim(offered, ClaimTask(task_id=7, by="bo", groups=SERVICE), NOON)


def test_who_is_no_candidate_may_not_claim() -> None:
    with pytest.raises(Forbidden, match="offered to service"):
        tasks.claim(TASK, ClaimTask(task_id=7, by="ana", groups=frozenset({"sales"})), NOON)


def test_a_claim_on_an_old_revision_is_refused() -> None:
    with pytest.raises(StaleRevision, match="you read revision 2, now 3"):
        tasks.claim(TASK, ClaimTask(task_id=7, by="ana", groups=SERVICE, revision=2), NOON)


@pytest.mark.parametrize("state", [TaskState.COMPLETED, TaskState.CANCELLED])
def test_nothing_can_be_done_with_a_task_that_is_over(state: TaskState) -> None:
    over = replace(HELD, state=state)
    for attempt in (
        lambda: tasks.claim(over, ClaimTask(task_id=7, by="ana"), NOON),
        lambda: tasks.release(over, ReleaseTask(task_id=7, by="bo"), NOON),
        lambda: tasks.reassign(over, ReassignTask(task_id=7, assignee="ana", by="wang"), NOON),
        lambda: tasks.complete(over, CompleteTask(task_id=7, by="bo")),
    ):
        with pytest.raises(TaskNotOpen, match=f"is {state}"):
            attempt()


def test_only_the_holder_releases_and_completes() -> None:
    with pytest.raises(TaskNotYours):
        tasks.release(HELD, ReleaseTask(task_id=7, by="ana"), NOON)
    with pytest.raises(TaskNotYours):
        tasks.complete(HELD, CompleteTask(task_id=7, by="ana"))
    with pytest.raises(TaskNotYours):
        tasks.complete(replace(TASK, assignee="bo"), CompleteTask(task_id=7, by="bo"))


def test_reassigning_says_who_had_it_before() -> None:
    event = tasks.reassign(HELD, ReassignTask(task_id=7, assignee="ana", by="wang", reason="ill"), NOON)[0]
    assert (event.before, event.assignee, event.reason) == ("bo", "ana", "ill")
    assert tasks.reassign(HELD, ReassignTask(task_id=7, assignee="bo", by="wang"), NOON) == []


def test_a_task_can_be_offered_to_others_than_before() -> None:
    groups = ("technical",)
    [event] = tasks.reassign(HELD, ReassignTask(task_id=7, assignee="bo", by="wang", candidate_groups=groups), NOON)
    assert event.candidate_groups == groups
    same = ReassignTask(task_id=7, assignee="bo", by="wang", candidate_groups=HELD.candidate_groups)
    assert tasks.reassign(HELD, same, NOON) == []


JOB = Job(
    id=1,
    instance_id=1,
    business_key="K",
    token_id=None,
    activity_id="mail",
    handler="notify",
    state=JobState.LEASED,
    retries=3,
    attempt=1,
    available_at=NOON,
    lease_until=None,
    lease_owner="w",
    idempotency_key="1:mail:t1",
    created_at=NOON,
)


def test_a_job_that_failed_waits_longer_each_time() -> None:
    waits = [jobs.settle(replace(JOB, attempt=attempt, retries=9), Fail(reason="x"), NOON).retry_at for attempt in (1, 2, 3, 20)]
    assert [wait - NOON for wait in waits if wait] == [timedelta(seconds=seconds) for seconds in (10, 20, 40, 3600)]


def test_chance_takes_up_to_a_quarter_of_a_delay() -> None:
    assert jobs.retry_delay(1, 0.0) == timedelta(seconds=10)
    assert jobs.retry_delay(1, 0.999999) == pytest.approx(timedelta(seconds=7.5), abs=timedelta(milliseconds=1))
    assert jobs.settle(JOB, Fail(reason="x"), NOON, 0.5).retry_at == NOON + timedelta(seconds=8.75)


def test_the_delay_of_a_job_that_was_tried_thousands_of_times_is_an_hour() -> None:
    assert jobs.retry_delay(5000, 0.0) == timedelta(hours=1)


def test_a_job_that_its_handler_calls_off_is_cancelled_with_the_reason() -> None:
    settled = jobs.settle(JOB, Cancel(reason="the customer left"), NOON)
    assert settled == jobs.Settlement(state=JobState.CANCELLED, retries=3, attempt=JOB.attempt, error="the customer left")


def test_a_job_without_retries_fails_and_a_permanent_failure_at_once() -> None:
    assert jobs.settle(replace(JOB, retries=1), Fail(reason="x"), NOON).state is JobState.FAILED
    assert jobs.settle(JOB, Fail(reason="x", permanent=True), NOON).state is JobState.FAILED


def test_done_and_snoozed_cost_no_retry() -> None:
    assert jobs.settle(JOB, Done(), NOON) == jobs.Settlement(state=JobState.DONE, retries=3, attempt=JOB.attempt)
    snoozed = jobs.settle(JOB, Snooze(seconds=60), NOON)
    assert (snoozed.state, snoozed.retries, snoozed.retry_at) == (JobState.AVAILABLE, 3, NOON + timedelta(minutes=1))
    assert snoozed.attempt == JOB.attempt - 1, "a snooze is no try: what fails afterwards isn't put off for longer"


def test_a_timer_takes_an_instant_a_duration_or_nothing() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert due_instant(None, NOON) is None
    assert due_instant(datetime(2023, 10, 1, 20, tzinfo=shanghai), NOON) == NOON
    assert due_instant("2023-10-01T20:00:00+08:00", NOON) == NOON
    assert due_instant(timedelta(hours=2), NOON) == NOON + timedelta(hours=2)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (datetime(2023, 10, 1, 12), "without a zone"),  # noqa: DTZ001
        (date(2023, 10, 1), "another instant in each zone"),
        ("soon", "no date and time"),
        (5, "neither an instant"),
    ],
)
def test_anything_else_is_no_instant_and_says_why(value: object, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        due_instant(value, NOON)
