"""What supervisors do to running instances: let one rest, let it go on, move a token."""

from __future__ import annotations

from desk.model import Scope
from webui.api.instances import INSTANCE
from webui.api.operations import Answer, Call, Operation, View
from webui.api.shapes import REASON, REVISION, Schema, takes, text
from webui.context import services


def suspend_instance(call: Call) -> Answer:
    """Let an instance rest: no timer fires, no job starts, no task can be worked on until it is resumed."""
    operations = services().desk.operations
    return INSTANCE.show(operations.suspend(call.path["instance_id"], by=call.by, reason=call.body["reason"]))


def resume_instance(call: Call) -> Answer:
    """Let a suspended instance go on. What became due meanwhile happens now, each at its due instant."""
    operations = services().desk.operations
    return INSTANCE.show(operations.resume(call.path["instance_id"], by=call.by, reason=call.body["reason"]))


def move_token(call: Call) -> Answer:
    """Withdraw what a token has open and enter another activity of the same scope. `revision` is that of the instance as it was
    read; history and incidents tell the ids of tokens.
    """
    given = call.body
    moved = services().desk.operations.move(
        call.path["instance_id"],
        given["token_id"],
        given["activity_id"],
        by=call.by,
        reason=given["reason"],
        revision=int(given["revision"]),
    )
    return INSTANCE.show(moved)


def _order(verb: str, view: View, **required: Schema) -> Operation:
    return Operation(
        method="POST",
        path=f"/instances/{{instance_id}}/{verb}",
        view=view,
        scope=Scope.INSTANCES,
        body=takes({"reason": REASON, **required}),
        answers={200: INSTANCE.schema},
    )


OPERATIONS = (
    _order("suspend", suspend_instance),
    _order("resume", resume_instance),
    _order("move", move_token, token_id=text(40), activity_id=text(200), revision=REVISION),
)
