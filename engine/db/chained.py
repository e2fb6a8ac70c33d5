"""Instances and their history as they stand in the tables, to be checked against the chain. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, or_, select

from engine.chain import ChainedInstance, ChainedRow, Link
from engine.db import tables
from engine.db.tables import HISTORY_CONTEXT
from engine.errors import VaultError
from engine.ports import Transaction
from engine.vault import KeyRing

PAGE = 1000


def instances(
    tx: Transaction, *, after_id: int, limit: int, keys: Sequence[str] = (), since: datetime | None = None
) -> list[ChainedInstance]:
    """At most `limit` instances in the order of their ids.

    `keys` keeps those with these business keys, and what they called; `since` leaves out those whose last event was
    recorded before it.
    """
    table, last = tables.process_instance, tables.history_event
    query = select(*(table.c[name] for name in ChainedInstance.__slots__)).where(table.c.id > after_id)
    if keys:
        query = query.where(or_(*(_with_called(key) for key in keys)))
    if since is not None:
        at_end = and_(last.c.instance_id == table.c.id, last.c.seq == table.c.history_length - 1)
        query = query.where(~select(last.c.seq).where(at_end, last.c.recorded_at < since).exists())
    return [ChainedInstance(**row._mapping) for row in tx.execute(query.order_by(table.c.id).limit(limit))]


def _with_called(key: str) -> Any:
    column = tables.process_instance.c.business_key
    return or_(column == key, column.startswith(f"{key}/", autoescape=True))


def history(tx: Transaction, vault: KeyRing, instance_id: int) -> Iterator[ChainedRow]:
    """An instance's history in order; never more than a page of it is in memory."""
    table = tables.history_event
    after = -1
    while True:
        query = select(table).where(table.c.instance_id == instance_id, table.c.seq > after).order_by(table.c.seq).limit(PAGE)
        page = tx.execute(query).all()
        yield from (_row(row, vault) for row in page)
        if len(page) < PAGE:
            return
        after = page[-1].seq


def _row(row: Any, vault: KeyRing) -> ChainedRow:
    values = dict(row._mapping)
    link, sealed = values.pop("hash"), values.pop("data_sealed")
    try:
        event = Link(**values, data=vault.open(sealed, context=HISTORY_CONTEXT))
    except VaultError as error:
        return ChainedRow(seq=row.seq, hash=link, event=None, unreadable=error.message)
    return ChainedRow(seq=row.seq, hash=link, event=event)


def first_chained(tx: Transaction) -> int | None:
    """The id of the first instance whose history is chained from its first event on; None when there is none."""
    table = tables.history_event
    query = select(table.c.instance_id).where(table.c.seq == 0, table.c.hash.is_not(None))
    return tx.execute(query.order_by(table.c.instance_id).limit(1)).scalar_one_or_none()
