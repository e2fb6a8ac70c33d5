"""What is over goes after a time: finished jobs, and the keys by which what comes twice is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import pruning
from engine.commands import CancelInstance, CorrelateMessage, RetryIncidents
from engine.db import queries, tables
from engine.db.database import Database
from engine.model import JobState
from engine.ports import Cancel, Done, Fail, HandlerCall, JobOutcome, Snooze
from engine.pruning import JobPruning
from engine.vault import KeyRing
from tests.conftest import fresh_postgres
from tests.engine.conftest import Bench
from tests.engine.spiff.diagrams import chain, end, start
from tests.support.packages import catch_message, package, work

pytestmark = pytest.mark.stored
SENDING = package(start(), work("send", "send"), end(), chain("start", "send", "end"))
SHIPPING = package(start(), work("ship", "external:shipping"), end(), chain("start", "ship", "end"), key="shipping")
WAITING = package(
    start(),
    catch_message("paid", "payment"),
    end(),
    chain("start", "paid", "end"),
    messages={"payment": "= order"},
    key="waiting",
)
ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MONTH, QUARTER = timedelta(days=30), timedelta(days=90)


class Sender:
    """Answers as it is told by the number of its instance."""

    name = "send"

    def __init__(self, **answers: JobOutcome) -> None:
        self.answers = answers

    def do(self, call: HandlerCall) -> JobOutcome:
        return self.answers.get(call.business_key, Done())


def pruned(bench: Bench) -> int:
    return sum(chore.tend() for chore in pruning.chores(bench.db, bench.clock, keep_jobs=MONTH, keep_keys=QUARTER))


def jobs(bench: Bench) -> dict[str, JobState]:
    with bench.db.reading() as tx:
        return {job.business_key: job.state for job in queries.jobs(tx)}


def keys(bench: Bench) -> set[str]:
    with bench.db.reading() as tx:
        return set(tx.execute(select(tables.message_taken.c.message_id)).scalars())


def send(bench: Bench, message_id: str, *, key: str = "A7", ttl: float | None = None) -> bool:
    command = CorrelateMessage(name="payment", correlation_key=key, by="bank", message_id=message_id, ttl_seconds=ttl)
    with bench.db.transaction() as tx:
        return bench.engine.correlate(tx, command)


def test_finished_jobs_go_after_a_month_and_all_that_may_matter_stays(bench: Bench) -> None:
    bench.handlers["send"] = Sender(
        called_off=Cancel(reason="nobody wants it"), broken=Fail(reason="no", permanent=True), put_off=Snooze(seconds=1e7)
    )
    for key in ("done", "called_off", "broken", "put_off"):
        bench.start(SENDING, key)
    bench.worker.run_until_idle()
    bench.clock.advance(days=30)
    bench.start(SENDING, "later")
    bench.worker.run_until_idle()
    bench.start(SENDING, "newest")
    assert pruned(bench) == 0, "not older than a month"
    bench.clock.advance(seconds=1)
    assert pruned(bench) == 1
    left = {"called_off": "cancelled", "broken": "failed", "put_off": "available", "later": "done", "newest": "available"}
    assert jobs(bench) == left
    bench.handlers["send"] = Sender()
    bench.engine.retry_many(RetryIncidents(by="ana", handler="send"))
    bench.worker.run_until_idle()
    assert jobs(bench)["called_off"] == jobs(bench)["broken"] == "done"


def test_a_month_is_counted_from_when_a_job_ended_however_late_it_was_done(bench: Bench) -> None:
    bench.handlers["send"] = Sender()
    bench.start(SENDING, "late")
    withdrawn = bench.start(SHIPPING, "withdrawn")
    bench.clock.advance(days=40)
    bench.worker.run_until_idle()
    with bench.db.transaction() as tx:
        bench.engine.cancel(tx, CancelInstance(instance_id=withdrawn.id, by="ana", reason="nobody wants it"))
    bench.start(SENDING, "newest")
    assert (pruned(bench), jobs(bench)) == (0, {"late": "done", "withdrawn": "cancelled", "newest": "available"})
    bench.clock.advance(days=30, seconds=1)
    assert (pruned(bench), set(jobs(bench))) == (2, {"newest"})


@ON_ONE
def test_the_newest_job_stays_so_that_its_number_is_given_to_no_other(bench: Bench) -> None:
    bench.handlers["send"] = Sender()
    bench.start(SENDING, "first")
    bench.start(SENDING, "second")
    bench.worker.run_until_idle()
    bench.clock.advance(days=31)
    assert pruned(bench) == 1
    assert list(jobs(bench)) == ["second"]


def test_a_key_holds_for_a_quarter_and_then_a_repeat_counts_as_new(bench: Bench) -> None:
    first, second = (bench.start(WAITING, key, order="A7") for key in ("K-1", "K-2"))
    assert send(bench, "bank-1")
    bench.clock.advance(days=90)
    assert pruned(bench) == 0
    assert send(bench, "bank-1")
    assert bench.instance(second).state == "active", "known from before"
    bench.clock.advance(seconds=1)
    assert pruned(bench) == 1
    assert send(bench, "bank-1")
    assert {bench.instance(each).state for each in (first, second)} == {"completed"}


def test_the_key_of_a_message_that_is_kept_for_who_will_await_it_stays(bench: Bench) -> None:
    year = timedelta(days=365).total_seconds()
    assert send(bench, "bank-1", ttl=year)
    bench.clock.advance(days=100)
    assert pruned(bench) == 0
    assert send(bench, "bank-1", ttl=year)
    assert bench.instance(bench.start(WAITING, order="A7")).state == "completed"
    assert pruned(bench) == 1


@ON_ONE
def test_a_key_that_was_free_again_is_as_old_as_its_last_use(bench: Bench) -> None:
    send(bench, "bank-1", key="A8", ttl=60)
    bench.clock.advance(days=91)
    send(bench, "bank-1", key="A8", ttl=60)
    assert bench.instance(bench.start(WAITING, order="A8")).state == "completed"
    assert (pruned(bench), keys(bench)) == (0, {"bank-1"})


@ON_ONE
def test_there_is_a_look_an_hour_and_one_a_second_while_there_is_more(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "MOST_AT_ONCE", 2)
    bench.handlers["send"] = Sender()
    for number in range(6):
        bench.start(SENDING, f"K-{number}")
    bench.worker.run_until_idle()
    bench.clock.advance(days=31)
    chore = JobPruning(bench.db, bench.clock, MONTH)
    looks = []
    for _ in range(5):
        looks.append((chore.tend(), chore.tend()))
        bench.clock.advance(seconds=1)
    assert looks == [(2, 0), (2, 0), (1, 0), (0, 0), (0, 0)]
    bench.start(SENDING, "K-6")
    assert chore.tend() == 0
    bench.clock.advance(hours=1)
    assert chore.tend() == 1


@ON_ONE
def test_jobs_that_cannot_be_deleted_keep_back_no_keys(bench: Bench) -> None:
    bench.handlers["send"] = Sender()
    bench.start(SENDING, "first")
    bench.start(SENDING, "second")
    bench.worker.run_until_idle()
    send(bench, "bank-1", ttl=1)
    bench.engine.chores.extend(pruning.chores(bench.db, bench.clock, keep_jobs=MONTH, keep_keys=QUARTER))
    bench.clock.advance(days=91)
    with bench.db.transaction() as tx:
        tx.exec_driver_sql("CREATE TRIGGER kept BEFORE DELETE ON job BEGIN SELECT RAISE(ABORT, 'kept'); END")
    bench.worker.run_until_idle()
    assert (set(jobs(bench)), keys(bench)) == ({"first", "second"}, set())
    with bench.db.transaction() as tx:
        tx.exec_driver_sql("DROP TRIGGER kept")
    bench.clock.advance(minutes=1)
    bench.worker.run_until_idle()
    assert set(jobs(bench)) == {"second"}


@ON_ONE
def test_whoever_keeps_for_ever_loses_nothing(bench: Bench) -> None:
    bench.handlers["send"] = Sender()
    bench.start(SENDING, "first")
    bench.start(SENDING, "second")
    bench.worker.run_until_idle()
    send(bench, "bank-1", ttl=1)
    bench.clock.advance(days=9999)
    assert [chore.tend() for chore in pruning.chores(bench.db, bench.clock, keep_jobs=None, keep_keys=None)] == [0, 0]
    assert len(jobs(bench)) == 2


def test_what_somebody_holds_is_left_for_the_next_time_and_delays_no_back_log(
    postgres_url: str, vault: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "MOST_AT_ONCE", 2)
    with fresh_postgres(postgres_url) as url:
        bench = Bench(Database(url), vault)
        bench.handlers["send"] = Sender()
        for key in ("K-1", "K-2", "K-3"):
            bench.start(SENDING, key)
        bench.worker.run_until_idle()
        for key in ("bank-1", "bank-2"):
            bench.start(WAITING, key, order=key)
            assert send(bench, key, key=key)
        bench.clock.advance(days=91)
        both = pruning.chores(bench.db, bench.clock, keep_jobs=MONTH, keep_keys=QUARTER)
        with bench.db.transaction() as tx:
            tx.execute(select(tables.job).where(tables.job.c.business_key == "K-1").with_for_update())
            tx.execute(select(tables.message_taken).where(tables.message_taken.c.message_id == "bank-1").with_for_update())
            assert [chore.tend() for chore in both] == [1, 1]
            assert (set(jobs(bench)), keys(bench)) == ({"K-1", "K-3"}, {"bank-1"})
        bench.clock.advance(seconds=1)
        assert [chore.tend() for chore in both] == [1, 1]
        bench.db.dispose()
