"""Whether we are alive and ready: for load balancers and supervisors, without a token."""

from __future__ import annotations

from webui.api.operations import Answer, Call, Operation
from webui.api.shapes import one_of, takes
from webui.context import services


def get_health(call: Call) -> Answer:
    """Tell that this process answers. It asks nothing of the database."""
    return {"status": "ok"}


def get_readiness(call: Call) -> Answer:
    """Tell whether the database answers, so that requests may come. 503 when it doesn't."""
    services().desk.people.teams()
    return {"status": "ready"}


OPERATIONS = (
    Operation(method="GET", path="/health", view=get_health, scope=None, answers={200: takes({"status": one_of(("ok",))})}),
    Operation(method="GET", path="/ready", view=get_readiness, scope=None, answers={200: takes({"status": one_of(("ready",))})}),
)
