"""Advisory locks on PostgreSQL, each for one thing in the whole database; SQLite has one writer at a time anyway.

Those that stand for one instance or one message each are in engine.db.leases and engine.db.messages.
"""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import func, select

from engine.ports import Transaction


class Lock(IntEnum):
    """All of them in one table, the desk's too, so that no number is given twice."""

    SCHEMA_STEPS = 726371  # of processes that start at once one takes the steps
    CALENDAR_EDITS = 726372  # edits of the calendars commit in their order
    CHOICE_OF_LOOKS = 726374  # one worker at a time chooses which assignments it looks at


def wait_for(tx: Transaction, lock: Lock) -> None:
    """Hold a lock until the transaction ends, once nobody else does."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(lock.value)))


def take(tx: Transaction, lock: Lock) -> bool:
    """Hold a lock until the transaction ends; False when somebody else does."""
    if tx.dialect.name != "postgresql":
        return True
    return tx.execute(select(func.pg_try_advisory_xact_lock(lock.value))).scalar_one()
