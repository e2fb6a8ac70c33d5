"""Transactions that really stand in each other's way: the work is done again, and nobody hears of a lock."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest
from sqlalchemy import Connection, text

from engine.db.database import MOST_TRIES, Database, tried_again
from engine.errors import Conflict, TransactionLost, Unavailable
from tests.conftest import fresh_postgres

ADD = text("UPDATE process_instance SET revision = revision + 1 WHERE business_key = :key")


def two_instances(database: Database) -> None:
    values = "'p', '1', :key, 'active', 0, '2026-01-01 00:00:00', 0, '\\x'"
    columns = "process_key, version, business_key, state, revision, started_at, history_length, snapshot"
    with database.transaction() as tx:
        tx.execute(text("INSERT INTO deployment VALUES (1, 'p', '1', 'p', 'x', '2026-01-01 00:00:00', 'x')"))
        for key in ("A", "B"):
            tx.execute(text(f"INSERT INTO process_instance (deployment_id, {columns}) VALUES (1, {values})"), {"key": key})


def revisions(database: Database) -> list[int]:
    with database.reading() as tx:
        return list(tx.execute(text("SELECT revision FROM process_instance ORDER BY business_key")).scalars())


def crossing(database: Database, order: str, both_began: Barrier) -> Callable[[], int]:
    """Work that takes two rows in an order, and on its first try waits in between until the other one has its first row."""
    tries = 0
    # on SQLite the other one waits at its BEGIN until we are through
    patience = 30 if database.dialect == "postgresql" else 0.5

    def work(tx: Connection) -> int:
        nonlocal tries
        tries += 1
        tx.execute(ADD, {"key": order[0]})
        if tries == 1:
            with suppress(BrokenBarrierError):
                both_began.wait(patience)
        tx.execute(ADD, {"key": order[1]})
        return tries

    return lambda: database.run(work)


def test_of_two_transactions_in_a_deadlock_both_are_done_in_the_end(database: Database) -> None:
    two_instances(database)
    both_began = Barrier(2)
    with ThreadPoolExecutor(2) as threads:
        tries = [done.result(30) for done in [threads.submit(crossing(database, order, both_began)) for order in ("AB", "BA")]]
    assert revisions(database) == [2, 2]
    assert sum(tries) == (3 if database.dialect == "postgresql" else 2), "the database gave up one of the two"


def test_work_that_is_done_again_reads_again(postgres_database: Database) -> None:
    """Two that read a number and write one more, serializable: the loser sees the winner's number."""
    two_instances(postgres_database)
    both_read = Barrier(2)

    def add_one() -> None:
        waits = [both_read]

        @tried_again
        def once() -> None:
            with postgres_database.transaction() as tx:
                tx.execute(text("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"))
                read = tx.execute(text("SELECT revision FROM process_instance WHERE business_key = 'A'")).scalar_one()
                if waits:
                    waits.pop().wait(30)
                tx.execute(text("UPDATE process_instance SET revision = :next WHERE business_key = 'A'"), {"next": read + 1})

        once()

    with ThreadPoolExecutor(2) as threads:
        for done in [threads.submit(add_one) for _ in range(2)]:
            done.result(30)
    assert revisions(postgres_database) == [2, 0]


def test_a_lock_that_stays_is_told_as_unavailable_after_several_tries(busy: tuple[Database, Connection]) -> None:
    database, _ = busy
    tries = []

    @tried_again
    def once() -> None:
        tries.append(1)
        with database.transaction() as tx:
            tx.execute(ADD, {"key": "A"})

    with pytest.raises(TransactionLost, match="try again in a moment") as lost:
        once()
    assert len(tries) == MOST_TRIES
    assert isinstance(lost.value, Unavailable)
    assert not isinstance(lost.value, Conflict)


def test_a_lock_that_goes_lets_the_work_be_done(busy: tuple[Database, Connection]) -> None:
    database, holder = busy
    tries = []

    def work(tx: Connection) -> None:
        tx.execute(ADD, {"key": "A"})

    @tried_again
    def once() -> None:
        tries.append(1)
        if len(tries) == 3:
            holder.rollback()
        with database.transaction() as tx:
            work(tx)

    once()
    assert len(tries) == 3
    assert revisions(database) == [1, 0]


def test_a_refusal_is_never_tried_again() -> None:
    tries = []

    @tried_again
    def refused() -> None:
        tries.append(1)
        raise Conflict("No.")

    with pytest.raises(Conflict):
        refused()
    assert len(tries) == 1


@pytest.fixture
def postgres_database(postgres_url: str) -> Iterator[Database]:
    """SQLite takes its write lock at BEGIN: there nobody writes between a read and a write."""
    with fresh_postgres(postgres_url) as url:
        database = Database(url)
        yield database
        database.dispose()


@pytest.fixture
def busy(sqlite_template: Path, tmp_path: Path):  # type: ignore[no-untyped-def]
    """A database of little patience, and a connection that keeps its write lock."""
    shutil.copy(sqlite_template, tmp_path / "busy.db")
    database = Database(f"sqlite:///{tmp_path / 'busy.db'}", busy_timeout_seconds=0.01)
    two_instances(database)
    with database.engine.connect() as holder:
        holder = holder.execution_options(caseloop_writes=True)
        holder.begin()
        yield database, holder
    database.dispose()
