"""What was said in a case: replies, calls, the customer's messages, internal notes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.dialects import postgresql, sqlite

from desk import tables
from desk.model import EntryKind
from desk.store.sealing import seal, unseal
from desk.tables import ENTRY
from engine.ports import Transaction
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing said. `message_id` is the outside's id, so that the same message is taken once; `id` is ours, once it is kept."""

    kind: EntryKind
    at: datetime
    by: str
    text: str
    message_id: str | None = None
    id: int = 0


def append(tx: Transaction, vault: KeyRing, number: str, entry: Entry) -> bool:
    """Add an entry for good; False when its message was taken before, also by a transaction at the same time."""
    table = tables.entry
    query = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[tx.dialect.name](table).values(
        case_number=number,
        kind=entry.kind,
        at=entry.at,
        by=entry.by,
        text_sealed=seal(vault, entry.text, ENTRY),
        message_id=entry.message_id,
    )
    kept = query.on_conflict_do_nothing(index_elements=[table.c.message_id]).returning(table.c.id)
    return tx.execute(kept).one_or_none() is not None


def case_with(tx: Transaction, message_id: str) -> str | None:
    """The case in which a message was taken; None for a new one."""
    table = tables.entry
    return tx.execute(select(table.c.case_number).where(table.c.message_id == message_id)).scalar_one_or_none()


def entries(tx: Transaction, vault: KeyRing, number: str) -> list[Entry]:
    """Everything said in a case, in order."""
    table = tables.entry
    query = select(table).where(table.c.case_number == number).order_by(table.c.at, table.c.id)
    return [_entry(vault, row) for row in tx.execute(query)]


def one(tx: Transaction, vault: KeyRing, numbers: Collection[str], entry_id: int) -> Entry | None:
    """An entry of one of these cases; None when none of them has it."""
    table = tables.entry
    row = tx.execute(select(table).where(table.c.id == entry_id, table.c.case_number.in_(list(numbers)))).one_or_none()
    return _entry(vault, row) if row else None


def latest(tx: Transaction, vault: KeyRing, numbers: Collection[str], most: int) -> list[tuple[str, Entry]]:
    """The last entries of these cases together, at most that many, in order, each with its case."""
    table = tables.entry
    query = select(table).where(table.c.case_number.in_(list(numbers))).order_by(table.c.at.desc(), table.c.id.desc())
    return [(row.case_number, _entry(vault, row)) for row in reversed(tx.execute(query.limit(most)).all())]


def _entry(vault: KeyRing, row: Row) -> Entry:
    text = unseal(vault, row.text_sealed, ENTRY)
    return Entry(kind=EntryKind(row.kind), at=row.at, by=row.by, text=text, message_id=row.message_id, id=row.id)


def contacts(tx: Transaction, number: str, kinds: Collection[EntryKind]) -> list[tuple[EntryKind, datetime]]:
    """The kind and instant of each entry of these kinds in a case, in order; what was said stays sealed."""
    table = tables.entry
    where = (table.c.case_number == number, table.c.kind.in_(list(kinds)))
    query = select(table.c.kind, table.c.at).where(*where).order_by(table.c.at, table.c.id)
    return [(EntryKind(row.kind), row.at) for row in tx.execute(query)]


def count(tx: Transaction, number: str) -> int:
    """How much was said in a case."""
    table = tables.entry
    return tx.execute(select(func.count()).select_from(table).where(table.c.case_number == number)).scalar_one()


def last_call(tx: Transaction, number: str, *, by: str) -> datetime | None:
    """When the person last noted a call with the customer of the case."""
    table = tables.entry
    where = (table.c.case_number == number, table.c.by == by, table.c.kind == EntryKind.CALL)
    return tx.execute(select(table.c.at).where(*where).order_by(table.c.at.desc()).limit(1)).scalar_one_or_none()


def times_of(tx: Transaction, number: str, kind: EntryKind) -> list[tuple[str, datetime]]:
    """By whom and when entries of a kind were made in a case, in order."""
    table = tables.entry
    query = select(table.c.by, table.c.at).where(table.c.case_number == number, table.c.kind == kind)
    return [(row.by, row.at) for row in tx.execute(query.order_by(table.c.at, table.c.id))]
