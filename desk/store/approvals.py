"""Authority, and the approvals that were asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import delete, insert, select, update

from desk import tables
from desk.collaboration.authority import Asked, Grant
from desk.model import Role
from engine.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What was asked for, and what became of it."""

    id: int
    case_number: str
    kind: str
    amount: Decimal | None
    asked_by: str
    asked_at: datetime
    decision: str | None
    decided_by: str | None
    decided_at: datetime | None

    @property
    def waited(self) -> timedelta | None:
        """From the question to the decision; None while it is open."""
        return self.decided_at - self.asked_at if self.decided_at else None


def grants(tx: Transaction) -> list[Grant]:
    """The whole matrix, by kind."""
    table = tables.authority.c
    return [
        Grant(kind=row.kind, role=Role(row.role) if row.role else None, login=row.login, up_to=_decimal(row.up_to))
        for row in tx.execute(select(tables.authority).order_by(table.kind, table.id))
    ]


def replace_grants(tx: Transaction, kind: str, granted: Sequence[Grant]) -> None:
    """Say anew who has authority for a kind."""
    tx.execute(delete(tables.authority).where(tables.authority.c.kind == kind))
    rows = [{"kind": kind, "role": one.role, "login": one.login, "up_to": _text(one.up_to)} for one in granted]
    if rows:
        tx.execute(insert(tables.authority), rows)


def ask(tx: Transaction, number: str, asked: Asked, at: datetime) -> None:
    """Keep what is asked for."""
    values = {"case_number": number, "kind": asked.kind, "amount": _text(asked.amount), "asked_by": asked.by, "asked_at": at}
    tx.execute(insert(tables.approval).values(**values))


def of_case(tx: Transaction, number: str) -> list[Approval]:
    """A case's approvals, the oldest first."""
    table = tables.approval
    found = tx.execute(select(table).where(table.c.case_number == number).order_by(table.c.id))
    return [Approval(**{**row._mapping, "amount": _decimal(row.amount)}) for row in found]


def decide(tx: Transaction, approval_id: int, *, decision: str, by: str, at: datetime) -> None:
    """Note what became of it."""
    values = {"decision": decision[:20], "decided_by": by, "decided_at": at}
    tx.execute(update(tables.approval).where(tables.approval.c.id == approval_id).values(**values))


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
