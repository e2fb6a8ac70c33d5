"""Messages and signals from outside."""

from __future__ import annotations

from desk.model import Scope
from engine import codec
from engine.correlation import LONGEST_TTL_SECONDS
from webui.api.operations import Answer, Call, Operation
from webui.api.shapes import BOOLEAN, VARIABLES, WHOLE, Schema, Shape, takes, text
from webui.context import services

CORRELATED = Shape("Correlated", {"correlated": BOOLEAN})
TTL: Schema = {"type": "number", "exclusiveMinimum": 0, "maximum": LONGEST_TTL_SECONDS}
BROADCAST = Shape("Broadcast", {"instances": WHOLE})


def correlate_message(call: Call) -> Answer:
    """Bring a message to the instance that waits for it, or start the process that it starts. `correlated` is false when nobody
    takes it; with `ttl_seconds` it is kept so long for who will await it, which counts as taken. The same `message_id`
    is taken once: sent again it is answered as taken.
    """
    given = call.body
    taken = services().desk.messages.correlate(
        given["name"],
        given["correlation_key"],
        data=codec.from_json(given.get("data", {})),
        message_id=given.get("message_id"),
        ttl_seconds=given.get("ttl_seconds"),
        by=call.by,
    )
    return {"correlated": taken}


def broadcast_signal(call: Call) -> Answer:
    """Bring a signal to every instance that waits for it. `instances` took it or were started by it."""
    data = codec.from_json(call.body.get("data", {}))
    return {"instances": services().desk.messages.broadcast(call.body["name"], data=data, by=call.by)}


OPERATIONS = (
    Operation(
        method="POST",
        path="/messages",
        view=correlate_message,
        scope=Scope.INSTANCES,
        body=takes(
            {"name": text(200), "correlation_key": text(200, shortest=0)}, data=VARIABLES, message_id=text(80), ttl_seconds=TTL
        ),
        answers={200: CORRELATED.schema},
    ),
    Operation(
        method="POST",
        path="/signals",
        view=broadcast_signal,
        scope=Scope.INSTANCES,
        body=takes({"name": text(200)}, data=VARIABLES),
        answers={200: BROADCAST.schema},
    ),
)
