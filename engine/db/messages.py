"""The write side of messages: who waits for one, which are buffered, which were taken. Works in the caller's transaction and
never commits.

Whoever begins to wait looks into the buffer first, and whoever buffers a message looks first whether somebody waits. On
PostgreSQL both hold a lock on the message's name and key meanwhile, so that two transactions at the same time can't miss
each other. An instance is always locked before a name and key.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import BigInteger, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import codec
from engine.db import rows, tables
from engine.db.statements import Statement, given, insert_into
from engine.db.tables import MESSAGE_CONTEXT
from engine.model import BufferedMessage, MessageSubscription, SubscriptionKind
from engine.ports import Transaction
from engine.vault import KeyRing

_waits = tables.message_subscription.c
_NAMES = ("instance_id", "token_id", "activity_id", "kind", "message_name", "correlation_key")
_OF_NAME = select(tables.message_subscription).where(_waits.message_name == given(_waits.message_name))

INSERT = insert_into(tables.message_subscription, _NAMES)
DELETE = Statement(
    delete(tables.message_subscription).where(
        _waits.instance_id == given(_waits.instance_id), _waits.token_id == given(_waits.token_id)
    )
)
_OF_KEY = _OF_NAME.where(_waits.kind == SubscriptionKind.MESSAGE, _waits.correlation_key == given(_waits.correlation_key))
FIND = Statement(_OF_KEY.order_by(_waits.id).limit(1))
FIND_IN_ONE = Statement(_OF_KEY.where(_waits.instance_id == given(_waits.instance_id)).order_by(_waits.id).limit(1))
LISTENERS = Statement(_OF_NAME.where(_waits.kind == SubscriptionKind.SIGNAL).order_by(_waits.instance_id, _waits.id))
LISTENERS_OF_ONE = Statement(
    _OF_NAME.where(_waits.kind == SubscriptionKind.SIGNAL, _waits.instance_id == given(_waits.instance_id)).order_by(_waits.id)
)
_buffered = tables.buffered_message.c
_KEY = bindparam("key", type_=BigInteger)
LOCK = Statement(select(func.pg_advisory_xact_lock(_KEY).label("held")))
LOCK_SHARED = Statement(select(func.pg_advisory_xact_lock_shared(_KEY).label("held")))
FIRST_BUFFERED = Statement(
    select(_buffered.id)
    .where(
        _buffered.name == given(_buffered.name),
        _buffered.correlation_key == given(_buffered.correlation_key),
        _buffered.expires_at > given(_buffered.expires_at),
    )
    .order_by(_buffered.published_at, _buffered.id)
    .limit(1)
)


# -- who waits


def insert_subscription(tx: Transaction, **values: Any) -> None:
    INSERT.run(tx, **values)


def delete_subscription(tx: Transaction, instance_id: int, token_id: str) -> None:
    DELETE.run(tx, instance_id=instance_id, token_id=token_id)


def find_subscription(
    tx: Transaction, name: str, correlation_key: str, instance_id: int | None = None
) -> MessageSubscription | None:
    """The longest waiting token for a message, or None; of all instances unless one is named."""
    wanted = {"message_name": name, "correlation_key": correlation_key}
    if instance_id is None:
        record = FIND.one_or_none(tx, **wanted)
    else:
        record = FIND_IN_ONE.one_or_none(tx, **wanted, instance_id=instance_id)
    return rows.subscription(record) if record else None


def find_listeners(tx: Transaction, signal: str, instance_id: int | None = None) -> list[MessageSubscription]:
    """The tokens that wait for a signal, by instance, those of one instance by age; of all instances unless one is named."""
    if instance_id is None:
        found = LISTENERS.all(tx, message_name=signal)
    else:
        found = LISTENERS_OF_ONE.all(tx, message_name=signal, instance_id=instance_id)
    return [rows.subscription(record) for record in found]


def keep_publishers_out(tx: Transaction, name: str, correlation_key: str) -> None:
    """Until this transaction ends, nobody finds out that nobody waits. Others may begin to wait at the same time."""
    _lock(tx, name, correlation_key, LOCK_SHARED)


def keep_waiters_out(tx: Transaction, name: str, correlation_key: str) -> None:
    """Wait for those who are just beginning to wait; until this transaction ends, nobody else begins to."""
    _lock(tx, name, correlation_key, LOCK)


def _lock(tx: Transaction, name: str, correlation_key: str, lock: Statement) -> None:
    # SQLite has one writer at a time anyway
    if tx.dialect.name == "postgresql":
        digest = blake2b(f"{name}\0{correlation_key}".encode(), digest_size=8).digest()
        lock.value(tx, key=int.from_bytes(digest, signed=True))


# -- which are buffered


def insert_buffered(tx: Transaction, vault: KeyRing, *, data: Mapping[str, Any], **values: Any) -> None:
    """Keep a message until it is taken or expires."""
    sealed = vault.seal(codec.encode(dict(data)), context=MESSAGE_CONTEXT)
    tx.execute(insert(tables.buffered_message).values(**values, data_sealed=sealed))


def first_buffered(tx: Transaction, name: str, correlation_key: str, at: datetime) -> BufferedMessage | None:
    """The message published first that hasn't expired at `at`, locked; None when there is none."""
    table = tables.buffered_message
    while found := FIRST_BUFFERED.column(tx, name=name, correlation_key=correlation_key, expires_at=at):
        query = select(*rows.BUFFERED_COLUMNS).where(table.c.id == found[0]).with_for_update()
        row = tx.execute(query).one_or_none()
        if row is not None:
            return BufferedMessage(**row._mapping)
    return None


