"""Rows of the progress table (表2). Written once, never changed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select

from desk import tables
from desk.store.sealing import seal, unseal
from desk.tables import PROGRESS
from engine.ports import Transaction
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressRow:
    """One step of work on a case. `final` rows need no next action."""

    case_number: str
    round: int
    task_id: int
    stage: str
    by: str
    started_at: datetime
    ended_at: datetime
    content: str
    customer_feedback: str
    next_action: str
    final: bool


_CLEAR = ("case_number", "round", "task_id", "stage", "by", "started_at", "ended_at", "final")


def append(tx: Transaction, vault: KeyRing, row: ProgressRow) -> None:
    """Write a row for good."""
    tx.execute(
        insert(tables.progress).values(
            **{field: getattr(row, field) for field in _CLEAR},
            content_sealed=seal(vault, row.content, PROGRESS),
            feedback_sealed=seal(vault, row.customer_feedback, PROGRESS),
            next_sealed=seal(vault, row.next_action, PROGRESS),
        )
    )


def rows(tx: Transaction, vault: KeyRing, numbers: Collection[str]) -> list[ProgressRow]:
    """All rows of the cases, case by case in the order of their work."""
    table = tables.progress
    query = select(table).where(table.c.case_number.in_(list(numbers)))
    return [
        ProgressRow(
            **{field: getattr(row, field) for field in _CLEAR},
            content=unseal(vault, row.content_sealed, PROGRESS),
            customer_feedback=unseal(vault, row.feedback_sealed, PROGRESS),
            next_action=unseal(vault, row.next_sealed, PROGRESS),
        )
        for row in tx.execute(query.order_by(table.c.case_number, table.c.started_at, table.c.id))
    ]


def last_end(tx: Transaction, number: str, *, by: str) -> datetime | None:
    """When the person's last row on the case ended."""
    table = tables.progress
    query = select(table.c.ended_at).where(table.c.case_number == number, table.c.by == by)
    return tx.execute(query.order_by(table.c.ended_at.desc()).limit(1)).scalar_one_or_none()
