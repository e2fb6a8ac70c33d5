"""The write side of jobs and incidents: settle, raise, resolve. Works in the caller's transaction and never commits.

Who runs a job is said in engine.db.leases.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from engine import codec
from engine.db import rows, tables
from engine.db.statements import Statement, given, insert_into, update_where
from engine.db.tables import CALL_CONTEXT, INCIDENT_CONTEXT
from engine.errors import NotFound
from engine.model import Incident, IncidentState, Job, JobState
from engine.ports import Transaction
from engine.vault import KeyRing

MOST_ATTEMPTS = 20
"""So often a job is given out again after its worker vanished with it; then it may be the job that kills workers."""

UNSETTLED = (JobState.AVAILABLE, JobState.LEASED, JobState.HELD, JobState.FAILED)


HELD = Statement(
    select(tables.job.c.state, tables.job.c.attempt).where(tables.job.c.id == given(tables.job.c.id)).with_for_update()
)


def insert_job(tx: Transaction, vault: KeyRing, *, call: dict[str, Any], **values: Any) -> int:
    """A job to be run from `available_at` on; the id of it."""
    sealed = vault.seal(codec.encode(call), context=CALL_CONTEXT)
    statement = insert_into(tables.job, (*values, "state", "attempt", "call_sealed"), "id")
    return statement.value(tx, **values, state=JobState.AVAILABLE, attempt=0, call_sealed=sealed)


def held_job(tx: Transaction, job: Job) -> bool:
    """Whether we still hold the lease on a job: it wasn't cancelled, nor taken over by another worker."""
    found = HELD.one_or_none(tx, id=job.id)
    return found is not None and found["state"] == JobState.LEASED and found["attempt"] == job.attempt


def settle_job(tx: Transaction, job_id: int, state: JobState, **values: Any) -> None:
    """Write what became of a job."""
    changes = {"state": state, "lease_owner": None, "lease_until": None, **values}
    update_where(tables.job, tuple(changes), ("id",)).run(tx, **changes, was_id=job_id)


def give_up(tx: Transaction, vault: KeyRing, job: Job, why: str, now: datetime) -> None:
    """Fail a job for good and raise an incident, without touching its instance."""
    settle_job(tx, job.id, JobState.FAILED, retries=0)
    insert_incident(
        tx,
        vault,
        instance_id=job.instance_id,
        business_key=job.business_key,
        token_id=job.token_id,
        activity_id=job.activity_id,
        job_id=job.id,
        message=f"{job.handler}: {why}. Repair the cause, then retry.",
        created_at=now,
    )


def cancel_jobs(tx: Transaction, instance_id: int, token_id: str, now: datetime) -> None:
    """Withdraw what a token's jobs have not done yet. A worker that runs one finds its lease gone."""
    table = tables.job
    query = update(table).where(table.c.instance_id == instance_id, table.c.token_id == token_id, table.c.state.in_(UNSETTLED))
    tx.execute(query.values(state=JobState.CANCELLED, lease_owner=None, lease_until=None, available_at=now))


def hold_jobs(tx: Transaction, instance_id: int) -> None:
    """Let no job of an instance start. A worker that runs one finds its lease gone; what the lease said is kept beside."""
    table = tables.job
    query = update(table).where(table.c.instance_id == instance_id, table.c.state.in_((JobState.AVAILABLE, JobState.LEASED)))
    tx.execute(query.values(state=JobState.HELD))


def lay_down(tx: Transaction, job: Job) -> None:
    """Forget the lease of a held job whose worker has come back: nobody runs it any more."""
    table = tables.job
    query = update(table).where(table.c.id == job.id, table.c.state == JobState.HELD, table.c.attempt == job.attempt)
    tx.execute(query.values(lease_owner=None, lease_until=None))


def give_back_jobs(tx: Transaction, instance_id: int) -> None:
    """Let the held jobs of an instance start again; one that a worker may still run only when its lease has run out."""
    table = tables.job
    held = update(table).where(table.c.instance_id == instance_id, table.c.state == JobState.HELD)
    tx.execute(held.where(table.c.lease_until.is_not(None)).values(state=JobState.LEASED))
    tx.execute(held.values(state=JobState.AVAILABLE))


def insert_incident(tx: Transaction, vault: KeyRing, *, message: str, **values: Any) -> int:
    """Raise an incident; the id of it."""
    sealed = vault.seal_text(message, context=INCIDENT_CONTEXT)
    query = insert(tables.incident).values(**values, message_sealed=sealed, state=IncidentState.OPEN)
    return tx.execute(query).inserted_primary_key[0]


def incident(tx: Transaction, vault: KeyRing, incident_id: int) -> Incident:
    """One incident. Raises NotFound."""
    row = tx.execute(select(tables.incident).where(tables.incident.c.id == incident_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no incident {incident_id}.", incident_id=incident_id)
    return rows.incident(row, vault)


def resolve_incidents(tx: Transaction, instance_id: int, token_id: str, now: datetime) -> list[int]:
    """Close the open incidents of a token that went on or was withdrawn; the ids of them."""
    table = tables.incident
    query = (
        update(table)
        .where(table.c.instance_id == instance_id, table.c.token_id == token_id, table.c.state == IncidentState.OPEN)
        .values(state=IncidentState.RESOLVED, resolved_at=now)
        .returning(table.c.id)
    )
    return list(tx.execute(query).scalars())


def resolve_incident(tx: Transaction, incident_id: int, now: datetime) -> None:
    query = update(tables.incident).where(tables.incident.c.id == incident_id)
    tx.execute(query.values(state=IncidentState.RESOLVED, resolved_at=now))
