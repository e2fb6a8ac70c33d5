"""User tasks: list them, look at one with its form, and the four verbs claim, release, reassign, complete."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from desk.casework.inbox import Scope as Queue
from engine.db.queries import OPEN_TASKS
from engine.errors import Conflict, NotFound, TaskNotYours
from engine.model import TaskState, UserTask
from webui.api.desk_operations import at_desk
from webui.api.operations import PAGING, Answer, Call, Operation, View
from webui.api.paging import page
from webui.api.shapes import (
    ANSWERS,
    BOOLEAN,
    ID,
    INSTANT,
    LOGIN,
    PROCESS_KEY,
    REASON,
    REVISION,
    TEXT,
    WHOLE,
    Schema,
    Shape,
    items,
    one_of,
    or_null,
    page_of,
    takes,
    text,
)
from webui.context import services

FIELDS = {
    "id": ID,
    "instance_id": ID,
    "business_key": TEXT,
    "process_key": TEXT,
    "version": TEXT,
    "activity_id": TEXT,
    "name": TEXT,
    "state": one_of(TaskState),
    "assignee": or_null(TEXT),
    "candidate_groups": items(TEXT),
    "candidate_users": items(TEXT),
    "form_id": or_null(TEXT),
    "priority": WHOLE,
    "due_at": or_null(INSTANT),
    "follow_up_at": or_null(INSTANT),
    "created_at": INSTANT,
    "claimed_at": or_null(INSTANT),
    "ended_at": or_null(INSTANT),
    "revision": WHOLE,
}
TASK = Shape("UserTask", FIELDS)
WITH_FORM = Shape(
    "UserTaskWithForm",
    {**FIELDS, "form": or_null({"type": "object"}), "mine": BOOLEAN, "may_claim": BOOLEAN, "may_reassign": BOOLEAN},
)
FILTERS = {"process_key": PROCESS_KEY, "business_key": text(100), "activity_id": text(200)}
QUEUE = {**one_of(Queue), "default": Queue.MINE.value}
STATE = {**one_of(("open", *TaskState)), "default": "open"}


def list_tasks(call: Call) -> Answer:
    """List user tasks, the oldest first. `scope` is mine, team (offered to a team of the agent), free (of these, held by
    nobody) or all (for supervisors).
    """
    state = call.query["state"]
    states = OPEN_TASKS if state == "open" else (TaskState(state),)
    filters = {name: call.query[name] for name in FILTERS if name in call.query}

    def fetch(after: int, limit: int) -> list[UserTask]:
        return services().desk.task_lists.page(
            viewer=call.by, scope=Queue(call.query["scope"]), states=states, after=after, limit=limit, **filters
        )

    return page(call, fetch, TASK.show)


def get_task(call: Call) -> Answer:
    """Get one user task with the form-js schema of its form. What the agent may do with it stands beside."""
    view = services().desk.tasks.task(call.path["task_id"], viewer=call.by)
    may = {name: getattr(view, name) for name in ("mine", "may_claim", "may_reassign")}
    return WITH_FORM.show(view.task, form=dict(view.form.schema) if view.form else None, **may)


def claim_task(call: Call) -> Answer:
    """Take an open task. Refused with 409 when somebody else holds it; `changes` is the task as it is now."""
    with _telling_what_changed(call) as task_id:
        return TASK.show(services().desk.work.claim(task_id, by=call.by, revision=call.body.get("revision")))


def release_task(call: Call) -> Answer:
    """Give a task back to its team."""
    with _telling_what_changed(call) as task_id:
        return TASK.show(services().desk.work.release(task_id, by=call.by, revision=call.body.get("revision")))


def reassign_task(call: Call) -> Answer:
    """Hand a task to somebody else. Its holder may, and supervisors."""
    with _telling_what_changed(call) as task_id:
        given = call.body
        changed = services().desk.work.reassign(
            task_id, assignee=given["assignee"], reason=given["reason"], by=call.by, revision=given.get("revision")
        )
        return TASK.show(changed)


def complete_task(call: Call) -> Answer:
    """Finish a task with the answers of its form, naming the revision that was read. Refused with 409 when it changed since:
    `changes` is the task as it is now.
    """
    with _telling_what_changed(call) as task_id:
        services().desk.work.complete(task_id, call.body["data"], by=call.by, revision=int(call.body["revision"]))
        return TASK.show(services().desk.tasks.task(task_id, viewer=call.by).task)


@contextmanager
def _telling_what_changed(call: Call) -> Iterator[int]:
    """The id of a task that the agent may see. A conflict leaves with the task as it is now."""
    task_id = call.path["task_id"]
    services().desk.tasks.task(task_id, viewer=call.by)
    try:
        yield task_id
    except (Conflict, TaskNotYours) as error:
        try:
            error.changes = TASK.show(services().desk.tasks.task(task_id, viewer=call.by).task)
        except NotFound:
            error.changes = None
        raise


def _verb(view: View, body: Schema) -> Operation:
    path = f"/tasks/{{task_id}}/{view.__name__.partition('_')[0]}"
    return at_desk("POST", path, view, body=body, answers={200: TASK.schema})


OPERATIONS = (
    at_desk(
        "GET", "/tasks", list_tasks, query={**PAGING, **FILTERS, "scope": QUEUE, "state": STATE}, answers={200: page_of(TASK)}
    ),
    at_desk("GET", "/tasks/{task_id}", get_task, answers={200: WITH_FORM.schema}),
    _verb(claim_task, takes({}, revision=REVISION)),
    _verb(release_task, takes({}, revision=REVISION)),
    _verb(reassign_task, takes({"assignee": LOGIN, "reason": REASON}, revision=REVISION)),
    _verb(complete_task, takes({"data": ANSWERS, "revision": REVISION})),
)
