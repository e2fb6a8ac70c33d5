"""Many at once on PostgreSQL: nobody gets more than they can carry, and no case waits while somebody is free."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from benchmarks.assignment import TEAM, Crowd, verdict_of
from desk.store import candidates
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
