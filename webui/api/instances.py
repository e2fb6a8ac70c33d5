"""Process instances: start them, look at them, change their variables, cancel them."""

from __future__ import annotations

from typing import Any

from desk.model import Scope
from desk.processes.instances import StartOrder
from engine import codec
from engine.history import HistoryEvent
from engine.model import InstanceState, ProcessInstance
from webui.api.operations import PAGING, Answer, Call, Operation
from webui.api.paging import page
from webui.api.shapes import (
    ANSWERS,
    ID,
    INSTANT,
    PROCESS_KEY,
    REASON,
    TEXT,
    VARIABLES,
    VERSION,
    WHOLE,
    Shape,
    one_of,
    or_null,
    page_of,
    takes,
    text,
)
from webui.context import services

INSTANCE = Shape(
    "Instance",
    {
        "id": ID,
        "deployment_id": ID,
        "process_key": TEXT,
        "version": TEXT,
        "business_key": TEXT,
        "state": one_of(InstanceState),
        "revision": WHOLE,
        "started_at": INSTANT,
        "ended_at": or_null(INSTANT),
        "parent_id": or_null(ID),
    },
)
EVENT = Shape(
    "HistoryEvent",
    {
        "seq": WHOLE,
        "type": TEXT,
        "at": INSTANT,
        "by": TEXT,
        "activity_id": or_null(TEXT),
        "token_id": or_null(TEXT),
        "data": {"type": "object"},
    },
)
VALUES = Shape("Variables", {"variables": VARIABLES})
START = takes({"process_key": PROCESS_KEY, "business_key": text(100)}, version=VERSION, form=ANSWERS, variables=VARIABLES)
FILTERS = {"process_key": PROCESS_KEY, "version": VERSION, "business_key": text(100), "state": one_of(InstanceState)}


def list_instances(call: Call) -> Answer:
    """List process instances, the oldest first."""
    filters: dict[str, Any] = {name: call.query[name] for name in FILTERS if name in call.query}

    def fetch(after: int, limit: int) -> list[ProcessInstance]:
        return services().desk.instances.page(viewer=call.by, after=after, limit=limit, **filters)

    return page(call, fetch, INSTANCE.show)


def get_instance(call: Call) -> Answer:
    """Get one process instance."""
    return INSTANCE.show(services().desk.instances.instance(call.path["instance_id"], viewer=call.by))


def start_instance(call: Call) -> Answer:
    """Start a process instance, on the newest version unless one is named. `form` answers the start form and is checked against
    it. With the header Idempotency-Key the same order again gives the instance that it started (200). Cases are opened by
    POST /cases.
    """
    given = call.body
    order = StartOrder(
        process_key=given["process_key"],
        business_key=given["business_key"],
        version=given.get("version"),
        form=given.get("form"),
        variables=codec.from_json(given.get("variables", {})),
        key=call.key,
    )
    instance, before = services().desk.instances.start(order, by=call.by)
    return 200 if before else 201, INSTANCE.show(instance)


def get_variables(call: Call) -> Answer:
    """Get the variables of an instance. Those of a case have the customer's name, contact and number masked."""
    found = services().desk.instances.variables(call.path["instance_id"], viewer=call.by)
    return {"variables": codec.to_json(found)}


def set_variables(call: Call) -> Answer:
    """Change variables of a running instance; others stay. The reason stays in its history, timers that read them follow."""
    values = codec.from_json(call.body["variables"])
    changed = services().desk.instances.set_variables(call.path["instance_id"], values, reason=call.body["reason"], by=call.by)
    return INSTANCE.show(changed)


def get_history(call: Call) -> Answer:
    """Get what happened in an instance, in order. That of a case has the customer's name, contact and number masked."""
    instance_id = call.path["instance_id"]

    def fetch(after: int, limit: int) -> list[tuple[int, HistoryEvent, dict[str, Any]]]:
        return services().desk.instances.history(instance_id, viewer=call.by, after=after, limit=limit)

    return page(call, fetch, lambda told: EVENT.show(told[1], seq=told[0], type=type(told[1]).__name__, data=told[2]), _seq)


def _seq(told: tuple[int, HistoryEvent, dict[str, Any]]) -> int:
    return told[0]


def cancel_instance(call: Call) -> Answer:
    """Stop a running instance for good: everything open is withdrawn. The reason stays in its history."""
    return INSTANCE.show(services().desk.instances.cancel(call.path["instance_id"], reason=call.body["reason"], by=call.by))


OPERATIONS = (
    Operation(
        method="GET",
        path="/instances",
        view=list_instances,
        scope=Scope.READ,
        query={**PAGING, **FILTERS},
        answers={200: page_of(INSTANCE)},
    ),
    Operation(
        method="POST",
        path="/instances",
        view=start_instance,
        scope=Scope.INSTANCES,
        body=START,
        creates=True,
        answers={200: INSTANCE.schema, 201: INSTANCE.schema},
    ),
    Operation(
        method="GET",
        path="/instances/{instance_id}",
        view=get_instance,
        scope=Scope.READ,
        answers={200: INSTANCE.schema},
    ),
    Operation(
        method="GET",
        path="/instances/{instance_id}/variables",
        view=get_variables,
        scope=Scope.READ,
        answers={200: VALUES.schema},
    ),
    Operation(
        method="PATCH",
        path="/instances/{instance_id}/variables",
        view=set_variables,
        scope=Scope.INSTANCES,
        body=takes({"variables": VARIABLES, "reason": REASON}),
        answers={200: INSTANCE.schema},
    ),
    Operation(
        method="GET",
        path="/instances/{instance_id}/history",
        view=get_history,
        scope=Scope.READ,
        query=PAGING,
        answers={200: page_of(EVENT)},
    ),
    Operation(
        method="POST",
        path="/instances/{instance_id}/cancel",
        view=cancel_instance,
        scope=Scope.INSTANCES,
        body=takes({"reason": REASON}),
        answers={200: INSTANCE.schema},
    ),
)
