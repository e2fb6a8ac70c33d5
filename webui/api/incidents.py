"""Incidents: what a person must repair, and trying it again after that."""

from __future__ import annotations

from desk.model import Scope
from engine.model import Incident, IncidentState
from webui.api.operations import PAGING, Answer, Call, Operation
from webui.api.paging import page
from webui.api.shapes import BOOLEAN, ID, INSTANT, TEXT, Shape, one_of, or_null, page_of
from webui.context import services

INCIDENT = Shape(
    "Incident",
    {
        "id": ID,
        "instance_id": ID,
        "business_key": TEXT,
        "activity_id": TEXT,
        "token_id": or_null(TEXT),
        "job_id": or_null(ID),
        "state": one_of(IncidentState),
        "message": TEXT,
        "created_at": INSTANT,
        "resolved_at": or_null(INSTANT),
    },
)
RETRIED = Shape("Retried", {"went_on": BOOLEAN})


def list_incidents(call: Call) -> Answer:
    """List incidents, the oldest first; open ones unless a state is named."""
    state = IncidentState(call.query["state"])

    def fetch(after: int, limit: int) -> list[Incident]:
        return services().desk.instances.incidents(viewer=call.by, state=state, after=after, limit=limit)

    return page(call, fetch, INCIDENT.show)


def retry_incident(call: Call) -> Answer:
    """Try again what an incident stopped. `went_on` is false when it failed at once again; what a worker does shows later."""
    return {"went_on": services().desk.incidents.retry(call.path["incident_id"], by=call.by)}


OPERATIONS = (
    Operation(
        method="GET",
        path="/incidents",
        view=list_incidents,
        scope=Scope.READ,
        query={**PAGING, "state": {**one_of(IncidentState), "default": IncidentState.OPEN.value}},
        answers={200: page_of(INCIDENT)},
    ),
    Operation(
        method="POST",
        path="/incidents/{incident_id}/retry",
        view=retry_incident,
        scope=Scope.INSTANCES,
        answers={200: RETRIED.schema},
    ),
)
