"""What the processes could not do by themselves: who may see it, and trying it again after the repair."""

from __future__ import annotations

from dataclasses import dataclass

from desk.context import DeskContext
from desk.errors import RightMissing
from desk.model import Agent, Role
from desk.store import people
from engine.commands import RetryIncident
from engine.db import queries, work
from engine.model import Incident, IncidentState, InstanceState, ProcessInstance

WHO_REPAIRS = frozenset({Role.SUPERVISOR, Role.ANALYST, Role.ADMIN})


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """An incident with the version that its instance runs on. `retryable`: it is open and its instance still runs."""

    incident: Incident
    deployment_id: int
    process_key: str
    version: str
    retryable: bool


class Incidents:
    """Incidents of all processes. `by` and `viewer` are logins of supervisors, analysts or admins."""

    def __init__(self, context: DeskContext) -> None:
        self._engine = context.engine
        self._db = context.engine.db

    def open(self, *, viewer: str) -> list[IncidentView]:
        """What waits for a person, the longest waiting first. Raises RightMissing."""
        return sorted(self._views(IncidentState.OPEN, viewer), key=lambda view: (view.incident.created_at, view.incident.id))

    def resolved(self, *, viewer: str, limit: int = 50) -> list[IncidentView]:
        """What was repaired, the newest first. Raises RightMissing."""
        return self._views(IncidentState.RESOLVED, viewer, limit)

    def retry(self, incident_id: int, *, by: str) -> bool:
        """Try again what the incident stopped. False when it failed at once again; what a worker does shows later.

        Raises NotFound, Conflict when it was resolved meanwhile or its case is over, RightMissing.
        """
        with self._db.transaction() as tx:
            _require_repairer(people.agent(tx, by))
            retried = work.incident(tx, self._engine.vault, incident_id)
            self._engine.retry(tx, RetryIncident(incident_id=incident_id, by=by))
            still = queries.incidents(tx, self._engine.vault, instance_id=retried.instance_id)
            return not any(each.activity_id == retried.activity_id for each in still)

    def _views(self, state: IncidentState, viewer: str, limit: int | None = None) -> list[IncidentView]:
        with self._db.reading() as tx:
            _require_repairer(people.agent(tx, viewer))
            found = queries.incidents(tx, self._engine.vault, state=state)[:limit]
            instances = {number: queries.instance(tx, number) for number in {each.instance_id for each in found}}
        return [_view(each, instances[each.instance_id]) for each in found]


def _view(incident: Incident, instance: ProcessInstance) -> IncidentView:
    return IncidentView(
        incident=incident,
        deployment_id=instance.deployment_id,
        process_key=instance.process_key,
        version=instance.version,
        retryable=incident.state is IncidentState.OPEN and instance.state is InstanceState.ACTIVE,
    )


def _require_repairer(agent: Agent) -> None:
    if agent.role not in WHO_REPAIRS:
        raise RightMissing(agent.login, "repair processes", "a supervisor or an analyst")
