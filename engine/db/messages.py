"""The write side of messages: who waits for one, which ones were taken. Works in the caller's transaction and never commits."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from engine.db import rows, tables
from engine.db.statements import Statement, given, insert_into
from engine.model import MessageSubscription, SubscriptionKind
from engine.ports import Transaction

_waits = tables.message_subscription.c
_NAMES = ("instance_id", "token_id", "activity_id", "kind", "message_name", "correlation_key")
_OF_NAME = select(tables.message_subscription).where(_waits.message_name == given(_waits.message_name))

INSERT = insert_into(tables.message_subscription, _NAMES)
DELETE = Statement(
    delete(tables.message_subscription).where(
        _waits.instance_id == given(_waits.instance_id), _waits.token_id == given(_waits.token_id)
    )
)
FIND = Statement(
    _OF_NAME.where(_waits.kind == SubscriptionKind.MESSAGE, _waits.correlation_key == given(_waits.correlation_key))
    .order_by(_waits.id)
    .limit(1)
)
LISTENERS = Statement(_OF_NAME.where(_waits.kind == SubscriptionKind.SIGNAL).order_by(_waits.instance_id, _waits.id))
LISTENERS_OF_ONE = Statement(
    _OF_NAME.where(_waits.kind == SubscriptionKind.SIGNAL, _waits.instance_id == given(_waits.instance_id)).order_by(_waits.id)
)


def insert_subscription(tx: Transaction, **values: Any) -> None:
    INSERT.run(tx, **values)


def delete_subscription(tx: Transaction, instance_id: int, token_id: str) -> None:
    DELETE.run(tx, instance_id=instance_id, token_id=token_id)


def find_subscription(tx: Transaction, name: str, correlation_key: str) -> MessageSubscription | None:
    """The longest waiting token for a message, or None."""
    record = FIND.one_or_none(tx, message_name=name, correlation_key=correlation_key)
    return rows.subscription(record) if record else None


def find_listeners(tx: Transaction, signal: str, instance_id: int | None = None) -> list[MessageSubscription]:
    """The tokens that wait for a signal, by instance, those of one instance by age; of all instances unless one is named."""
    if instance_id is None:
        found = LISTENERS.all(tx, message_name=signal)
    else:
        found = LISTENERS_OF_ONE.all(tx, message_name=signal, instance_id=instance_id)
    return [rows.subscription(record) for record in found]


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
