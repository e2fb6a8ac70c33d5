"""Jobs: durable work of our own workers and of other programs."""

from __future__ import annotations

from desk.model import Scope
from engine.model import Job, JobState
from webui.api.operations import PAGING, Answer, Call, Operation
from webui.api.paging import page
from webui.api.shapes import ID, INSTANT, TEXT, TOPIC, WHOLE, Shape, one_of, or_null, page_of
from webui.context import services

JOB = Shape(
    "Job",
    {
        "id": ID,
        "instance_id": ID,
        "business_key": TEXT,
        "activity_id": TEXT,
        "handler": TEXT,
        "topic": or_null(TEXT),
        "state": one_of(JobState),
        "retries": WHOLE,
        "attempt": WHOLE,
        "available_at": INSTANT,
        "lease_until": or_null(INSTANT),
        "lease_owner": or_null(TEXT),
        "created_at": INSTANT,
    },
)


def list_jobs(call: Call) -> Answer:
    """List jobs, the oldest first."""
    state = JobState(call.query["state"]) if "state" in call.query else None

    def fetch(after: int, limit: int) -> list[Job]:
        return services().desk.instances.jobs(
            viewer=call.by,
            state=state,
            topic=call.query.get("topic"),
            instance_id=call.query.get("instance_id"),
            after=after,
            limit=limit,
        )

    return page(call, fetch, JOB.show)


OPERATIONS = (
    Operation(
        method="GET",
        path="/jobs",
        view=list_jobs,
        scope=Scope.READ,
        query={**PAGING, "state": one_of(JobState), "topic": TOPIC, "instance_id": ID},
        answers={200: page_of(JOB)},
    ),
)
