"""Many instances follow a lookup at once, while others work on them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select, update

from engine import audit
from engine.commands import CancelInstance, ClaimTask, RescheduleInstances, StartInstance
from engine.db import store, tables
from engine.db.database import Database
from engine.history import IncidentRaised, TimerFired, TimerMoved
from engine.model import ProcessInstance
from engine.vault import KeyRing
from tests.conftest import fresh_postgres
from tests.engine.promises import PROMISE, Promising, make_table
from tests.engine.test_lookups import HANDLED, SUPERVISED, due, hours, silently, story
from tests.support.packages import boundary_timer, package

pytestmark = pytest.mark.stored
EVERYBODY = RescheduleInstances(names=("promise",), by="wang", reason="a holiday was added")


@pytest.fixture
def bench(database: Database, vault: KeyRing) -> Promising:
    make_table(database)
    return Promising(database, vault)


def started(
    bench: Promising, count: int, text: str = '= promise("solve").due_at', version: str = "1.0", **variables: object
) -> list[ProcessInstance]:
    deployment = bench.engine.deploy(story(text, version=version), by="ana")
    found = []
    for number in range(count):
        given = {"promises": {"solve": hours(2)}, **variables}
        order = StartInstance(deployment_id=deployment.id, business_key=f"{version}-{number}", by="ana", variables=given)
        with bench.db.transaction() as tx:
            found.append(bench.engine.start(tx, order))
    return found


def promise_all(bench: Promising, due_at: datetime) -> None:
    """Every second promise becomes another one; nobody is told."""
    with bench.db.transaction() as tx:
        tx.execute(update(PROMISE).where(PROMISE.c.instance_id % 2 == 0).values(due_at=due_at))


def broken(bench: Promising) -> list[str]:
    """The instances whose history isn't what the engine wrote."""
    return [verdict.case for verdict in audit.verify(bench.db, bench.vault) if verdict.breaks]


def timers(bench: Promising) -> dict[int, datetime]:
    with bench.db.reading() as tx:
        return {row.instance_id: row.due_at for row in tx.execute(select(tables.timer))}


