"""What the engine sends to the driver, noted and sent again without an engine: the limit of what any engine could do with it.

Noted at the driver itself, so that nothing escapes, whichever way the engine sends it.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import event

from engine.db.database import Database

EXECUTE, MANY, COMMIT, ROLLBACK, PIPELINE, SYNC = "execute", "executemany", "commit", "rollback", "pipeline", "sync"
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(frozen=True, slots=True)
class Sent:
    """One call of the driver."""

    kind: str
    statement: str = ""
    values: Any = None


class Recorder:
    """Notes what a database's driver is asked for, inside `recording()`."""

    def __init__(self, database: Database) -> None:
        self.sent: list[Sent] = []
        self._on = False
        if database.dialect == "sqlite":
            factory = _noting_sqlite(self._note)
            event.listen(database.engine, "do_connect", lambda _d, _r, _a, options: options.update(factory=factory))
        else:
            event.listen(database.engine, "connect", lambda connection, _record: _note_psycopg(connection, self._note))
        database.dispose()

    def _note(self, kind: str, statement: Any = "", values: Any = None) -> None:
        if self._on:
            self.sent.append(Sent(kind, statement, values))

    @contextmanager
    def recording(self) -> Iterator[list[Sent]]:
        """Gives a list that fills with what is sent meanwhile."""
        self.sent, self._on = [], True
        try:
            yield self.sent
        finally:
            self._on = False


def _noting_sqlite(note: Callable[..., None]) -> type[sqlite3.Connection]:
    class Cursor(sqlite3.Cursor):
        def execute(self, statement: str, values: Any = ()) -> Any:
            note(EXECUTE, statement, values)
            return super().execute(statement, values)

        def executemany(self, statement: str, values: Any) -> Any:
            values = list(values)
            note(MANY, statement, values)
            return super().executemany(statement, values)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def commit(self) -> None:
            note(COMMIT)
            super().commit()

        def rollback(self) -> None:
            note(ROLLBACK)
            super().rollback()

    return Connection


def _note_psycopg(connection: Any, note: Callable[..., None]) -> None:
    class Cursor(psycopg.Cursor):
        def execute(self, statement: Any, values: Any = None, **options: Any) -> Any:
            note(EXECUTE, statement, values)
            return super().execute(statement, values, **options)

        def executemany(self, statement: Any, values: Any, **options: Any) -> None:
            values = list(values)
            note(MANY, statement, values)
            # psycopg sends the rows by a pipeline, which isn't the engine's
            super().executemany(statement, values, **options)

    commit, rollback, pipeline = connection.commit, connection.rollback, connection.pipeline

    @contextmanager
    def noted_pipeline() -> Iterator[Any]:
        note(PIPELINE)
        with pipeline() as opened:
            yield opened
        note(SYNC)

    connection.cursor_factory = Cursor
    connection.commit = lambda: (note(COMMIT), commit())[1]
    connection.rollback = lambda: (note(ROLLBACK), rollback())[1]
    connection.pipeline = noted_pipeline


def durable(sent: Sequence[Sent]) -> int:
    """How many of the transactions wrote something."""
    count, wrote = 0, False
    for one in sent:
        wrote = wrote or (one.kind in (EXECUTE, MANY) and one.statement.lstrip().upper().startswith(WRITES))
        if one.kind in (COMMIT, ROLLBACK):
            count += wrote and one.kind == COMMIT
            wrote = False
    return count


def replay(database: Database, sent: Sequence[Sent]) -> float:
    """Send it over the bare driver; the seconds that it took."""
    with database.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        begun = time.perf_counter()
        index = 0
        while index < len(sent):
            if sent[index].kind == PIPELINE:
                end = next(later for later in range(index, len(sent)) if sent[later].kind == SYNC)
                with raw.pipeline():
                    cursors = [_send(raw, one) for one in sent[index + 1 : end]]
                index = end
            else:
                cursors = [_send(raw, sent[index])]
            for cursor in filter(None, cursors):
                if cursor.description:
                    cursor.fetchall()
            index += 1
        return time.perf_counter() - begun


def _send(raw: Any, one: Sent) -> Any:
    if one.kind in (COMMIT, ROLLBACK):
        getattr(raw, one.kind)()
        return None
    cursor = raw.cursor()
    arguments = (one.statement,) if one.values is None else (one.statement, one.values)
    getattr(cursor, one.kind)(*arguments)
    # the rows of executemany aren't asked for
    return cursor if one.kind == EXECUTE else None
