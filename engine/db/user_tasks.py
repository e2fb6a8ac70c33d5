"""The write side of user tasks: opened, changed, withdrawn. Works in the caller's transaction and never commits."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from engine.db import tables
from engine.db.queries import OPEN_TASKS
from engine.db.statements import Statement, given, insert_into, update_where
from engine.errors import StaleRevision
from engine.model import TaskState, UserTask
from engine.ports import Transaction

_task = tables.user_task.c
_TASK_NAMES = tuple(column.name for column in tables.user_task.c if column.name not in ("id", "claimed_at", "ended_at"))
INSERT_TASK = insert_into(tables.user_task, _TASK_NAMES, "id")
INSERT_TASK_GROUP = insert_into(tables.user_task_group, ("task_id", "group_key"))
CANCEL_TASKS = Statement(
    update(tables.user_task)
    .where(_task.instance_id == given(_task.instance_id), _task.token_id == given(_task.token_id), _task.state.in_(OPEN_TASKS))
    .values(state=TaskState.CANCELLED, ended_at=given(_task.ended_at), revision=_task.revision + 1)
    .returning(_task.id)
)
OPEN_DATES = Statement(
    select(_task.id, _task.activity_id, _task.token_id, _task.due_at)
    .where(_task.instance_id == given(_task.instance_id), _task.state.in_(OPEN_TASKS))
    .order_by(_task.id)
)
MOVE_DUE = update_where(tables.user_task, ("due_at",), ("id",))
OFFER_TO = update_where(tables.user_task, ("candidate_groups",), ("id",))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenDate:
    """By when an open task is due."""

    id: int
    activity_id: str
    token_id: str
    due_at: datetime | None


def open_dates(tx: Transaction, instance_id: int) -> list[OpenDate]:
    """The due dates of the open tasks of an instance."""
    return [OpenDate(**row) for row in OPEN_DATES.all(tx, instance_id=instance_id)]


def move_due(tx: Transaction, task_id: int, due_at: datetime | None) -> None:
    """Give a task another due date; its revision stays, since whoever has it before them need not look again."""
    MOVE_DUE.run(tx, was_id=task_id, due_at=due_at)


def insert(tx: Transaction, **values: Any) -> int:
    """A fresh open task; the id of it."""
    groups = values.pop("candidate_groups")
    users = values.pop("candidate_users")
    offered = {"candidate_groups": json.dumps(groups), "candidate_users": json.dumps(users)}
    task_id: int = INSERT_TASK.value(tx, **values, **offered, state=TaskState.CREATED, revision=0)
    INSERT_TASK_GROUP.run_many(tx, ({"task_id": task_id, "group_key": group} for group in dict.fromkeys(groups)))
    return task_id


def change(tx: Transaction, read: UserTask, **values: Any) -> UserTask:
    """Change a task; the task as it is then. Raises StaleRevision when somebody changed it since it was read."""
    statement = update_where(tables.user_task, (*values, "revision"), ("id", "revision"))
    if statement.run(tx, **values, revision=read.revision + 1, was_id=read.id, was_revision=read.revision) != 1:
        raise StaleRevision(f"Task {read.id}", read=read.revision, current=None)
    return replace(read, **values, revision=read.revision + 1)


def offer_to(tx: Transaction, read: UserTask, groups: tuple[str, ...]) -> UserTask:
    """Make others the groups whose members may take a task; whoever calls changes the task itself too."""
    OFFER_TO.run(tx, was_id=read.id, candidate_groups=json.dumps(groups))
    tx.execute(delete(tables.user_task_group).where(tables.user_task_group.c.task_id == read.id))
    INSERT_TASK_GROUP.run_many(tx, ({"task_id": read.id, "group_key": group} for group in dict.fromkeys(groups)))
    return replace(read, candidate_groups=groups)


def withdraw(tx: Transaction, instance_id: int, token_id: str, at: datetime) -> list[int]:
    """Withdraw the open tasks of a token; the ids of them."""
    return CANCEL_TASKS.column(tx, instance_id=instance_id, token_id=token_id, ended_at=at)
