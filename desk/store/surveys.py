"""Survey invitations and their answers. The link's token is stored as a hash only."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from desk import tables
from desk.store.sealing import seal, unseal
from desk.tables import ANSWERS
from engine.ports import Transaction
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One per case and round. The process waits until `until`; the link works until `expires_at`; `agent` had resolved it."""

    id: int
    case_number: str
    round: int
    salt: str
    agent: str | None
    invited_at: datetime
    until: datetime
    expires_at: datetime
    answered_at: datetime | None = None
    rating: str | None = None
    late: bool | None = None
    answers: Mapping[str, Any] | None = None


def hashed(token: str) -> bytes:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).digest()


def insert_survey(tx: Transaction, *, token: str, **values: Any) -> int:
    """Keep an invitation and the hash of its token."""
    return tx.execute(insert(tables.survey).values(**values, token_hash=hashed(token))).inserted_primary_key[0]


def of_round(tx: Transaction, vault: KeyRing, number: str, round: int) -> Survey | None:
    """The invitation of a case's round; None when there is none yet."""
    return _one(tx, vault, (tables.survey.c.case_number == number) & (tables.survey.c.round == round))


def by_token(tx: Transaction, vault: KeyRing, token: str, *, lock: bool = False) -> Survey | None:
    """The invitation behind a token; `lock` keeps other answers waiting."""
    return _one(tx, vault, tables.survey.c.token_hash == hashed(token), lock=lock)


def of_cases(tx: Transaction, vault: KeyRing, numbers: Collection[str]) -> list[Survey]:
    """All invitations of the cases, case by case and round by round."""
    table = tables.survey
    query = select(table).where(table.c.case_number.in_(list(numbers))).order_by(table.c.case_number, table.c.round)
    return [_survey(row, vault) for row in tx.execute(query)]


def ratings(tx: Transaction, process_key: str, version: str) -> list[str]:
    """All ratings that customers gave to the cases of a version."""
    query = select(tables.survey.c.rating).join(tables.case, tables.case.c.number == tables.survey.c.case_number)
    of_version = (tables.case.c.process_key == process_key, tables.case.c.version == version)
    return list(tx.execute(query.where(*of_version, tables.survey.c.rating.is_not(None))).scalars())


def record_answer(
    tx: Transaction, vault: KeyRing, survey_id: int, *, rating: str, answers: Mapping[str, Any], at: datetime, late: bool
) -> None:
    """Write the answer for good."""
    sealed = seal(vault, json.dumps(answers, ensure_ascii=False), ANSWERS)
    where = (tables.survey.c.id == survey_id, tables.survey.c.answered_at.is_(None))
    values = {"rating": rating, "answers_sealed": sealed, "answered_at": at, "late": late}
    tx.execute(update(tables.survey).where(*where).values(**values))


def withdraw(tx: Transaction, number: str, at: datetime) -> None:
    """Let the links of a case's unanswered invitations be over from now on."""
    table = tables.survey
    waiting = (table.c.case_number == number, table.c.answered_at.is_(None), table.c.expires_at > at)
    tx.execute(update(table).where(*waiting).values(expires_at=at))


def _one(tx: Transaction, vault: KeyRing, where: ColumnElement[bool], *, lock: bool = False) -> Survey | None:
    query = select(tables.survey).where(where)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    return _survey(row, vault) if row else None


def _survey(row: Row, vault: KeyRing) -> Survey:
    values = {field: getattr(row, field) for field in Survey.__slots__ if field != "answers"}
    answers = json.loads(unseal(vault, row.answers_sealed, ANSWERS)) if row.answers_sealed else None
    return Survey(**values, answers=answers)