def take_buffered(tx: Transaction, vault: KeyRing, message: BufferedMessage) -> dict[str, Any]:
    """Take a locked message out of the buffer; the data of it."""
    table = tables.buffered_message
    sealed = tx.execute(delete(table).where(table.c.id == message.id).returning(table.c.data_sealed)).scalar_one()
    return codec.decode(vault.open(sealed, context=MESSAGE_CONTEXT))


def drop_expired(tx: Transaction, now: datetime, limit: int) -> int:
    """Drop at most `limit` expired messages, so that their ids are free again; how many were dropped."""
    table, taken = tables.buffered_message, tables.message_taken
    query = select(table.c.id, table.c.message_id).where(table.c.expires_at <= now)
    expired = tx.execute(query.order_by(table.c.expires_at, table.c.id).limit(limit))
    found = {row.id: row.message_id for row in expired}
    # an id is locked before its message, as by whoever sends it again; what somebody works on is left for the next time
    named = taken.c.message_id.in_([message_id for message_id in found.values() if message_id])
    ids = select(taken.c.message_id).where(named).order_by(taken.c.message_id).with_for_update(skip_locked=True)
    locked = set(tx.execute(ids).scalars())
    free = [row for row, message_id in found.items() if message_id is None or message_id in locked]
    gone = tx.execute(delete(table).where(table.c.id.in_(free), table.c.expires_at <= now).returning(table.c.message_id))
    dropped = list(gone.scalars())
    tx.execute(delete(taken).where(taken.c.message_id.in_([message_id for message_id in dropped if message_id])))
    return len(dropped)


# -- which were taken


def claim_id(tx: Transaction, message_id: str, name: str, now: datetime) -> bool:
    """Make a message's id this transaction's own; another one that offers the same id waits until it ends.

    False when the message was taken or is buffered. One that expired in the buffer is dropped, and its id claimed.
    """
    buffered, taken = tables.buffered_message, tables.message_taken
    while not take_message_once(tx, message_id, name, now):
        held = select(taken.c.message_id).where(taken.c.message_id == message_id).with_for_update()
        if tx.execute(held).one_or_none() is None:
            continue
        expired = delete(buffered).where(buffered.c.message_id == message_id, buffered.c.expires_at <= now)
        if not tx.execute(expired).rowcount:
            return False
        tx.execute(update(taken).where(taken.c.message_id == message_id).values(taken_at=now))
        return True
    return True


def free_id(tx: Transaction, message_id: str) -> None:
    """Give back a claimed id: the message was neither taken nor buffered."""
    tx.execute(delete(tables.message_taken).where(tables.message_taken.c.message_id == message_id))


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
