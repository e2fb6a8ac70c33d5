"""The write side of messages: who waits for one, which ones were taken. Works in the caller's transaction and never commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.db import rows, tables
from engine.model import MessageSubscription, SubscriptionKind
from engine.ports import Transaction


def insert_subscription(tx: Transaction, **values: Any) -> None:
    tx.execute(insert(tables.message_subscription).values(**values))


def delete_subscription(tx: Transaction, instance_id: int, token_id: str) -> None:
    table = tables.message_subscription
    tx.execute(delete(table).where(table.c.instance_id == instance_id, table.c.token_id == token_id))


def find_subscription(tx: Transaction, name: str, correlation_key: str) -> MessageSubscription | None:
    """The longest waiting token for a message, or None."""
    table = tables.message_subscription
    wanted = (table.c.message_name == name, table.c.correlation_key == correlation_key)
    query = select(table).where(*wanted, table.c.kind == SubscriptionKind.MESSAGE)
    row = tx.execute(query.order_by(table.c.id).limit(1)).one_or_none()
    return rows.subscription(row) if row else None


def find_listeners(tx: Transaction, signal: str, instance_id: int | None = None) -> list[MessageSubscription]:
    """The tokens that wait for a signal, by instance, those of one instance by age; of all instances unless one is named."""
    table = tables.message_subscription
    query = select(table).where(table.c.message_name == signal, table.c.kind == SubscriptionKind.SIGNAL)
    if instance_id is not None:
        query = query.where(table.c.instance_id == instance_id)
    return [rows.subscription(row) for row in tx.execute(query.order_by(table.c.instance_id, table.c.id))]


def take_message_once(tx: Transaction, message_id: str, outcome: str, now: datetime) -> bool:
    """Remember a message's id and what came of it. False when it was taken before, also by a transaction at the same time."""
    insert_or_nothing = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[tx.dialect.name]
    query = insert_or_nothing(tables.message_taken).values(message_id=message_id, outcome=outcome, taken_at=now)
    taken = query.on_conflict_do_nothing().returning(tables.message_taken.c.message_id)
    return tx.execute(taken).one_or_none() is not None


def message_outcome(tx: Transaction, message_id: str) -> str | None:
    """What came of a message that was taken before; None for a new one."""
    table = tables.message_taken
    return tx.execute(select(table.c.outcome).where(table.c.message_id == message_id)).scalar_one_or_none()
