"""Many at once on PostgreSQL: nobody gets more than they can carry, and no case waits while somebody is free."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from benchmarks.assignment import TEAM, Crowd, verdict_of
from desk.assignment import Wanted, assign, preferred
from desk.staffing import reserving
from desk.store import assignments, candidates, people
from engine.db.database import Database
from engine.errors import TransactionLost
from tests.conftest import fresh_postgres

pytestmark = pytest.mark.stored


def test_eight_threads_create_cases_and_resolve_some_without_overload_or_needless_waiting(postgres_url):
    with fresh_postgres(postgres_url) as url, Crowd.on(url, agents=12, capacity=10) as crowd:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(crowd.create_and_now_and_then_resolve, range(80)))
        crowd.drain()
        verdict = verdict_of(crowd)
    assert (verdict.cases, verdict.over_capacity, verdict.waiting_while_free, verdict.unexplained) == (80, [], [], [])
    assert verdict.waiting > 0, "the load has to exceed the capacity, or nothing is tested"


def decide_impatiently(db: Database, now: datetime) -> None:
    with db.transaction() as tx:
        tx.exec_driver_sql("SET LOCAL lock_timeout = '200ms'")
        candidates.candidates(tx, (TEAM,), now, lock=True)


def test_who_decides_about_the_same_people_waits_until_the_other_has_decided(postgres_url):
    with fresh_postgres(postgres_url) as url, Crowd.on(url, agents=2, capacity=10) as crowd:
        db, now = crowd.services.db, crowd.services.clock.now()
        with db.transaction() as first:
            candidates.candidates(first, (TEAM,), now, lock=True)
            with pytest.raises(TransactionLost):
                decide_impatiently(db, now)
        with db.transaction() as third:
            assert len(candidates.candidates(third, (TEAM,), now, lock=True)) == 2


def test_who_gets_something_at_this_moment_is_passed_over_without_waiting_and_the_next_one_gets_the_case(postgres_url):
    with fresh_postgres(postgres_url) as url, Crowd.on(url, agents=3, capacity=10) as crowd:
        db, now = crowd.services.db, crowd.services.clock.now()
        wanted = Wanted(team=TEAM, priority="normal")
        with db.transaction() as first, db.transaction() as second, db.transaction() as third:
            read_before = preferred(wanted, candidates.candidates(third, (TEAM,), now), now)
            chosen = [assign(wanted, reserving.reserved(tx, wanted, now), now) for tx in (first, second)]
            assert [answer.assignee for answer in chosen] == list(crowd.logins[:2])
            assert [row["obstacle"] for row in chosen[1].considered] == ["engaged", "", ""]
            people.note_assigned(first, crowd.logins[0], now)
            first.commit()
            assert candidates.hold_first(third, read_before) == crowd.logins[2], "what was read of the first one is old"


def test_lines_that_are_given_out_at_once_overload_nobody_however_long_a_decision_takes(postgres_url, monkeypatch):
    """All threads see the same room: without a lock each of the four would give its case to the same agent."""
    counted = candidates.candidates

    def slowly(tx, team_keys, now, *, lock=False):
        found = counted(tx, team_keys, now, lock=lock)
        time.sleep(0.2)
        return found

    with fresh_postgres(postgres_url) as url, Crowd.on(url, agents=2, capacity=2) as crowd:
        switch_all(crowd, available=False)
        for number in (1, 2, 3, 5):
            crowd.create_and_now_and_then_resolve(number)
        switch_all(crowd, available=True)
        with crowd.services.db.reading() as tx:
            waiting = [one.number for one in assignments.waiting(tx, TEAM, 10)]
        monkeypatch.setattr(reserving.candidates, "candidates", slowly)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda number: crowd.desks[0].lines.give_out(number), waiting))
        verdict = verdict_of(crowd)
    assert (len(waiting), verdict.waiting, verdict.over_capacity) == (4, 2, [])


def switch_all(crowd: Crowd, *, available: bool) -> None:
    desk = crowd.services.desk
    for login in crowd.logins:
        desk.people.change_agent(login, by="bench", revision=desk.people.agent(login).revision, available=available)