@pytest.mark.parametrize("count", [60, pytest.param(600, marks=pytest.mark.slow)])
def test_each_timer_follows_and_only_what_moves_is_written(bench: Promising, count: int) -> None:
    instances = started(bench, count)
    promise_all(bench, hours(7))
    bench.promises.asked = 0
    done = bench.restarted().engine.reschedule_all(EVERYBODY)
    assert (done.looked_at, done.moved, done.failed) == (count, count // 2, ())
    assert timers(bench) == {each.id: hours(2) if each.id % 2 else hours(7) for each in instances}
    for each in instances[:: count // 10]:
        assert bench.instance(each).revision - each.revision == (each.id + 1) % 2
        told = [(move.by, move.reason, move.lookup, move.before, move.due_at) for move in bench.history(each, TimerMoved)]
        assert told == ([] if each.id % 2 else [("wang", "a holiday was added", "promise", hours(2), hours(7))])
    assert broken(bench) == []


def test_a_batch_asks_a_lookup_once(bench: Promising) -> None:
    started(bench, 12)
    promise_all(bench, hours(7))
    bench.promises.asked = 0
    with bench.db.transaction() as tx:
        batch = bench.engine.reschedule(tx, EVERYBODY, limit=8)
        rest = bench.engine.reschedule(tx, EVERYBODY, after_id=batch.last_id or 0, limit=8)
    assert (len(batch.followed), len(rest.followed), batch.moved + rest.moved, bench.promises.asked) == (8, 4, 6, 2)


def test_what_else_follows_is_written_in_the_same_transactions(bench: Promising) -> None:
    instances = started(bench, 5)
    promise_all(bench, hours(7))
    bench.clock.advance(hours=3)
    told: list[int] = []
    bench.engine.reschedule_all(EVERYBODY, beside=lambda tx, ids: told.extend(ids))
    assert sorted(told) == [each.id for each in instances]


def test_only_those_named_are_rescheduled(bench: Promising) -> None:
    instances = started(bench, 6)
    even = next(each for each in instances if each.id % 2 == 0)
    promise_all(bench, hours(7))
    only = RescheduleInstances(names=("promise",), by="wang", reason="", instance_ids=(even.id,))
    assert bench.engine.reschedule_all(only).moved == 1
    assert [due_at for due_at in timers(bench).values() if due_at == hours(7)] == [hours(7)]


def test_versions_may_mean_other_things_by_the_same_activity(bench: Promising) -> None:
    asking = started(bench, 2)
    reading = started(bench, 2, "= until", version="1.1", until=hours(5))
    promise_all(bench, hours(7))
    with bench.db.transaction() as tx:
        batch = bench.engine.reschedule(tx, replace(EVERYBODY, instance_ids=tuple(each.id for each in [*asking, *reading])))
    assert (batch.left, batch.moved) == ((), 1)
    assert [timers(bench)[each.id] for each in reading] == [hours(5), hours(5)]


def test_those_named_that_are_over_end_nothing_early(bench: Promising) -> None:
    first, second, third = started(bench, 3)
    promise_all(bench, hours(7))
    with bench.db.transaction() as tx:
        for each in (first, second):
            bench.engine.cancel(tx, CancelInstance(instance_id=each.id, by="wang", reason="asked for twice"))
    named = replace(EVERYBODY, instance_ids=(first.id, second.id, third.id))
    with bench.db.transaction() as tx:
        batch = bench.engine.reschedule(tx, named, limit=2)
        rest = bench.engine.reschedule(tx, named, after_id=batch.last_id or 0, limit=2)
    assert (batch.followed, batch.last_id, rest.followed) == ((), second.id, (third.id,))


def test_an_expression_that_asks_about_something_else_only_is_not_worked_out(bench: Promising) -> None:
    instances = started(bench, 2)
    promise_all(bench, hours(7))
    other = replace(EVERYBODY, instance_ids=tuple(each.id for each in instances), about=frozenset({"respond"}))
    with bench.db.transaction() as tx:
        batch = bench.engine.reschedule(tx, other)
    assert (set(batch.followed), batch.moved) == ({each.id for each in instances}, 0)
    bench.engine.reschedule_all(replace(other, about=frozenset({"respond", "solve"})))
    assert list(timers(bench).values()).count(hours(7)) == 1


def test_an_expression_that_asks_about_more_is_always_worked_out(bench: Promising) -> None:
    started(bench, 2, '= if promise("respond") = null then promise("solve").due_at else null')
    promise_all(bench, hours(7))
    bench.engine.reschedule_all(replace(EVERYBODY, about=frozenset({"respond"})))
    assert list(timers(bench).values()).count(hours(7)) == 1


def test_what_is_due_already_fires_before_it_could_be_moved_away_or_is_moved_when_it_is_due_later_now(bench: Promising) -> None:
    instances = started(bench, 4)
    promise_all(bench, hours(7))
    bench.clock.advance(hours=3)
    bench.engine.reschedule_all(EVERYBODY)
    fired = [[event.at for event in bench.history(each, TimerFired)] for each in instances]
    assert fired == [[hours(2)] if each.id % 2 else [] for each in instances]


def test_an_expression_that_reads_variables_too_is_worked_out_with_them(bench: Promising) -> None:
    text = '= if promise("solve").due_at = null then null else promise("solve").due_at + duration(grace)'
    instances = started(bench, 3, text, grace="PT1H")
    promise_all(bench, hours(7))
    with bench.db.transaction() as tx:
        assert bench.engine.reschedule(tx, EVERYBODY).left == ()
    assert timers(bench) == {each.id: hours(3) if each.id % 2 else hours(8) for each in instances}


def test_an_answer_that_cannot_be_used_is_an_incident_of_its_instance_alone(bench: Promising) -> None:
    late = 'promise("solve").due_at > date and time("2023-10-01T14:00:00Z")'
    instances = started(bench, 4, f'= if {late} then 7 else promise("solve").due_at'.replace(">", "&gt;"))
    silently(bench, instances[1], solve=hours(7))
    silently(bench, instances[2], solve=hours(4))
    assert bench.engine.reschedule_all(EVERYBODY).moved == 2
    assert [len(bench.history(each, IncidentRaised)) for each in instances] == [0, 1, 0, 0]
    assert due(bench, instances[2]) == [hours(4)]


def test_an_instance_without_such_timers_is_left_alone(bench: Promising) -> None:
    bench.start(package(*HANDLED, *SUPERVISED, boundary_timer("late", "handle", "PT1H")))
    assert bench.engine.reschedule_all(EVERYBODY).looked_at == 0


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    """On SQLite a writer keeps everybody out, so that nothing is skipped there."""
    with fresh_postgres(postgres_url) as url:
        database = Database(url)
        yield database
        database.dispose()


def test_an_instance_on_which_somebody_works_is_skipped_and_refreshed_later(postgres_database: Database, vault: KeyRing) -> None:
    make_table(postgres_database)
    bench = Promising(postgres_database, vault)
    instances = started(bench, 4)
    held = next(each for each in instances if each.id % 2 == 0)
    promise_all(bench, hours(7))
    with bench.db.transaction() as tx:
        store.lock_instance(tx, held.id)
        with bench.db.transaction() as other:
            batch = bench.engine.reschedule(other, EVERYBODY)
    assert (batch.moved, batch.left) == (1, (held.id,))
    assert bench.engine.reschedule_all(EVERYBODY).moved == 1
    assert timers(bench)[held.id] == hours(7)


def test_agents_work_on_while_all_is_rescheduled(bench: Promising) -> None:
    instances = started(bench, 40)
    work = [bench.tasks(each)["handle"] for each in instances]

    def claim(task_id: int) -> None:
        bench.db.run(lambda tx: bench.engine.claim(tx, ClaimTask(task_id=task_id, by="li")))

    promise_all(bench, hours(7))
    with ThreadPoolExecutor(3) as pool:
        claims = [pool.submit(claim, task.id) for task in work]
        done = bench.engine.reschedule_all(EVERYBODY)
        for each in claims:
            each.result()
    assert done.failed == ()
    assert timers(bench) == {each.id: hours(2) if each.id % 2 else hours(7) for each in instances}
    assert broken(bench) == []
