"""How we open SQLite: write-ahead log, foreign keys, and a write lock that is taken at BEGIN and waited for with short looks."""

from __future__ import annotations

import sqlite3
import time

from sqlalchemy import Connection, Engine, event

from engine.db.statements import translated

BUSY_TIMEOUT_SECONDS = 10.0
FIRST_WAIT_SECONDS = 0.0004
LONGEST_WAIT_SECONDS = 0.002
GIVE_WAY_SECONDS = 0.0025
"""Longer than the longest wait: in such a pause of a worker everybody who wants the lock looks again."""


def prepare(engine: Engine, busy_timeout_seconds: float) -> None:
    """Have each connection set up, and each transaction begun by us, so that none fails half-way on a lock."""

    @event.listens_for(engine, "connect")
    def configure(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.isolation_level = None
        cursor = connection.cursor()
        _wait_inside(cursor, busy_timeout_seconds)
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("caseloop_writes", False)
        cursor = connection.connection.cursor()
        try:
            if writes:
                _take_write_lock(cursor, busy_timeout_seconds)
            else:
                cursor.execute("BEGIN")
        except sqlite3.Error as error:
            raise translated(error, connection.dialect) from error


def _take_write_lock(cursor: sqlite3.Cursor, busy_timeout_seconds: float) -> None:
    """SQLite itself looks again after longer and longer pauses, up to a tenth of a second: a person would starve beside workers
    that take the lock again at once. Looking often gives everybody the same chance.
    """
    _wait_inside(cursor, 0)
    give_up_at = time.monotonic() + busy_timeout_seconds
    pause = FIRST_WAIT_SECONDS
    try:
        while not _began(cursor, give_up_at):
            time.sleep(pause)
            pause = min(pause * 1.2, LONGEST_WAIT_SECONDS)
    finally:
        _wait_inside(cursor, busy_timeout_seconds)


def _began(cursor: sqlite3.Cursor, give_up_at: float) -> bool:
    try:
        cursor.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
            raise
        return False
    return True


def _wait_inside(cursor: sqlite3.Cursor, seconds: float) -> None:
    """How long SQLite itself waits for a lock."""
    cursor.execute(f"PRAGMA busy_timeout={int(seconds * 1000)}")
