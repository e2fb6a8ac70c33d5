"""The write side. Works in the caller's transaction and never commits. A change of a shared row names the revision it read."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from engine import codec
from engine.db import rows, tables
from engine.db.queries import OPEN_TASKS
from engine.db.tables import HISTORY_CONTEXT, VARIABLE_CONTEXT
from engine.errors import NotFound, StaleRevision
from engine.history import HistoryEvent
from engine.model import (
    Deployment,
    InstanceState,
    ProcessInstance,
    TaskState,
    UserTask,
)
from engine.ports import Transaction
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInstance:
    """An instance with what only the engine needs to continue it."""

    instance: ProcessInstance
    snapshot: bytes
    history_length: int


@dataclass(slots=True, kw_only=True)
class WaitingTimer:
    """A timer of the instance at hand. A duration counts from `entered_at`; `seen` is the last change it took into account."""

    id: int
    token_id: str
    activity_id: str
    entered_at: datetime
    due_at: datetime | None
    seen: int = 0


def insert_deployment(tx: Transaction, *, files: Mapping[str, bytes], **values: Any) -> Deployment:
    """Keep a package for good."""
    deployment_id = tx.execute(insert(tables.deployment).values(**values)).inserted_primary_key[0]
    rows_to_add = [{"deployment_id": deployment_id, "path": path, "content": content} for path, content in files.items()]
    tx.execute(insert(tables.deployment_file), rows_to_add)
    return Deployment(id=deployment_id, **values)


def deployment_files(tx: Transaction, deployment_id: int) -> tuple[Deployment, dict[str, bytes]]:
    """A deployment and its files by path. Raises NotFound."""
    row = tx.execute(select(tables.deployment).where(tables.deployment.c.id == deployment_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no deployment {deployment_id}.", deployment_id=deployment_id)
    query = select(tables.deployment_file.c.path, tables.deployment_file.c.content)
    found = tx.execute(query.where(tables.deployment_file.c.deployment_id == deployment_id))
    return rows.deployment(row), {file.path: file.content for file in found}


def insert_instance(
    tx: Transaction,
    *,
    deployment: Deployment,
    business_key: str,
    started_at: datetime,
    parent_id: int | None = None,
    parent_token_id: str | None = None,
) -> ProcessInstance:
    """A fresh instance at revision 0; `save_instance` gives it its first snapshot."""
    values = {
        "deployment_id": deployment.id,
        "process_key": deployment.key,
        "version": deployment.version,
        "business_key": business_key,
        "state": InstanceState.ACTIVE,
        "revision": 0,
        "started_at": started_at,
        "parent_id": parent_id,
        "parent_token_id": parent_token_id,
    }
    query = insert(tables.process_instance).values(**values, history_length=0, snapshot=b"")
    return ProcessInstance(id=tx.execute(query).inserted_primary_key[0], **values)


def lock_instance(tx: Transaction, instance_id: int) -> StoredInstance:
    """Read an instance to change it; other writers of it wait until this transaction ends. Raises NotFound.

    The instances that called it are locked before it, so that what goes down and what comes up never wait for each other.
    """
    table = tables.process_instance
    if tx.dialect.name == "postgresql":
        parent_id = tx.execute(select(table.c.parent_id).where(table.c.id == instance_id)).scalar_one_or_none()
        if parent_id is not None:
            lock_instance(tx, parent_id)
    row = tx.execute(select(table).where(table.c.id == instance_id).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"There is no process instance {instance_id}.", instance_id=instance_id)
    values = dict(row._mapping)
    snapshot, length = values.pop("snapshot"), values.pop("history_length")
    values.pop("history_hash")
    values["state"] = InstanceState(values["state"])
    return StoredInstance(instance=ProcessInstance(**values), snapshot=snapshot, history_length=length)


def save_instance(
    tx: Transaction,
    read: ProcessInstance,
    *,
    state: InstanceState,
    ended_at: datetime | None,
    snapshot: bytes,
    history_length: int,
) -> ProcessInstance:
    """Write the next revision. Raises StaleRevision when another transaction wrote one since."""
    table = tables.process_instance
    query = (
        update(table)
        .where(table.c.id == read.id, table.c.revision == read.revision)
        .values(state=state, ended_at=ended_at, snapshot=snapshot, history_length=history_length, revision=read.revision + 1)
    )
    if tx.execute(query).rowcount != 1:
        raise StaleRevision(f"Process instance {read.business_key}", read=read.revision, current=None)
    return replace(read, state=state, revision=read.revision + 1, ended_at=ended_at)


def save_variables(tx: Transaction, vault: KeyRing, instance_id: int, values: Mapping[str, Any], known: set[str]) -> None:
    """Write changed variables; `known` are the names that have a row already."""
    table = tables.variable
    sealed = {name: vault.seal(codec.encode(value), context=VARIABLE_CONTEXT) for name, value in values.items()}
    fresh = [
        {"instance_id": instance_id, "name": name, "value_sealed": value} for name, value in sealed.items() if name not in known
    ]
    if fresh:
        tx.execute(insert(table), fresh)
    for name in sealed.keys() & known:
        where = (table.c.instance_id == instance_id, table.c.name == name)
        tx.execute(update(table).where(*where).values(value_sealed=sealed[name]))


def run_variables(tx: Transaction, vault: KeyRing, instance_id: int) -> dict[str, dict[str, Any]]:
    """What each multi-instance run of an instance, and each whole, keeps for itself, by token."""
    table = tables.run_variables
    found = tx.execute(select(table.c.token_id, table.c.values_sealed).where(table.c.instance_id == instance_id))
    return {token_id: codec.decode(vault.open(sealed, context=VARIABLE_CONTEXT)) for token_id, sealed in found}


def save_run_variables(
    tx: Transaction, vault: KeyRing, instance_id: int, runs: Mapping[str, Mapping[str, Any]], changed: Collection[str]
) -> None:
    """Write what changed: the tokens that `runs` no longer has lose their row."""
    if not changed:
        return
    table = tables.run_variables
    tx.execute(delete(table).where(table.c.instance_id == instance_id, table.c.token_id.in_(changed)))
    fresh = [
        {
            "instance_id": instance_id,
            "token_id": token_id,
            "values_sealed": vault.seal(codec.encode(dict(runs[token_id])), context=VARIABLE_CONTEXT),
        }
        for token_id in sorted(changed)
        if token_id in runs
    ]
    if fresh:
        tx.execute(insert(table), fresh)


def append_history(
    tx: Transaction, vault: KeyRing, instance_id: int, events: Sequence[HistoryEvent], *, first_seq: int, recorded_at: datetime
) -> None:
    """Append events to an instance's history, numbered from `first_seq`."""
    if not events:
        return
    tx.execute(
        insert(tables.history_event),
        [
            {
                "instance_id": instance_id,
                "seq": first_seq + offset,
                "type": type(event).__name__,
                "at": event.at,
                "recorded_at": recorded_at,
                "by": event.by,
                "activity_id": event.activity_id,
                "token_id": event.token_id,
                "data_sealed": vault.seal(codec.encode_event(event), context=HISTORY_CONTEXT),
            }
            for offset, event in enumerate(events)
        ],
    )


