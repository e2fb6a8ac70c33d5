"""Runs that apply a version's targets to open cases, and the cases that they come to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, exists, func, insert, or_, select, update

from desk import tables
from desk.limits.in_force import TARGETS_VERSION, policy_name
from desk.model import CaseState
from desk.store.sealing import seal, unseal
from desk.tables import REASON
from engine.db import tables as engine_tables
from engine.ports import Transaction
from engine.vault import KeyRing

_run = tables.policy_run.c
_case = tables.case.c
_clock = tables.clock.c
_instance = engine_tables.process_instance.c
_variable = engine_tables.variable.c


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyRun:
    """How far a run is: `done` of `total` cases looked at, `moved` with other due instants, `failed` that couldn't be changed."""

    id: int
    process_key: str
    version: str
    reason: str
    by: str
    at: datetime
    after_case: str
    total: int
    done: int
    moved: int
    failed: int
    finished_at: datetime | None


def _others(process_key: str, version: str, after: str = "") -> list[ColumnElement[bool]]:
    """Open cases that may have other targets: those of other versions, and those of this one whose process or clocks were ever
    told another one's. Which hold says the process's sealed variable.
    """
    by_others = _clock.stopped_at.is_(None) & _clock.policy_version.not_in(("", policy_name(process_key, version)))
    promised = exists().where(_clock.case_number == _case.number, by_others)
    of_case = (_instance.process_key == _case.process_key) & (_instance.business_key == _case.number)
    applied = exists().where(of_case, _variable.instance_id == _instance.id, _variable.name == TARGETS_VERSION)
    return [
        _case.process_key == process_key,
        or_(_case.version != version, promised, applied),
        _case.state != CaseState.CLOSED,
        _case.number > after,
    ]


def count(tx: Transaction, process_key: str, version: str) -> int:
    """How many open cases a run comes to."""
    return tx.execute(select(func.count()).select_from(tables.case).where(*_others(process_key, version))).scalar_one()


def numbers(tx: Transaction, process_key: str, version: str, *, after: str, limit: int) -> list[str]:
    """The next of those cases, by number."""
    query = select(_case.number).where(*_others(process_key, version, after)).order_by(_case.number).limit(limit)
    return list(tx.execute(query).scalars())


def add(tx: Transaction, vault: KeyRing, *, process_key: str, version: str, reason: str, by: str, at: datetime) -> int:
    """Begin a run; its id."""
    values = {"process_key": process_key, "version": version, "by": by, "at": at, "after_case": ""}
    zero = dict.fromkeys(("done", "moved", "failed"), 0)
    total = count(tx, process_key, version)
    query = insert(tables.policy_run).values(**values, **zero, total=total, reason_sealed=seal(vault, reason, REASON))
    return int(tx.execute(query.returning(_run.id)).scalar_one())


def runs(tx: Transaction, vault: KeyRing, *, limit: int, only_undone: bool = False) -> list[PolicyRun]:
    """The newest runs; of those that go on, the oldest first."""
    query = select(tables.policy_run).order_by(_run.id if only_undone else _run.id.desc()).limit(limit)
    query = query.where(_run.finished_at.is_(None)) if only_undone else query
    return [_read(row, vault) for row in tx.execute(query)]


def change(tx: Transaction, run: PolicyRun, **changes: Any) -> bool:
    """Note how far a run is; False when another worker did meanwhile."""
    where = (_run.id == run.id, _run.after_case == run.after_case, _run.finished_at.is_(None))
    return tx.execute(update(tables.policy_run).where(*where).values(**changes)).rowcount == 1


def _read(row: Row, vault: KeyRing) -> PolicyRun:
    values = {name: getattr(row, name) for name in PolicyRun.__slots__ if name != "reason"}
    return PolicyRun(**values, reason=unseal(vault, row.reason_sealed, REASON))
