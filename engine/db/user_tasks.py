"""The write side of user tasks: opened, changed, withdrawn. Works in the caller's transaction and never commits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import update

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


def withdraw(tx: Transaction, instance_id: int, token_id: str, at: datetime) -> list[int]:
    """Withdraw the open tasks of a token; the ids of them."""
    return CANCEL_TASKS.column(tx, instance_id=instance_id, token_id=token_id, ended_at=at)
