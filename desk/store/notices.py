"""Notices in the app, and who looked at a full contact."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from desk import tables
from desk.store.sealing import seal, unseal
from desk.tables import NOTICE, REASON
from engine.db.arrays import is_among
from engine.ports import Transaction
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A notice for a person. The same `idempotency_key` is written once."""

    login: str
    template: str
    subject: str
    body: str
    idempotency_key: str
    case_number: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A notice as its person sees it."""

    id: int
    case_number: str | None
    template: str
    subject: str
    body: str
    created_at: datetime
    read_at: datetime | None


def add(tx: Transaction, vault: KeyRing, notice: NewNotice, at: datetime) -> bool:
    """Write a notice; False when its key was written before."""
    table = tables.notice
    text = json.dumps([notice.subject, notice.body], ensure_ascii=False)
    values = {field: getattr(notice, field) for field in ("login", "template", "idempotency_key", "case_number")}
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    query = dialect.insert(table).values(**values, text_sealed=seal(vault, text, NOTICE), created_at=at)
    return tx.execute(query.on_conflict_do_nothing(index_elements=[table.c.idempotency_key])).rowcount == 1


def written(tx: Transaction, idempotency_keys: Iterable[str]) -> frozenset[str]:
    """Under which of these keys a notice was written."""
    key = tables.notice.c.idempotency_key
    return frozenset(tx.execute(select(key).where(is_among(tx, key, idempotency_keys))).scalars())


def newest_key(tx: Transaction, login: str, prefix: str) -> str:
    """The idempotency key, beginning with `prefix`, of the newest such notice of a person; empty for none."""
    table = tables.notice
    where = (table.c.login == login, table.c.idempotency_key.startswith(prefix, autoescape=True))
    query = select(table.c.idempotency_key).where(*where).order_by(table.c.id.desc()).limit(1)
    return tx.execute(query).scalar() or ""


def of_person(tx: Transaction, vault: KeyRing, login: str, *, limit: int, unread_only: bool) -> list[Notice]:
    """The newest notices of a person."""
    table = tables.notice
    query = select(table).where(table.c.login == login).order_by(table.c.id.desc()).limit(limit)
    if unread_only:
        query = query.where(table.c.read_at.is_(None))
    found = []
    for row in tx.execute(query):
        subject, body = json.loads(unseal(vault, row.text_sealed, NOTICE))
        values = {field: getattr(row, field) for field in ("id", "case_number", "template", "created_at", "read_at")}
        found.append(Notice(**values, subject=subject, body=body))
    return found


def unread(tx: Transaction, login: str) -> int:
    """How many notices a person hasn't read."""
    query = select(func.count()).select_from(tables.notice)
    return tx.execute(query.where(tables.notice.c.login == login, tables.notice.c.read_at.is_(None))).scalar_one()


def newest(tx: Transaction) -> int:
    """The largest id of all notices; 0 when there are none."""
    return tx.execute(select(func.max(tables.notice.c.id))).scalar_one() or 0


def after(tx: Transaction, number: int, *, limit: int, login: str | None = None) -> list[tuple[int, str]]:
    """Notices with a larger id, of all people or of one, as (id, login) in order."""
    table = tables.notice
    query = select(table.c.id, table.c.login).where(table.c.id > number, *([table.c.login == login] if login else []))
    return [(row.id, row.login) for row in tx.execute(query.order_by(table.c.id).limit(limit))]


def mark_read(tx: Transaction, login: str, ids: Collection[int] | None, at: datetime) -> None:
    """Mark notices of a person as read; all without `ids`."""
    query = update(tables.notice).where(tables.notice.c.login == login, tables.notice.c.read_at.is_(None))
    tx.execute((query if ids is None else query.where(tables.notice.c.id.in_(list(ids)))).values(read_at=at))


def add_disclosure(tx: Transaction, vault: KeyRing, *, number: str, by: str, what: str, reason: str, at: datetime) -> None:
    """Log that somebody looked at something masked, and why."""
    sealed = seal(vault, reason, REASON)
    tx.execute(insert(tables.disclosure).values(case_number=number, by=by, what=what, reason_sealed=sealed, at=at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Somebody looked at something masked."""

    by: str
    what: str
    reason: str
    at: datetime


def disclosures(tx: Transaction, vault: KeyRing, number: str) -> list[Disclosure]:
    """Who looked at what of a case, in order."""
    table = tables.disclosure
    query = select(table).where(table.c.case_number == number).order_by(table.c.id)
    return [
        Disclosure(by=row.by, what=row.what, reason=unseal(vault, row.reason_sealed, REASON), at=row.at)
        for row in tx.execute(query)
    ]
