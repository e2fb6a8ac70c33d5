"""What we told customers about when; see desk.limits.promises."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, func, insert, select, update

from desk import tables
from desk.limits.promises import Promise
from desk.model import CaseState
from desk.store.cases import Readable
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


def move_open(tx: Transaction, number: str, into: str) -> None:
    """What was promised is to be kept in another case: all promises that stand are then that case's."""
    table = tables.promise
    open_ones = (table.c.case_number == number, table.c.fulfilled_at.is_(None), table.c.withdrawn_at.is_(None))
    tx.execute(update(table).where(*open_ones).values(case_number=into))


def untold(tx: Transaction, now: datetime, limit: int, *, but: Collection[str] = ()) -> list[tuple[int, str]]:
    """Promises that were broken and of which nobody was told: id and case, the first due in front, but those of some cases."""
    table = tables.promise
    query = _standing(select(table.c.id, table.c.case_number)).where(table.c.due_at < now, table.c.told_at.is_(None))
    query = query.where(table.c.case_number.not_in(list(but)))
    return [(row.id, row.case_number) for row in tx.execute(query.order_by(table.c.due_at, table.c.id).limit(limit))]


def take_told(tx: Transaction, promise_id: int, at: datetime) -> bool:
    """Note that people are told now that a promise is broken; False when they were, or it stands no more."""
    table = tables.promise
    same = (table.c.id == promise_id, table.c.told_at.is_(None), table.c.fulfilled_at.is_(None), table.c.withdrawn_at.is_(None))
    return tx.execute(update(table).where(*same).values(told_at=at)).rowcount == 1


def standing(
    tx: Transaction, vault: KeyRing, readable: Readable, *, limit: int, due_before: datetime | None = None
) -> list[KeptPromise]:
    """Promises that are neither kept nor taken back, of open cases that may be read, the first due in front."""
    query = _due(_standing(select(tables.promise)).where(readable.condition()), due_before)
    return [_kept(row, vault) for row in tx.execute(query.order_by(tables.promise.c.due_at, tables.promise.c.id).limit(limit))]


def count_standing(tx: Transaction, readable: Readable, *, due_before: datetime | None = None) -> int:
    """How many of them there are."""
    query = _standing(select(func.count()).select_from(tables.promise)).where(readable.condition())
    return tx.execute(_due(query, due_before)).scalar_one()


def _standing(query: Select) -> Select:
    table = tables.promise.c
    query = query.join(tables.case, tables.case.c.number == table.case_number)
    return query.where(table.fulfilled_at.is_(None), table.withdrawn_at.is_(None), tables.case.c.state != CaseState.CLOSED)


def _due(query: Select, before: datetime | None) -> Select:
    return query if before is None else query.where(tables.promise.c.due_at < before)


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
