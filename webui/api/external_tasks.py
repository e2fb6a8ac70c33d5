"""External tasks: fetch and lock, then complete, fail, throw an error, hold longer, or give back."""

from __future__ import annotations

from typing import Any

from desk.model import Scope
from engine import codec
from engine.commands import (
    CompleteExternalTask,
    ExtendExternalTask,
    FailExternalTask,
    FetchExternalTasks,
    HeldTask,
    ThrowExternalError,
)
from engine.external import ExternalTask
from engine.model import JobState
from webui.api.operations import Answer, Call, Operation, View
from webui.api.shapes import ID, INSTANT, TEXT, TOPIC, VARIABLES, WHOLE, Schema, Shape, items, one_of, takes, text
from webui.context import services

TASK = Shape(
    "ExternalTask",
    {
        "id": ID,
        "topic": TEXT,
        "instance_id": ID,
        "business_key": TEXT,
        "process_key": TEXT,
        "version": TEXT,
        "activity_id": TEXT,
        "activity_name": TEXT,
        "inputs": {"type": "object"},
        "headers": {"type": "object", "additionalProperties": TEXT},
        "idempotency_key": TEXT,
        "attempt": WHOLE,
        "retries": WHOLE,
        "created_at": INSTANT,
        "lease_until": INSTANT,
    },
)
FETCHED = Shape("FetchedTasks", {"tasks": items(TASK.schema)})
FAILED = Shape("FailedTask", {"state": one_of((JobState.AVAILABLE, JobState.FAILED))})
LEASE = Shape("Lease", {"lease_until": INSTANT})
WORKER = text(100)
SECONDS: Schema = {"type": "number", "minimum": 1, "maximum": 86_400}
HELD: dict[str, Schema] = {"worker": WORKER, "attempt": {"type": "integer", "minimum": 1, "maximum": 1_000_000}}


def fetch_and_lock(call: Call) -> Answer:
    """Get external tasks of some topics, the longest waiting first, and hold them for some seconds. After that another program
    may get them, with the same `idempotency_key` and the next `attempt`. Answers name `worker` and `attempt`.
    """
    given = call.body
    command = FetchExternalTasks(
        worker=given["worker"],
        topics=tuple(given["topics"]),
        seconds=given.get("lock_seconds", 60),
        most=int(given.get("max_tasks", 1)),
    )
    return {"tasks": [_shown(task) for task in services().desk.external.fetch(command, by=call.by)]}


def _shown(task: ExternalTask) -> dict[str, Any]:
    return TASK.show(task, inputs=codec.to_json(task.inputs), headers=dict(task.headers))


def _held(call: Call) -> HeldTask:
    return HeldTask(task_id=call.path["task_id"], worker=call.body["worker"], attempt=int(call.body["attempt"]))


def complete_external_task(call: Call) -> Answer:
    """Tell that the work is done. `variables` become the activity's result. The same answer again is taken as said; who lost the
    task to another program is told what became of it (409).
    """
    result = codec.from_json(call.body.get("variables", {}))
    services().desk.external.complete(CompleteExternalTask(held=_held(call), by=call.by, result=result))
    return 204, None


def fail_external_task(call: Call) -> Answer:
    """Tell that the work failed. It comes again after `retry_seconds` (default: a growing delay) as long as `retries` are left
    (default: one fewer than before); then an incident is raised, and `state` is failed.
    """
    given = call.body
    retries = given.get("retries")
    command = FailExternalTask(
        held=_held(call),
        by=call.by,
        reason=given["reason"],
        retries=None if retries is None else int(retries),
        retry_seconds=given.get("retry_seconds"),
    )
    return {"state": services().desk.external.fail(command).value}


def throw_error(call: Call) -> Answer:
    """End the activity with an error that the diagram catches by `error_code`. One that nothing catches becomes an incident."""
    variables = codec.from_json(call.body.get("variables", {}))
    command = ThrowExternalError(held=_held(call), by=call.by, error_code=call.body["error_code"], variables=variables)
    services().desk.external.throw(command)
    return 204, None


def extend_lock(call: Call) -> Answer:
    """Hold the task for some seconds from now."""
    until = services().desk.external.extend(ExtendExternalTask(held=_held(call), seconds=call.body["seconds"]))
    return {"lease_until": until.isoformat()}


def unlock_external_task(call: Call) -> Answer:
    """Give the task back, so that another program gets it at once. Costs no retry."""
    services().desk.external.unlock(_held(call))
    return 204, None


def _order(verb: str, view: View, answer: Schema | None, required: dict[str, Schema], **optional: Schema) -> Operation:
    return Operation(
        method="POST",
        path=f"/external-tasks/{{task_id}}/{verb}",
        view=view,
        scope=Scope.EXTERNAL,
        body=takes({**HELD, **required}, **optional),
        answers={204 if answer is None else 200: answer},
    )


FETCH = takes(
    {"worker": WORKER, "topics": items(TOPIC, minItems=1, maxItems=50)},
    max_tasks={"type": "integer", "minimum": 1, "maximum": 100, "default": 1},
    lock_seconds={**SECONDS, "default": 60},
)
RETRIES: Schema = {"type": "integer", "minimum": 0, "maximum": 100}
WAIT: Schema = {**SECONDS, "minimum": 0}

OPERATIONS = (
    Operation(
        method="POST",
        path="/external-tasks/fetch-and-lock",
        view=fetch_and_lock,
        scope=Scope.EXTERNAL,
        body=FETCH,
        answers={200: FETCHED.schema},
    ),
    _order("complete", complete_external_task, None, {}, variables=VARIABLES),
    _order(
        "fail",
        fail_external_task,
        FAILED.schema,
        {"reason": text(2000)},
        retries=RETRIES,
        retry_seconds=WAIT,
    ),
    _order("error", throw_error, None, {"error_code": text(200)}, variables=VARIABLES),
    _order("extend", extend_lock, LEASE.schema, {"seconds": SECONDS}),
    _order("unlock", unlock_external_task, None, {}),
)
