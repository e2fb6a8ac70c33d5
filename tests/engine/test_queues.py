"""What every queue promises, on each that we have. A job's row is the record; the queue says who does it now."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from engine.commands import CancelInstance, EnqueueJob, ResumeInstance, RetryIncident, SuspendInstance
from engine.db import listening, queries, tables, work
from engine.db.database import Database
from engine.history import JobDone
from engine.model import JobState
from engine.ports import Done, Fail, HandlerCall, JobOutcome, Snooze, SystemClock
from engine.vault import KeyRing
from engine.worker import Worker
from tests.conftest import fresh_postgres
from tests.engine.conftest import NINE
from tests.engine.queue_bench import LEASE, QUEUES, SOON, STORY, QueueBench

pytestmark = pytest.mark.stored


@pytest.fixture(params=QUEUES)
def jobs(request: pytest.FixtureRequest, tmp_path: Path, vault: KeyRing) -> Iterator[QueueBench]:
    dialect, make = QUEUES[request.param]
    with ExitStack() as stack:
        if dialect == "sqlite":
            url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_template'), tmp_path / 'queue.db')}"
        else:
            url = stack.enter_context(fresh_postgres(request.getfixturevalue("postgres_url")))
        database = Database(url, pool_size=20)
        stack.callback(database.dispose)
        bench = QueueBench(database, vault, make)
        stack.callback(bench.queue.close)
        yield bench


class Doing:
    """A doer that answers what a function of its calls tells it to, and keeps the calls."""

    name = "send"

    def __init__(self, answer: Callable[[HandlerCall], JobOutcome] = lambda _: Done()) -> None:
        self.calls: list[HandlerCall] = []
        self.answer = answer

    def do(self, call: HandlerCall) -> JobOutcome:
        self.calls.append(call)
        return self.answer(call)


def test_a_job_is_leased_to_one_worker_and_tells_what_its_handler_needs(jobs: QueueBench) -> None:
    jobs.put(jobs.start(STORY))
    (lease,) = jobs.lease("one")
    assert jobs.lease("two") == []
    assert (lease.job.state, lease.job.lease_owner, lease.job.attempt) == (JobState.LEASED, "one", 1)
    assert lease.job.lease_until == NINE + timedelta(seconds=LEASE)
    assert (lease.process_key, lease.version, lease.call["name"]) == ("story", "1.0", "job-1")


def test_what_is_rolled_back_is_never_given_out(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    order = EnqueueJob(instance_id=instance.id, handler="send", label="x", by="ana", idempotency_key="x")

    def put_then_fail() -> None:
        with jobs.db.transaction() as tx:
            jobs.engine.enqueue(tx, order)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        put_then_fail()
    assert (jobs.lease(), jobs.tend(), jobs.lease()) == ([], 0, [])


def test_the_longest_waiting_job_comes_first(jobs: QueueBench) -> None:
    for number in range(4):
        jobs.put(jobs.start(STORY, f"K-{number}"))
    later = jobs.lease(limit=1)[0]
    jobs.settle(later, Snooze(seconds=5))
    jobs.clock.advance(seconds=6)
    jobs.tend()
    assert [*jobs.keys(limit=2), *jobs.keys(limit=9)] == ["job-2", "job-3", "job-4", "job-1"]


def test_a_snoozed_job_waits_until_its_instant(jobs: QueueBench) -> None:
    jobs.put(jobs.start(STORY))
    jobs.settle(jobs.lease()[0], Snooze(seconds=60))
    jobs.clock.advance(seconds=59)
    assert (jobs.tend(), jobs.lease()) == (0, [])
    jobs.clock.advance(seconds=1)
    jobs.tend()
    (lease,) = jobs.lease()
    assert lease.job.attempt == 1, "to be asked to come later is no try"


def test_a_failed_job_is_retried_at_the_right_instant_with_the_same_key(jobs: QueueBench) -> None:
    jobs.put(jobs.start(STORY))
    (first,) = jobs.lease()
    jobs.settle(first, Fail(reason="down"))
    jobs.clock.advance(seconds=9.9)
    assert (jobs.tend(), jobs.lease()) == (0, [])
    jobs.clock.advance(seconds=0.1)
    jobs.tend()
    (second,) = jobs.lease()
    assert (second.job.idempotency_key, second.job.retries) == (first.job.idempotency_key, first.job.retries - 1)


def test_a_job_that_waits_for_its_retry_keeps_no_other_of_its_instance_from_running(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    jobs.put(instance)
    jobs.settle(jobs.lease()[0], Fail(reason="mail server is down"))
    jobs.put(instance)
    assert jobs.keys() == ["job-2"]


def test_a_lease_that_ran_out_is_taken_over_and_its_worker_changes_nothing_more(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    jobs.put(instance)
    (dead,) = jobs.lease("dead")
    jobs.pass_time(LEASE - 1)
    assert (jobs.tend(), jobs.lease("two")) == (0, [])
    jobs.pass_time(2)
    assert jobs.tend() == 1
    (taken,) = jobs.lease("two")
    assert (taken.job.id, taken.job.attempt) == (dead.job.id, 2)
    assert jobs.queue.renew([dead], worker="dead", now=jobs.clock.now(), seconds=LEASE) == set()
    jobs.settle(dead, Fail(reason="too late", permanent=True))
    assert jobs.states() == [JobState.LEASED]
    jobs.settle(taken, Done())
    assert jobs.states() == [JobState.DONE]
    assert len(jobs.history(instance, JobDone)) == 1


def test_a_renewed_lease_is_not_taken_over(jobs: QueueBench) -> None:
    jobs.put(jobs.start(STORY))
    (lease,) = jobs.lease("one")
    for _ in range(5):
        jobs.pass_time(LEASE / 3)
        held = jobs.queue.renew([lease], worker="one", now=jobs.clock.now(), seconds=LEASE)
        assert (held, jobs.tend(), jobs.lease("two")) == ({lease.job.id}, 0, [])
    jobs.settle(lease, Done())
    assert jobs.states() == [JobState.DONE]


def test_a_job_that_a_living_worker_could_not_settle_is_given_out_again(jobs: QueueBench) -> None:
    """Its database was away just then; the worker itself goes on and is heard of."""
    jobs.put(jobs.start(STORY))
    jobs.lease("one")
    for _ in range(7):
        jobs.pass_time(LEASE / 3)
        jobs.queue.renew([], worker="one", now=jobs.clock.now(), seconds=LEASE)
        jobs.tend()
    (again,) = jobs.lease("two")
    assert (again.job.idempotency_key, again.job.attempt) == ("job-1", 2)


def test_a_job_with_which_every_worker_vanishes_is_given_up(jobs: QueueBench) -> None:
    jobs.put(jobs.start(STORY))
    for _ in range(work.MOST_ATTEMPTS):
        assert len(jobs.lease("dying")) == 1
        jobs.pass_time(LEASE + 1)
        jobs.tend()
    assert (jobs.lease(), jobs.states()) == ([], [JobState.FAILED])


def test_a_cancelled_job_never_runs(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    jobs.put(instance)
    with jobs.db.transaction() as tx:
        tx.execute(update(tables.job).values(state=JobState.CANCELLED))
    assert (jobs.lease(), jobs.tend(), jobs.lease()) == ([], 0, [])
    jobs.put(instance)
    assert jobs.keys() == ["job-2"], "and it stands in nobody's way"


@pytest.mark.parametrize("asked_meanwhile", [False, True])
def test_the_jobs_of_a_suspended_instance_rest_until_it_is_resumed(jobs: QueueBench, asked_meanwhile: bool) -> None:
    instance = jobs.start(STORY)
    jobs.put(instance)
    with jobs.db.transaction() as tx:
        jobs.engine.operations.suspend(tx, SuspendInstance(instance_id=instance.id, by="wang", reason="it rests"))
    if asked_meanwhile:
        assert (jobs.lease(), jobs.tend(), jobs.lease()) == ([], 0, [])
    with jobs.db.transaction() as tx:
        jobs.engine.operations.resume(tx, ResumeInstance(instance_id=instance.id, by="wang", reason="it goes on"))
    jobs.tend()
    assert jobs.keys() == ["job-1"]


def test_a_job_that_ran_when_its_instance_was_suspended_is_given_out_again_when_it_is_resumed(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    jobs.put(instance)
    (lease,) = jobs.lease()
    with jobs.db.transaction() as tx:
        jobs.engine.operations.suspend(tx, SuspendInstance(instance_id=instance.id, by="wang", reason="it rests"))
    jobs.settle(lease, Done())
    assert jobs.states() == [JobState.HELD]
    with jobs.db.transaction() as tx:
        jobs.engine.operations.resume(tx, ResumeInstance(instance_id=instance.id, by="wang", reason="it goes on"))
    jobs.tend()
    assert jobs.keys("two") == ["job-1"]


def test_a_job_whose_worker_vanished_with_a_suspended_instance_is_given_out_again_in_the_end(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    jobs.put(instance)
    jobs.lease()
    with jobs.db.transaction() as tx:
        jobs.engine.operations.suspend(tx, SuspendInstance(instance_id=instance.id, by="wang", reason="it rests"))
        jobs.engine.operations.resume(tx, ResumeInstance(instance_id=instance.id, by="wang", reason="it goes on"))
    assert jobs.keys("two") == []
    jobs.pass_time(2 * LEASE + SOON)
    jobs.tend()
    assert jobs.keys("two") == ["job-1"]


def test_a_job_that_was_withdrawn_while_it_ran_changes_nothing(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    jobs.put(instance)
    (lease,) = jobs.lease()
    with jobs.db.transaction() as tx:
        tx.execute(update(tables.job).values(state=JobState.CANCELLED, lease_owner=None, lease_until=None))
    jobs.settle(lease, Done())
    assert (jobs.states(), jobs.history(instance, JobDone)) == ([JobState.CANCELLED], [])
    jobs.put(instance)
    assert jobs.keys("two") == ["job-2"], "nothing waits for what was withdrawn"


def test_a_job_that_outlives_its_instance_is_done_and_stands_in_its_history(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    jobs.put(instance)
    with jobs.db.transaction() as tx:
        over = jobs.engine.cancel(tx, CancelInstance(instance_id=instance.id, by="ana", reason="gone"))
    jobs.clock.advance(hours=1)
    (lease,) = jobs.lease()
    jobs.settle(lease, Done())
    assert jobs.states() == [JobState.DONE]
    assert [event.job_id for event in jobs.history(instance, JobDone)] == [lease.job.id]
    kept = jobs.instance(instance)
    assert (kept.state, kept.ended_at) == (over.state, over.ended_at)


def test_a_job_that_outlives_its_instance_and_fails_for_good_asks_for_a_person_who_can_retry_it(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    jobs.put(instance)
    with jobs.db.transaction() as tx:
        jobs.engine.cancel(tx, CancelInstance(instance_id=instance.id, by="ana", reason="gone"))
    jobs.settle(jobs.lease()[0], Fail(reason="no such mailbox", permanent=True))
    with jobs.db.reading() as tx:
        (incident,) = queries.incidents(tx, jobs.vault)
    assert "no such mailbox" in incident.message
    with jobs.db.transaction() as tx:
        jobs.engine.retry(tx, RetryIncident(incident_id=incident.id, by="wang"))
    jobs.tend()
    jobs.settle(jobs.lease()[0], Done())
    assert jobs.states() == [JobState.DONE]


def test_two_jobs_of_one_instance_never_run_at_the_same_time(jobs: QueueBench) -> None:
    one, two = (jobs.start(STORY, key) for key in ("K-1", "K-2"))
    jobs.put(one, times=2)
    jobs.put(two)
    first, other = jobs.lease("one")
    assert [first.job.idempotency_key, other.job.idempotency_key] == ["job-1", "job-3"]
    assert jobs.lease("two") == []
    jobs.settle(first, Done())
    assert jobs.keys("two") == ["job-2"]


def test_a_job_made_available_by_its_row_alone_is_given_out_again(jobs: QueueBench) -> None:
    jobs.put(jobs.start(STORY))
    jobs.settle(jobs.lease()[0], Fail(reason="broken", permanent=True))
    assert jobs.states() == [JobState.FAILED]
    with jobs.db.transaction() as tx:
        work.settle_job(tx, 1, JobState.AVAILABLE, retries=1)
    jobs.tend()
    assert jobs.keys() == ["job-1"]


def test_a_job_held_back_when_it_was_given_out_comes_once_it_is_available(jobs: QueueBench) -> None:
    jobs.put(jobs.start(STORY))
    with jobs.db.transaction() as tx:
        tx.execute(update(tables.job).values(state="held"))
    assert jobs.lease() == []
    with jobs.db.transaction() as tx:
        tx.execute(update(tables.job).values(state=JobState.AVAILABLE))
    jobs.tend()
    assert jobs.keys() == ["job-1"]


def test_external_tasks_are_left_to_other_programs(jobs: QueueBench) -> None:
    jobs.put(jobs.start(STORY))
    with jobs.db.transaction() as tx:
        tx.execute(update(tables.job).values(topic="parcels"))
    assert (jobs.lease(), jobs.tend()) == ([], 0)


def test_who_waits_wakes_at_once_when_a_job_is_put(jobs: QueueBench) -> None:
    instance = jobs.start(STORY)
    jobs.queue.wait(jobs.queue.heard(), 0)
    heard = jobs.queue.heard()
    long_after_the_test = 60.0
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(jobs.queue.wait, heard, long_after_the_test)
        assert not waiting.done()
        jobs.put(instance)
        waiting.result(timeout=SOON)
    assert jobs.queue.heard() > heard
    jobs.queue.wait(heard, long_after_the_test)


@pytest.mark.parametrize("jobs", [name for name, (dialect, _) in QUEUES.items() if dialect == "postgresql"], indirect=True)
def test_a_job_put_by_another_process_wakes_who_waits_on_postgresql(jobs: QueueBench, monkeypatch: pytest.MonkeyPatch) -> None:
    # who lost the connection wakes everybody when it has a new one: not in this test
    monkeypatch.setattr(listening, "PAUSE_SECONDS", 600.0)
    other = QueueBench(jobs.db, jobs.vault, type(jobs.queue))
    instance = other.start(STORY)
    jobs.queue.wait(jobs.queue.heard(), 0)
    heard = jobs.queue.heard()
    other.put(instance)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(jobs.queue.wait, heard, 60.0).result(timeout=SOON)
    assert jobs.queue.heard() > heard


def test_many_threads_drain_all_jobs_exactly_once(jobs: QueueBench) -> None:
    done: list[str] = []
    together: dict[int, int] = {}
    overlaps: list[int] = []
    counting = threading.Lock()

    def act(call: HandlerCall) -> JobOutcome:
        with counting:
            together[call.instance_id] = together.get(call.instance_id, 0) + 1
            if together[call.instance_id] > 1:
                overlaps.append(call.instance_id)
        with counting:
            together[call.instance_id] -= 1
            done.append(call.idempotency_key)
        return Done()

    jobs.handlers["send"] = Doing(act)
    for number in range(10):
        jobs.put(jobs.start(STORY, f"K-{number}"), times=6)
    workers = [Worker(jobs.engine, name=f"w{number}", lease_seconds=LEASE) for number in range(4)]
    while set(jobs.states()) != {JobState.DONE}:
        with ThreadPoolExecutor(len(workers)) as pool:
            for worker in workers:
                pool.submit(worker.run_until_idle).add_done_callback(lambda ran: ran.result())
    assert sorted(done) == sorted(f"job-{number + 1}" for number in range(60))
    assert overlaps == []


def test_a_handler_that_runs_longer_than_its_lease_keeps_it(jobs: QueueBench) -> None:
    """By the real clock, with a short lease: another worker looks all the time and never gets the job."""
    jobs.engine.clock = SystemClock()
    release, started = threading.Event(), threading.Event()

    def act(_: HandlerCall) -> JobOutcome:
        started.set()
        release.wait(3.2)
        return Done()

    doing = jobs.handlers["send"] = Doing(act)
    jobs.put(jobs.start(STORY))
    stop = threading.Event()
    workers = [Worker(jobs.engine, name=f"w{number}", lease_seconds=2.5) for number in range(2)]
    with ThreadPoolExecutor(2) as pool:
        for worker in workers:
            pool.submit(worker.run, stop)
        assert started.wait(SOON)
        while jobs.states() == [JobState.LEASED]:
            stop.wait(0.1)
        stop.set()
    assert jobs.states() == [JobState.DONE]
    assert len(doing.calls) == 1
