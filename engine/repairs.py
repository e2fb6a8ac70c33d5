"""Trying many stopped things again after one repair: a bounded batch in which each stands for itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import structlog

from engine.commands import RetryIncident, RetryIncidents
from engine.db import queries, work
from engine.db.database import Database
from engine.errors import CaseloopError
from engine.ledger import explain
from engine.model import Incident, ProcessInstance
from engine.ports import Transaction
from engine.vault import KeyRing

log = structlog.get_logger()


class Repairer(Protocol):
    """What a batch of repairs asks of the engine."""

    db: Database
    vault: KeyRing

    def retry(self, tx: Transaction, command: RetryIncident) -> ProcessInstance: ...


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
