"""One database, opened by URL: SQLite in WAL mode or PostgreSQL. Transactions are opened here and nowhere else."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from engine import faults
from engine.db import sqlite
from engine.errors import Conflict, Invalid, SettingsInvalid, TransactionLost, Unavailable

log = structlog.get_logger()
AFTER_COMMIT = "caseloop_after_commit"
MOST_TRIES = 5
FIRST_PAUSE_SECONDS = 0.02
P = ParamSpec("P")
Result = TypeVar("Result")
POSTGRES_SERIALIZATION_FAILURES = frozenset({"40001", "40P01", "55P03"})


class Database:
    """Opens transactions. `url` is an SQLAlchemy URL: sqlite:///file.db or postgresql+psycopg://…

    Raises SettingsInvalid for another kind of database. Nothing is connected before the first transaction.
    """

    def __init__(self, url: str, *, pool_size: int = 10, busy_timeout_seconds: float = sqlite.BUSY_TIMEOUT_SECONDS) -> None:
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise SettingsInvalid("The database URL can't be read: expected sqlite:///… or postgresql://….") from None
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        self.dialect = parsed.get_backend_name()
        if self.dialect not in ("sqlite", "postgresql"):
            raise SettingsInvalid(f"Database {parsed.drivername!r}: expected sqlite:///… or postgresql://…")
        self.url = parsed
        options = {"timeout": busy_timeout_seconds} if self.dialect == "sqlite" else {}
        self.engine: Engine = create_engine(
            parsed, connect_args=options, pool_size=pool_size, max_overflow=20, json_serializer=json.dumps, hide_parameters=True
        )
        if self.dialect == "sqlite":
            sqlite.prepare(self.engine, busy_timeout_seconds)
        self._writing = self.engine.execution_options(caseloop_writes=True)
        only_reads = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = self.engine.execution_options(**only_reads) if self.dialect == "postgresql" else self.engine

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction: commits at the end, rolls back on any exception.

        Raises Unavailable when the database doesn't answer, TransactionLost (an Unavailable) when another transaction kept or
        took away what it needs: a use case that is `tried_again` begins anew then.
        """
        with self._translated():
            with self._writing.begin() as tx:
                wanted: list[Callable[[], None]] = []
                tx.info[AFTER_COMMIT] = wanted
                yield tx
                faults.reached(faults.BEFORE_COMMIT)
            faults.reached(faults.AFTER_COMMIT)
            for act in wanted:
                act()

    def run(self, work: Callable[[Connection], Result]) -> Result:
        """Do work in a writing transaction of its own, again from its beginning when others took away what it needed.

        Raises what `transaction` raises, TransactionLost only after several tries.
        """

        @tried_again
        def once() -> Result:
            with self.transaction() as tx:
                return work(tx)

        return once()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads and sees one consistent state."""
        with self._translated(), self._reading.begin() as tx:
            yield tx

    def give_way(self) -> None:
        """Between two of many transactions: let others write. SQLite knows no queue; who is quick keeps its lock."""
        if self.dialect == "sqlite":
            time.sleep(sqlite.GIVE_WAY_SECONDS)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise _in_domain_words(error) from error
        except PoolTimeout as error:
            raise Unavailable("Too many are at work at once. Try again in a moment.") from error
        except DataError as error:
            raise Invalid("A text holds a character that can't be kept, or is too long. Shorten or retype it.") from error
        except DBAPIError as error:
            if _is_lost(error):
                raise TransactionLost from error
            raise

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def after_commit(tx: Connection, act: Callable[[], None]) -> bool:
    """Have something done once the transaction is committed, if it is; it must not raise. False when that was asked before."""
    wanted: list[Callable[[], None]] = tx.info[AFTER_COMMIT]
    if act in wanted:
        return False
    wanted.append(act)
    return True


def tried_again(use_case: Callable[P, Result]) -> Callable[P, Result]:
    """Let a use case begin anew when others took away what it needed, so that it reads again what it decides from.

    For one that opens a single transaction and leaves nothing outside of it. Raises TransactionLost only after several tries.
    """

    @wraps(use_case)
    def patient(*args: P.args, **named: P.kwargs) -> Result:
        for tries in range(MOST_TRIES - 1):
            try:
                return use_case(*args, **named)
            except TransactionLost:
                log.info("transaction_lost", use_case=use_case.__qualname__, tries=tries + 1)
                time.sleep(FIRST_PAUSE_SECONDS * 2**tries)
        return use_case(*args, **named)

    return patient


def _is_lost(error: DBAPIError) -> bool:
    """Whether the database gave up this transaction for another one: a deadlock, a lock that stayed, a write at the same time."""
    busy = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    return busy or getattr(error.orig, "sqlstate", None) in POSTGRES_SERIALIZATION_FAILURES


def _in_domain_words(error: DBAPIError) -> Unavailable:
    if _is_lost(error):
        return TransactionLost()
    # the driver's words name host and user, so they go to the log and not to a page
    log.warning("database_unavailable", reason=str(error.orig))
    return Unavailable("The database doesn't answer. Try again in a moment; the log says more.")


def is_database_error(error: Exception) -> bool:
    """Whether a failure is the database's, so that the whole transaction has to be tried again and nothing be decided from it."""
    return isinstance(error, DBAPIError | Unavailable | Conflict)
