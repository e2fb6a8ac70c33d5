"""What the processes could not do by themselves: who may see it, and trying it again after the repair."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from desk.context import DeskContext
from desk.rights import require_operator
from desk.store import people
from engine.commands import RetryIncident, RetryIncidents
from engine.db import queries, work
from engine.db.database import tried_again
from engine.model import OPEN_INSTANCES, Incident, IncidentState, InstanceState, ProcessInstance
from engine.repairs import Retried

MOST_RETRIED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentView:
    """An incident with the version that its instance runs on, and the handler of its job if it has one.

    `retryable`: it is open and its instance still runs, not suspended.
    """

    incident: Incident
    deployment_id: int
    process_key: str
    version: str
    handler: str | None
    instance_state: InstanceState

    @property
    def retryable(self) -> bool:
        """Whether trying again is possible: of an instance that is over, only a job (a mail, say) can be tried again."""
        active = self.instance_state is InstanceState.ACTIVE
        over = self.instance_state not in OPEN_INSTANCES
        return self.incident.state is IncidentState.OPEN and (active or (over and self.incident.job_id is not None))


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

    @tried_again
    def retry(self, incident_id: int, *, by: str) -> bool:
        """Try again what the incident stopped. False when it failed at once again; what a worker does shows later.

        Raises NotFound, Conflict when it was resolved meanwhile or its case is over, RightMissing.
        """
        with self._db.transaction() as tx:
            require_operator(people.agent(tx, by), "repair processes")
            retried = work.incident(tx, self._engine.vault, incident_id)
            self._engine.retry(tx, RetryIncident(incident_id=incident_id, by=by))
            still = queries.incidents(tx, self._engine.vault, instance_id=retried.instance_id)
            return not any(each.activity_id == retried.activity_id for each in still)

    def retry_many(self, incident_ids: Collection[int], *, by: str) -> list[Retried]:
        """Try at most `MOST_RETRIED` again, each in a transaction of its own; what came of each, in order.

        Raises RightMissing.
        """
        with self._db.reading() as tx:
            require_operator(people.agent(tx, by), "repair processes")
        wanted = tuple(dict.fromkeys(incident_ids))[:MOST_RETRIED]
        return self._engine.retry_many(RetryIncidents(by=by, incident_ids=wanted, limit=MOST_RETRIED)) if wanted else []

    def _views(self, state: IncidentState, viewer: str, limit: int | None = None) -> list[IncidentView]:
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), "repair processes")
            found = queries.incidents(tx, self._engine.vault, state=state)[:limit]
            instances = {number: queries.instance(tx, number) for number in {each.instance_id for each in found}}
            handlers = queries.handlers_of(tx, {each.job_id for each in found if each.job_id is not None})
        return [_view(each, instances[each.instance_id], handlers.get(each.job_id or 0)) for each in found]


def _view(incident: Incident, instance: ProcessInstance, handler: str | None) -> IncidentView:
    return IncidentView(
        incident=incident,
        deployment_id=instance.deployment_id,
        process_key=instance.process_key,
        version=instance.version,
        handler=handler,
        instance_state=instance.state,
    )
