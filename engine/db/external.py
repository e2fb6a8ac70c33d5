"""External tasks in the table of jobs: which are ready, who holds them. Works in the caller's transaction, never commits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, or_, select, update

from engine import codec
from engine.db import rows, tables, work
from engine.db.tables import CALL_CONTEXT
from engine.errors import NotFound
from engine.model import Job, JobState, ProcessInstance
from engine.ports import Transaction
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedTask:
    """A leased external task with what its program is told, and the instance that it belongs to."""

    job: Job
    call: dict[str, Any]
    instance: ProcessInstance


def lease(
    tx: Transaction, vault: KeyRing, *, worker: str, topics: Collection[str], most: int, now: datetime, seconds: float
) -> list[FetchedTask]:
    """Lease the longest waiting tasks of these topics, also those whose program let its lease run out."""
    table = tables.job
    ready = or_(
        and_(table.c.state == JobState.AVAILABLE, table.c.available_at <= now),
        and_(table.c.state == JobState.LEASED, table.c.lease_until < now),
    )
    query = select(table).where(table.c.topic.in_(list(topics)), ready).order_by(table.c.available_at, table.c.id).limit(most)
    found = tx.execute(query.with_for_update(skip_locked=True)).all()
    return [_leased(tx, vault, row, worker, now, seconds) for row in found if not _worn_out(tx, vault, row, now)]


def _worn_out(tx: Transaction, vault: KeyRing, row: Row, now: datetime) -> bool:
    """Whether a task has outlived too many programs; then it is given up."""
    if row.attempt < work.MOST_ATTEMPTS or row.state != JobState.LEASED:
        return False
    work.give_up(tx, vault, _job(row), "its programs vanished", now)
    return True


def _leased(tx: Transaction, vault: KeyRing, row: Row, worker: str, now: datetime, seconds: float) -> FetchedTask:
    changes = {
        "state": JobState.LEASED,
        "lease_owner": worker,
        "lease_until": now + timedelta(seconds=seconds),
        "attempt": row.attempt + 1,
    }
    tx.execute(update(tables.job).where(tables.job.c.id == row.id).values(**changes))
    columns = select(*rows.INSTANCE_COLUMNS).where(tables.process_instance.c.id == row.instance_id)
    return FetchedTask(
        job=_job(row, **changes),
        call=codec.decode(vault.open(row.call_sealed, context=CALL_CONTEXT)),
        instance=rows.instance(tx.execute(columns).one()),
    )


def _job(row: Row, **changes: Any) -> Job:
    values = {name: value for name, value in row._mapping.items() if name != "call_sealed"} | changes
    return Job(**{**values, "state": JobState(values["state"])})


def task(tx: Transaction, task_id: int, *, lock: bool = False) -> Job:
    """One external task; `lock` keeps other writers of it waiting. Raises NotFound."""
    query = select(*rows.JOB_COLUMNS).where(tables.job.c.id == task_id, tables.job.c.topic.is_not(None))
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound(f"There is no external task {task_id}.", task_id=task_id)
    return rows.job(row)


def extend(tx: Transaction, task_id: int, until: datetime) -> None:
    """Move the end of a lease."""
    tx.execute(update(tables.job).where(tables.job.c.id == task_id).values(lease_until=until))
