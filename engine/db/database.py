"""One database, opened by URL: SQLite in WAL mode or PostgreSQL. Transactions are opened here and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy import Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, OperationalError

from engine import faults
from engine.db import sqlite
from engine.errors import Conflict, Invalid, SettingsInvalid, Unavailable

log = structlog.get_logger()
AFTER_COMMIT = "caseloop_after_commit"
POSTGRES_SERIALIZATION_FAILURES = frozenset({"40001", "40P01", "55P03"})


class Database:
    """Opens transactions. `url` is an SQLAlchemy URL: sqlite:///file.db or postgresql+psycopg://…

    Raises SettingsInvalid for another kind of database. Nothing is connected before the first transaction.
    """

    def __init__(self, url: str, *, pool_size: int = 10) -> None:
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
        options = {"timeout": sqlite.BUSY_TIMEOUT_SECONDS} if self.dialect == "sqlite" else {}
        self.engine: Engine = create_engine(
            parsed, connect_args=options, pool_size=pool_size, max_overflow=20, json_serializer=json.dumps, hide_parameters=True
        )
        if self.dialect == "sqlite":
            sqlite.prepare(self.engine)
        self._writing = self.engine.execution_options(caseloop_writes=True)
        only_reads = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        self._reading = self.engine.execution_options(**only_reads) if self.dialect == "postgresql" else self.engine

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A writing transaction: commits at the end, rolls back on any exception.

        Raises Unavailable when the database doesn't answer or stays locked, Conflict when another transaction won.
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

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads and sees one consistent state."""
        with self._translated(), self._reading.begin() as tx:
            yield tx

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except OperationalError as error:
            raise _in_domain_words(error) from error
        except DataError as error:
            raise Invalid("A text holds a character that can't be kept, or is too long. Shorten or retype it.") from error
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) in POSTGRES_SERIALIZATION_FAILURES:
                raise _in_domain_words(error) from error
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


def _in_domain_words(error: DBAPIError) -> Conflict | Unavailable:
    if getattr(error.orig, "sqlstate", None) in POSTGRES_SERIALIZATION_FAILURES:
        return Conflict("Somebody else changed the same records at the same time. Try again.")
    # the driver's words name host and user, so they go to the log and not to a page
    log.warning("database_unavailable", reason=str(error.orig))
    return Unavailable("The database doesn't answer. Try again in a moment; the log says more.")


def is_database_error(error: Exception) -> bool:
    """Whether a failure is the database's, so that the whole transaction has to be tried again and nothing be decided from it."""
    return isinstance(error, DBAPIError | Unavailable | Conflict)