def insert_task(tx: Transaction, **values: Any) -> int:
    """A fresh open task; the id of it."""
    groups = values.pop("candidate_groups")
    users = values.pop("candidate_users")
    query = insert(tables.user_task).values(
        **values,
        state=TaskState.CREATED,
        candidate_groups=json.dumps(groups),
        candidate_users=json.dumps(users),
        revision=0,
    )
    task_id = tx.execute(query).inserted_primary_key[0]
    if groups:
        tx.execute(insert(tables.user_task_group), [{"task_id": task_id, "group_key": group} for group in dict.fromkeys(groups)])
    return task_id


def update_task(tx: Transaction, read: UserTask, **values: Any) -> None:
    """Change a task. Raises StaleRevision when somebody changed it since it was read."""
    table = tables.user_task
    query = update(table).where(table.c.id == read.id, table.c.revision == read.revision)
    if tx.execute(query.values(**values, revision=read.revision + 1)).rowcount != 1:
        raise StaleRevision(f"Task {read.id}", read=read.revision, current=None)


def cancel_tasks(tx: Transaction, instance_id: int, token_id: str, at: datetime) -> list[int]:
    """Withdraw the open tasks of a token; the ids of them."""
    table = tables.user_task
    query = (
        update(table)
        .where(table.c.instance_id == instance_id, table.c.token_id == token_id, table.c.state.in_(OPEN_TASKS))
        .values(state=TaskState.CANCELLED, ended_at=at, revision=table.c.revision + 1)
        .returning(table.c.id)
    )
    return list(tx.execute(query).scalars())


def waiting_timers(tx: Transaction, instance_id: int) -> dict[str, WaitingTimer]:
    """The timers of an instance by token."""
    table = tables.timer
    found = tx.execute(select(table).where(table.c.instance_id == instance_id).order_by(table.c.id))
    return {
        row.token_id: WaitingTimer(
            id=row.id, token_id=row.token_id, activity_id=row.activity_id, entered_at=row.entered_at, due_at=row.due_at
        )
        for row in found
    }


def insert_timer(tx: Transaction, instance_id: int, *, token_id: str, activity_id: str, entered_at: datetime) -> WaitingTimer:
    """A timer that isn't armed yet."""
    query = insert(tables.timer).values(
        instance_id=instance_id, token_id=token_id, activity_id=activity_id, entered_at=entered_at, due_at=None
    )
    timer_id = tx.execute(query).inserted_primary_key[0]
    return WaitingTimer(id=timer_id, token_id=token_id, activity_id=activity_id, entered_at=entered_at, due_at=None)


def move_timer(tx: Transaction, timer_id: int, due_at: datetime | None) -> None:
    tx.execute(update(tables.timer).where(tables.timer.c.id == timer_id).values(due_at=due_at))


def delete_timer(tx: Transaction, timer_id: int) -> None:
    tx.execute(delete(tables.timer).where(tables.timer.c.id == timer_id))
