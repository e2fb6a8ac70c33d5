"""Who runs which job: the columns of the table `job` that say it. Works in the caller's transaction and never commits.

External tasks (jobs with a topic) are none of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Integer, bindparam, func, literal, or_, select, update

from engine import codec
from engine.db import rows, tables, work
from engine.db.statements import Statement, given
from engine.db.tables import CALL_CONTEXT
from engine.model import Job, JobState
from engine.ports import Transaction
from engine.queue import Lease
from engine.vault import KeyRing

JOB, INSTANCE = tables.job, tables.process_instance
LOCK_CLASS = 1 << 62
"""Keeps our advisory locks, one an instance, apart from others."""

MOST_TAKEN_BACK = 100

OURS = JOB.c.topic.is_(None)
LEASED = (JOB.c.state == JobState.LEASED, OURS)
WAITING = (JOB.c.state == JobState.AVAILABLE, OURS, JOB.c.available_at <= given(JOB.c.available_at, "now"))
BUSY_INSTANCES = select(JOB.c.instance_id).where(*LEASED, JOB.c.lease_until > given(JOB.c.lease_until, "now"))
COLUMNS = (*JOB.columns, INSTANCE.c.process_key, INSTANCE.c.version)

ANY_DUE = Statement(select(JOB.c.id).where(*WAITING).limit(1))
ANY_LOST = Statement(select(JOB.c.id).where(*LEASED, JOB.c.lease_until <= given(JOB.c.lease_until, "now")).limit(1))
_CANDIDATES = (
    select(*COLUMNS)
    .join(INSTANCE, INSTANCE.c.id == JOB.c.instance_id)
    .where(*WAITING, JOB.c.instance_id.not_in(BUSY_INSTANCES))
    .order_by(JOB.c.available_at, JOB.c.id)
    .limit(bindparam("most", type_=Integer))
    .with_for_update(skip_locked=True, of=JOB)
)
CANDIDATES = Statement(_CANDIDATES)
_LOCKED = _CANDIDATES.subquery("candidate")
CANDIDATES_OF_FREE_INSTANCES = Statement(
    select(_LOCKED).where(func.pg_try_advisory_xact_lock(_LOCKED.c.instance_id + literal(LOCK_CLASS, tables.Key)))
)


def is_any_due(tx: Transaction, now: datetime) -> bool:
    """Whether a job waits for a worker; its instance may be busy."""
    return bool(ANY_DUE.column(tx, now=now))


def is_any_lost(tx: Transaction, now: datetime) -> bool:
    """Whether a lease ran out."""
    return bool(ANY_LOST.column(tx, now=now))


def lock_due(tx: Transaction, now: datetime, limit: int) -> list[Mapping[str, Any]]:
    """At most `limit` due jobs with their process's key and version, each of another instance, the longest waiting first.

    They are locked; `take` makes them leases.
    """
    # of two workers that take two jobs of one instance at once, one has to see the other: that is what the lock is for
    statement = CANDIDATES if tx.dialect.name == "sqlite" else CANDIDATES_OF_FREE_INSTANCES
    found: dict[int, Mapping[str, Any]] = {}
    for row in statement.all(tx, now=now, most=limit):
        found.setdefault(row["instance_id"], row)
    return sorted(found.values(), key=lambda row: (row["available_at"], row["id"]))


def named(tx: Transaction, job_ids: Collection[int]) -> list[Mapping[str, Any]]:
    """These jobs with their process's key and version."""
    query = select(*COLUMNS).join(INSTANCE, INSTANCE.c.id == JOB.c.instance_id).where(JOB.c.id.in_(job_ids))
    return [dict(row._mapping) for row in tx.execute(query)]


def take(
    tx: Transaction,
    vault: KeyRing,
    wanted: Sequence[Mapping[str, Any]],
    *,
    worker: str,
    now: datetime,
    seconds: float,
    receipts: Mapping[int, int] | None = None,
) -> list[Lease]:
    """Lease those of the wanted jobs that are still to be done and whose instance nobody else works for, in their order."""
    if not wanted:
        return []
    changes = {"state": JobState.LEASED, "lease_owner": worker, "lease_until": now + timedelta(seconds=seconds)}
    ids = {f"id_{number}": row["id"] for number, row in enumerate(wanted)}
    found = _take_of(len(ids)).all(tx, **ids, now=now, lease_owner=worker, lease_until=changes["lease_until"])
    attempts = {row["id"]: row["attempt"] for row in found}
    return [
        _lease({**row, **changes, "attempt": attempts[row["id"]]}, vault, (receipts or {}).get(row["id"]))
        for row in wanted
        if row["id"] in attempts
    ]


