"""Several workers at once: they share what is due, hold on to what they do, and give back what they can't do soon."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.db import queries
from engine.history import HistoryEvent, JobDone, TimerFired
from engine.model import ProcessInstance
from engine.ports import Done, HandlerCall, JobOutcome, Transaction
from engine.renewal import Renewal
from engine.service import Engine
from engine.worker import Worker
from tests.engine.conftest import Bench
from tests.engine.test_time_and_jobs import MAIL, WARNED, Outbox
from tests.support.packages import boundary_timer, package

LATE = package(*WARNED, boundary_timer("late", "handle", "PT15M"))


def test_workers_share_a_burst_of_timers_and_fire_each_once(bench: Bench) -> None:
    instances = [bench.start(LATE, f"K-{number}") for number in range(12)]
    before = [bench.instance(each).revision for each in instances]
    bench.clock.advance(hours=1)
    with ThreadPoolExecutor(4) as pool:
        fired = [pool.submit(bench.engine.fire_due_timers, 5) for _ in range(12)]
        assert sum(each.result() for each in fired) == len(instances)
    assert [len(bench.history(each, TimerFired)) for each in instances] == [1] * len(instances)
    assert [bench.instance(each).revision for each in instances] == [revision + 1 for revision in before]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_worker_leaves_an_instance_on_which_somebody_works_to_them(bench: Bench) -> None:
    instance = bench.start(LATE)
    bench.clock.advance(hours=1)
    with bench.db.transaction() as tx:
        bench.engine.lock(tx, instance.id)
        assert bench.engine.fire_due_timers() == 0
    assert bench.engine.fire_due_timers() == 1


class Losing:
    """A projection in which PostgreSQL gives up the transaction for another one, once."""

    def __init__(self) -> None:
        self.left = 1

    def apply(self, tx: Transaction, instance: ProcessInstance, events: Sequence[HistoryEvent]) -> None:
        if self.left and any(isinstance(event, JobDone) for event in events):
            self.left -= 1
            tx.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION 'as in a deadlock' USING ERRCODE = '40P01'; END $$")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_job_whose_transaction_is_lost_is_settled_in_the_next_and_not_done_again(bench: Bench) -> None:
    outbox = bench.handlers["send"] = Outbox()
    losing = Losing()
    engine = Engine(bench.db, vault=bench.vault, handlers=bench.handlers, clock=bench.clock, projections=[losing])
    instance = bench.start(package(*MAIL))
    assert Worker(engine, name="test").run_once()
    assert (losing.left, len(outbox.sent)) == (0, 1)
    assert list(bench.tasks(instance)) == ["handle"]


class Slow:
    """A doer for each of whose calls after the first the clock moves on."""

    name = "send"

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.calls: list[HandlerCall] = []

    def do(self, call: HandlerCall) -> JobOutcome:
        if self.calls:
            self.bench.clock.advance(seconds=5)
        self.calls.append(call)
        return Done()


def test_no_job_waits_behind_a_slow_one_that_was_leased_with_it(bench: Bench) -> None:
    slow = bench.handlers["send"] = Slow(bench)
    for number in range(3):
        bench.start(package(*MAIL), f"K-{number}")
    bench.worker.run_once()
    bench.worker.run_once()
    assert [call.business_key for call in slow.calls] == ["K-0", "K-1"]
    (given_back,) = bench.engine.queue.lease(worker="other", now=bench.clock.now(), seconds=60, limit=9)
    assert (given_back.job.business_key, given_back.job.attempt) == ("K-2", 1)


def test_a_lease_that_was_lost_is_noticed(bench: Bench) -> None:
    bench.handlers["send"] = Slow(bench)
    bench.start(package(*MAIL))
    queue = bench.engine.queue
    leases = queue.lease(worker="one", now=bench.clock.now(), seconds=60, limit=9)
    renewal = Renewal(queue, bench.clock, worker="one", seconds=60)
    with renewal.of(leases):
        bench.clock.advance(seconds=50)
        renewal.renew()
        bench.clock.advance(seconds=50)
        assert queue.tend(now=bench.clock.now(), seconds=60) == 0
        assert renewal.holds(leases[0])
        bench.clock.advance(seconds=11)
        queue.tend(now=bench.clock.now(), seconds=60)
        renewal.renew()
        assert not renewal.holds(leases[0])
    with bench.db.reading() as tx:
        assert [job.lease_owner for job in queries.jobs(tx)] == [None]
