"""Batches of customers' suggestions, each with its verdict."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update

from desk import tables
from desk.errors import BatchNotFound, SuggestionNotFound
from desk.model import CaseType
from desk.store.sealing import seal, unseal
from desk.tables import REASON
from engine.ports import Transaction
from engine.vault import KeyRing

MOST_IN_BATCH = 1000


class SuggestionVerdict(StrEnum):
    UNDECIDED = "undecided"  # 待定: nobody has decided yet, or it is put off
    ADOPTED = "adopted"  # 采纳
    DECLINED = "declined"  # 不采纳


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Suggestions received from `from_at` until before `until_at`, handed to a team."""

    id: int
    team: str
    from_at: datetime
    until_at: datetime
    handed_by: str
    handed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A suggestion in a batch, and what was decided."""

    case_number: str
    batch_id: int
    verdict: SuggestionVerdict
    reason: str
    judged_by: str | None
    judged_at: datetime | None


def collect(tx: Transaction, from_at: datetime, until_at: datetime) -> list[str]:
    """The numbers of the suggestions received in that time that are in no batch yet, at most MOST_IN_BATCH, the oldest first."""
    case, known = tables.case.c, select(tables.suggestion.c.case_number)
    query = select(case.number).where(
        case.type == CaseType.SUGGESTION, case.received_at >= from_at, case.received_at < until_at, case.number.not_in(known)
    )
    return list(tx.execute(query.order_by(case.received_at, case.number).limit(MOST_IN_BATCH)).scalars())


def add_batch(tx: Transaction, batch: Batch, numbers: Collection[str]) -> Batch:
    """Keep a batch; a number that another batch took meanwhile fails the transaction."""
    values = {field: getattr(batch, field) for field in Batch.__slots__ if field != "id"}
    batch_id = tx.execute(insert(tables.suggestion_batch).values(**values).returning(tables.suggestion_batch.c.id)).scalar_one()
    rows = [{"case_number": one, "batch_id": batch_id, "verdict": SuggestionVerdict.UNDECIDED} for one in numbers]
    tx.execute(insert(tables.suggestion), rows)
    return Batch(id=batch_id, **values)


def batches(tx: Transaction, team_keys: Collection[str] | None, limit: int) -> list[Batch]:
    """The newest batches of these teams (None: of all), at most `limit`."""
    table = tables.suggestion_batch
    query = select(table).order_by(table.c.id.desc()).limit(limit)
    if team_keys is not None:
        query = query.where(table.c.team.in_(list(team_keys)))
    return [Batch(**row._mapping) for row in tx.execute(query)]


def batch(tx: Transaction, batch_id: int) -> Batch:
    """One batch. Raises BatchNotFound."""
    row = tx.execute(select(tables.suggestion_batch).where(tables.suggestion_batch.c.id == batch_id)).one_or_none()
    if row is None:
        raise BatchNotFound(batch_id)
    return Batch(**row._mapping)


def of_batch(tx: Transaction, vault: KeyRing, batch_id: int) -> list[Suggestion]:
    """What is in a batch, by number."""
    table = tables.suggestion
    query = select(table).where(table.c.batch_id == batch_id).order_by(table.c.case_number)
    return [
        Suggestion(
            case_number=row.case_number,
            batch_id=row.batch_id,
            verdict=SuggestionVerdict(row.verdict),
            reason=unseal(vault, row.reason_sealed, REASON) if row.reason_sealed else "",
            judged_by=row.judged_by,
            judged_at=row.judged_at,
        )
        for row in tx.execute(query)
    ]


def batch_of(tx: Transaction, number: str) -> Batch:
    """The batch that holds a suggestion. Raises SuggestionNotFound."""
    found = tx.execute(select(tables.suggestion.c.batch_id).where(tables.suggestion.c.case_number == number)).scalar_one_or_none()
    if found is None:
        raise SuggestionNotFound(number)
    return batch(tx, found)


def judge(
    tx: Transaction, vault: KeyRing, number: str, verdict: SuggestionVerdict, reason: str, *, by: str, at: datetime
) -> None:
    """Note a verdict; a later one replaces it."""
    values = {"verdict": verdict, "reason_sealed": seal(vault, reason, REASON), "judged_by": by, "judged_at": at}
    tx.execute(update(tables.suggestion).where(tables.suggestion.c.case_number == number).values(**values))
