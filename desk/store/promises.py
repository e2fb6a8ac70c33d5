"""What we told customers about when; see desk.limits.promises."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from desk import tables
from desk.limits.promises import Promise
from desk.store.sealing import seal, unseal
from desk.tables import PROMISE
from engine.db.arrays import is_among
from engine.ports import Transaction
from engine.vault import KeyRing

PLAIN = ("promised_at", "due_at", "by", "approved_by", "fulfilled_at", "withdrawn_at")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPromise:
    """A promise with its id."""

    id: int
    case_number: str
    promise: Promise


def add(tx: Transaction, vault: KeyRing, number: str, given: Promise) -> int:
    """Keep a new promise; its id."""
    values = {"case_number": number, **{name: getattr(given, name) for name in PLAIN}}
    query = insert(tables.promise).values(**values, reason_sealed=seal(vault, given.reason, PROMISE))
    return int(tx.execute(query.returning(tables.promise.c.id)).scalar_one())


def save(tx: Transaction, vault: KeyRing, kept: KeptPromise) -> None:
    """Keep what became of a promise."""
    given = kept.promise
    apology = seal(vault, given.apology, PROMISE) if given.apology else None
    values = {"fulfilled_at": given.fulfilled_at, "withdrawn_at": given.withdrawn_at, "apology_sealed": apology}
    tx.execute(update(tables.promise).where(tables.promise.c.id == kept.id).values(**values))


def of_case(tx: Transaction, vault: KeyRing, number: str) -> list[KeptPromise]:
    """All promises of a case, the latest last."""
    table = tables.promise
    found = tx.execute(select(table).where(table.c.case_number == number).order_by(table.c.id)).all()
    return [_kept(row, vault) for row in found]


def approved(tx: Transaction, numbers: Collection[str]) -> dict[str, list[Promise]]:
    """The approved promises of the cases, by case, in one statement; without their texts."""
    table, found = tables.promise, {}
    query = select(table).where(is_among(tx, table.c.case_number, numbers), table.c.approved_by.is_not(None))
    for row in tx.execute(query.order_by(table.c.id)):
        found.setdefault(row.case_number, []).append(_kept(row, None).promise)
    return found


def drop_open(tx: Transaction, number: str, at: datetime) -> None:
    """What was promised goes on in another case: take it back at all promises that are open, without a word to the customer."""
    table = tables.promise
    open_ones = (table.c.case_number == number, table.c.fulfilled_at.is_(None), table.c.withdrawn_at.is_(None))
    tx.execute(update(table).where(*open_ones).values(withdrawn_at=at))


def fulfil_open(tx: Transaction, number: str, at: datetime) -> None:
    """What was promised is done: note it at all promises of a case that weren't taken back."""
    table = tables.promise
    open_ones = (table.c.case_number == number, table.c.fulfilled_at.is_(None), table.c.withdrawn_at.is_(None))
    tx.execute(update(table).where(*open_ones).values(fulfilled_at=at))


def _kept(row: Row, vault: KeyRing | None) -> KeptPromise:
    texts = {name: getattr(row, f"{name}_sealed") for name in ("reason", "apology")}
    told = {name: unseal(vault, text, PROMISE) if vault and text else "" for name, text in texts.items()}
    plain = {name: row._mapping[name] for name in PLAIN}
    return KeptPromise(id=row.id, case_number=row.case_number, promise=Promise(**plain, **told))
