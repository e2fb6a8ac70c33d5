"""Tiers that were given to customers and that their open cases are to follow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select

from desk import tables
from desk.model import CaseState
from desk.store.sealing import seal, unseal
from desk.tables import REASON
from engine.ports import Transaction
from engine.vault import KeyRing

_change = tables.tier_change.c
_case = tables.case.c


@dataclass(frozen=True, slots=True, kw_only=True)
class TierChange:
    """The last tier that somebody gave to a customer."""

    customer_id: int
    tier: str
    reason: str
    by: str
    at: datetime


def keep(tx: Transaction, vault: KeyRing, change: TierChange) -> None:
    """Keep a change, in place of one before of the same customer."""
    tx.execute(delete(tables.tier_change).where(_change.customer_id == change.customer_id))
    told = {"customer_id": change.customer_id, "tier": change.tier, "by": change.by, "at": change.at}
    tx.execute(insert(tables.tier_change).values(**told, reason_sealed=seal(vault, change.reason, REASON)))


def of_customer(tx: Transaction, vault: KeyRing, customer_id: int) -> TierChange | None:
    """The change that a customer's cases are to follow; None when they all did."""
    row = tx.execute(select(tables.tier_change).where(_change.customer_id == customer_id)).one_or_none()
    if row is None:
        return None
    reason = unseal(vault, row.reason_sealed, REASON)
    return TierChange(customer_id=row.customer_id, tier=row.tier, reason=reason, by=row.by, at=row.at)


def _behind() -> list[ColumnElement[bool]]:
    return [_case.customer_id == _change.customer_id, _case.tier != _change.tier, _case.state != CaseState.CLOSED]


def behind(tx: Transaction, limit: int, *, but: Collection[str] = ()) -> list[str]:
    """Open cases, without some, that are to follow: of the oldest change first."""
    query = select(_case.number).join(tables.tier_change, _case.customer_id == _change.customer_id)
    query = query.where(*_behind(), _case.number.not_in(list(but)))
    return list(tx.execute(query.order_by(_change.at, _change.customer_id, _case.number).limit(limit)).scalars())


def _followed(before: datetime) -> list[ColumnElement[bool]]:
    return [_change.at <= before, ~select(_case.number).where(*_behind()).correlate(tables.tier_change).exists()]


def followed(tx: Transaction, before: datetime) -> bool:
    """Whether all open cases have followed any change that was made before."""
    return tx.execute(select(_change.customer_id).where(*_followed(before)).limit(1)).first() is not None


def forget_followed(tx: Transaction, before: datetime) -> int:
    """Forget the changes, made before, that no open case has to follow any more; how many."""
    return tx.execute(delete(tables.tier_change).where(*_followed(before))).rowcount