@cache
def _take_of(count: int) -> Statement:
    """Lease so many jobs, as far as they are free; their ids and attempts."""
    free = JOB.c.instance_id.not_in(BUSY_INSTANCES)
    named = or_(*(JOB.c.id == given(JOB.c.id, f"id_{number}") for number in range(count)))
    taken = update(JOB).where(named, JOB.c.state == JobState.AVAILABLE, OURS, free)
    lease = {"lease_owner": given(JOB.c.lease_owner), "lease_until": given(JOB.c.lease_until)}
    return Statement(taken.values(state=JobState.LEASED, attempt=JOB.c.attempt + 1, **lease).returning(JOB.c.id, JOB.c.attempt))


def _lease(values: dict[str, Any], vault: KeyRing, receipt: int | None) -> Lease:
    call = codec.decode(vault.open(values.pop("call_sealed"), context=CALL_CONTEXT))
    process_key, version = values.pop("process_key"), values.pop("version")
    return Lease(job=Job(**values), call=call, process_key=process_key, version=version, receipt=receipt)


def renew(tx: Transaction, held: Collection[Lease], *, worker: str, until: datetime) -> set[int]:
    """Move the end of leases; the ids of the jobs that the worker still holds in the attempt that it knows of."""
    attempts = {lease.job.id: lease.job.attempt for lease in held}
    query = update(JOB).where(JOB.c.id.in_(attempts), *LEASED, JOB.c.lease_owner == worker)
    renewed = tx.execute(query.values(lease_until=until).returning(JOB.c.id, JOB.c.attempt))
    return {row.id for row in renewed if row.attempt == attempts[row.id]}


def take_back_lost(tx: Transaction, vault: KeyRing, *, lost_before: datetime, now: datetime) -> list[Job]:
    """Make jobs available again whose lease ran out before an instant; those that wear out workers are given up. All of them."""
    query = select(*rows.JOB_COLUMNS).where(*LEASED, JOB.c.lease_until <= lost_before)
    return _take_back(tx, vault, query.limit(MOST_TAKEN_BACK), now, mark=None)


def take_back(tx: Transaction, vault: KeyRing, job_ids: Collection[int], now: datetime, *, mark: str | None) -> list[int]:
    """Make leased jobs available again, marked as `mark`; their ids."""
    found = _take_back(tx, vault, select(*rows.JOB_COLUMNS).where(*LEASED, JOB.c.id.in_(job_ids)), now, mark=mark)
    return [job.id for job in found if not _worn_out(job)]


def _worn_out(job: Job) -> bool:
    return job.attempt >= work.MOST_ATTEMPTS


def _take_back(tx: Transaction, vault: KeyRing, query: Any, now: datetime, *, mark: str | None) -> list[Job]:
    found = [rows.job(row) for row in tx.execute(query.order_by(JOB.c.id).with_for_update(skip_locked=True))]
    for job in found:
        if _worn_out(job):
            work.give_up(tx, vault, job, "its workers vanished", now)
    again = [job.id for job in found if not _worn_out(job)]
    changes = {"state": JobState.AVAILABLE, "lease_owner": mark, "lease_until": None}
    tx.execute(update(JOB).where(JOB.c.id.in_(again)).values(**changes))
    return found


def unmark(tx: Transaction, job_ids: Collection[int]) -> None:
    """Take the mark off jobs that are given out no more; whatever makes one available lets `mark_due` find it."""
    query = update(JOB).where(JOB.c.id.in_(job_ids), JOB.c.state != JobState.LEASED)
    tx.execute(query.values(lease_owner=None))


def mark_due(tx: Transaction, mark: str, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Mark at most `limit` due jobs that bear no mark yet, the longest waiting first; their ids with those of their instances."""
    unmarked = (JOB.c.state == JobState.AVAILABLE, OURS, JOB.c.lease_owner.is_(None), JOB.c.available_at <= now)
    query = select(JOB.c.id, JOB.c.instance_id).where(*unmarked).order_by(JOB.c.available_at, JOB.c.id).limit(limit)
    found = [(row.id, row.instance_id) for row in tx.execute(query.with_for_update(skip_locked=True))]
    if found:
        tx.execute(update(JOB).where(JOB.c.id.in_([job_id for job_id, _ in found])).values(lease_owner=mark))
    return found


def may_tend(tx: Transaction) -> bool:
    """Whether no other transaction tends the queue just now (PostgreSQL); until this one ends, none will."""
    return tx.execute(select(func.pg_try_advisory_xact_lock(LOCK_CLASS))).scalar_one()
