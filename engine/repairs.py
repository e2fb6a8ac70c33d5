"""What a person does about incidents: try again what was stopped, one or many after one repair, or close one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import structlog

from engine.commands import ResolveIncident, RetryIncident, RetryIncidents
from engine.db import queries, store, work
from engine.db.database import Database
from engine.errors import CaseloopError, IncidentHoldsToken, IncidentOver, explain
from engine.execution import Execution
from engine.history import IncidentResolved
from engine.model import OPEN_INSTANCES, Incident, IncidentState, JobState, ProcessInstance
from engine.ports import Transaction
from engine.vault import KeyRing

log = structlog.get_logger()


class Instances(Protocol):
    """What repairs ask of the engine."""

    vault: KeyRing

    def lock(self, tx: Transaction, instance_id: int) -> store.StoredInstance: ...
    def resume(self, tx: Transaction, instance_id: int) -> Execution: ...
    def take_up(self, tx: Transaction, stored: store.StoredInstance) -> Execution: ...


class Repairer(Protocol):
    """What a batch of repairs asks of the engine."""

    db: Database
    vault: KeyRing

    def retry(self, tx: Transaction, command: RetryIncident) -> ProcessInstance: ...


def retry(engine: Instances, tx: Transaction, command: RetryIncident) -> ProcessInstance:
    """Try again what an incident stopped. See Engine.retry."""
    execution, incident = _taken_up(engine, tx, command.incident_id, may_be_over=_may_outlive)
    if incident.job_id is None and incident.token_id is not None:
        execution.retry(incident.token_id, incident.activity_id)
        return execution.settle()
    if incident.job_id is not None:
        work.settle_job(tx, incident.job_id, JobState.AVAILABLE, retries=1, available_at=execution.ledger.now)
    return _closed(execution, incident)


def resolve(engine: Instances, tx: Transaction, command: ResolveIncident, reason: str) -> ProcessInstance:
    """Close an incident without trying again. See Operations.resolve."""
    execution, incident = _taken_up(engine, tx, command.incident_id, may_be_over=lambda _: True)
    if incident.token_id is not None and execution.ledger.instance.state in OPEN_INSTANCES:
        raise IncidentHoldsToken(incident.id, activity_id=incident.activity_id)
    if incident.job_id is not None:
        work.settle_job(tx, incident.job_id, JobState.CANCELLED, available_at=execution.ledger.now)
    return _closed(execution, incident, by=command.by, reason=reason)


def _may_outlive(incident: Incident) -> bool:
    """A job may outlive its instance: the last mail of a case can fail after the case is closed."""
    return incident.job_id is not None and incident.state is IncidentState.OPEN


def _taken_up(
    engine: Instances, tx: Transaction, incident_id: int, *, may_be_over: Callable[[Incident], bool]
) -> tuple[Execution, Incident]:
    """An open incident and its instance, up to now. Raises IncidentOver, InstanceOver, InstanceSuspended."""
    # the instance is locked before anything that belongs to it, here as everywhere, so that nobody waits in a circle
    incident = work.incident(tx, engine.vault, incident_id)
    stored = engine.lock(tx, incident.instance_id)
    outlives = stored.instance.state not in OPEN_INSTANCES and may_be_over(incident)
    execution = engine.take_up(tx, stored) if outlives else engine.resume(tx, incident.instance_id)
    # read again: a timer that was due may have withdrawn what the incident stopped
    incident = work.incident(tx, engine.vault, incident_id)
    if incident.state is not IncidentState.OPEN:
        raise IncidentOver(incident.id)
    return execution, incident


def _closed(execution: Execution, incident: Incident, *, by: str = "engine", reason: str = "") -> ProcessInstance:
    ledger = execution.ledger
    work.resolve_incident(ledger.tx, incident.id, ledger.now)
    ledger.record(
        IncidentResolved(at=ledger.now, by=by, activity_id=incident.activity_id, incident_id=incident.id, reason=reason)
    )
    return execution.settle()


@dataclass(frozen=True, slots=True, kw_only=True)
class Retried:
    """What came of one incident: None when its work goes on or waits for a worker, else what stopped it (again)."""

    incident_id: int
    problem: str | None = None


def retry_many(engine: Repairer, command: RetryIncidents) -> list[Retried]:
    """Try each again in a transaction of its own, so that one that fails keeps no other from going on."""
    if command.incident_ids:
        wanted = list(command.incident_ids[: command.limit])
    else:
        with engine.db.reading() as tx:
            wanted = queries.broken(
                tx,
                handler=command.handler,
                activity_id=command.activity_id,
                process_key=command.process_key,
                limit=command.limit,
            )
    return [_retry(engine, incident_id, command.by) for incident_id in wanted]


def _retry(engine: Repairer, incident_id: int, by: str) -> Retried:
    def once(tx: Transaction) -> Retried:
        stopped = work.incident(tx, engine.vault, incident_id)
        engine.retry(tx, RetryIncident(incident_id=incident_id, by=by))
        return Retried(incident_id=incident_id, problem=_stopped_again(engine, tx, stopped))

    try:
        return engine.db.run(once)
    except CaseloopError as error:
        return Retried(incident_id=incident_id, problem=error.message)
    except Exception as error:
        log.exception("retry_failed", incident_id=incident_id)
        return Retried(incident_id=incident_id, problem=f"The instance can't go on: {explain(error)}.")


def _stopped_again(engine: Repairer, tx: Transaction, stopped: Incident) -> str | None:
    """The message of the incident that the try itself raised where the old one was, if it did."""
    now_open = queries.incidents(tx, engine.vault, instance_id=stopped.instance_id)
    again = (each for each in now_open if each.id > stopped.id and each.activity_id == stopped.activity_id)
    return next((each.message for each in again), None)
