"""Where cases wait for their customers, how often those were reminded, and when they are next."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Row, delete, insert, select, update

from desk import tables
from engine.ports import Transaction

_row = tables.wait.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A token's wait, timed by a clock of the case's round. `told` counts the reminders; `next_at` is None after the last."""

    case_number: str
    token_id: str
    round: int
    clock: str
    since: datetime
    days: int
    reminders: int
    told: int = 0
    next_at: datetime | None = None


_FIELDS = tuple(field.name for field in fields(Wait))


def begin(tx: Transaction, wait: Wait) -> None:
    """Keep a wait that begins."""
    tx.execute(insert(tables.wait).values(**{name: getattr(wait, name) for name in _FIELDS}))


def end(tx: Transaction, number: str, token_id: str) -> Wait | None:
    """Forget a token's wait, and tell what it was; None when it waited for nobody."""
    where = (_row.case_number == number, _row.token_id == token_id)
    row = tx.execute(delete(tables.wait).where(*where).returning(*tables.wait.c)).one_or_none()
    return _wait(row) if row else None


def end_all(tx: Transaction, number: str) -> None:
    """Forget the waits of a case that is over."""
    tx.execute(delete(tables.wait).where(_row.case_number == number))


def due(tx: Transaction, now: datetime, limit: int, *, but: Collection[str] = ()) -> list[Wait]:
    """Waits with a reminder that is due, the first due in front, without those of some cases."""
    query = select(tables.wait).where(_row.next_at <= now, _row.case_number.not_in(list(but)))
    return [_wait(row) for row in tx.execute(query.order_by(_row.next_at, _row.case_number).limit(limit))]


def of_token(tx: Transaction, number: str, token_id: str) -> Wait | None:
    """A token's wait; None when it went on."""
    row = tx.execute(select(tables.wait).where(_row.case_number == number, _row.token_id == token_id)).one_or_none()
    return _wait(row) if row else None


def go_on(tx: Transaction, wait: Wait, *, told: int, next_at: datetime | None) -> None:
    """Note how many reminders there were, and when the next one is due."""
    where = (_row.case_number == wait.case_number, _row.token_id == wait.token_id)
    tx.execute(update(tables.wait).where(*where).values(told=told, next_at=next_at))


def _wait(row: Row) -> Wait:
    return Wait(**{name: getattr(row, name) for name in _FIELDS})
