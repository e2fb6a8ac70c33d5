"""Many instances at once: what of them asks lookups is read, and what moves is written, in few statements.

Nobody is waited for: an instance on which somebody works is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select

from engine.db import rows, tables
from engine.db.arrays import insert_all, is_among, update_all
from engine.db.queries import OPEN_TASKS
from engine.db.statements import pipelined
from engine.db.store import HISTORY_NAMES, history_rows
from engine.history import HistoryEvent, TaskDueMoved, TimerMoved
from engine.model import OPEN_INSTANCES, InstanceState, ProcessInstance
from engine.ports import Transaction
from engine.vault import KeyRing

_instance, _timer, _task = tables.process_instance.c, tables.timer.c, tables.user_task.c
_TIMER = (_timer.instance_id, _timer.token_id, _timer.activity_id, _timer.entered_at, _timer.due_at)
_TASK = (_task.instance_id, _task.id, _task.token_id, _task.activity_id, _task.due_at)


@dataclass(slots=True, kw_only=True)
class Locked:
    """An instance that nobody else can change now, without its snapshot; its timers and open tasks as rows, variables sealed."""

    instance: ProcessInstance
    history_length: int
    history_hash: bytes | None
    timers: list[Any] = field(default_factory=list)
    tasks: list[Any] = field(default_factory=list)
    variables: dict[str, bytes] = field(default_factory=dict)


def open_deployments(tx: Transaction) -> list[int]:
    """The ids of the deployments that have open instances."""
    deployment = tables.deployment.c
    is_open = exists().where(_instance.deployment_id == deployment.id, _instance.state.in_(OPEN_INSTANCES))
    return list(tx.execute(select(deployment.id).where(is_open).order_by(deployment.id)).scalars())


def page_of(tx: Transaction, deployment_ids: Collection[int], *, after_id: int, limit: int) -> dict[int, int]:
    """The deployments of the next open instances of these deployments, by instance id, in order."""
    return _page(tx, [_instance.id > after_id, _instance.deployment_id.in_(deployment_ids)], limit)


def page_among(tx: Transaction, instance_ids: Collection[int]) -> dict[int, int]:
    """The same of those of these instances that are open."""
    return _page(tx, [is_among(tx, _instance.id, instance_ids)], len(instance_ids))


def _page(tx: Transaction, where: Sequence[ColumnElement[bool]], limit: int) -> dict[int, int]:
    query = select(_instance.id, _instance.deployment_id).where(*where, _instance.state.in_(OPEN_INSTANCES))
    return {row.id: row.deployment_id for row in tx.execute(query.order_by(_instance.id).limit(limit))}


def lock_free(
    tx: Transaction,
    instance_ids: Collection[int],
    *,
    timers: Collection[str],
    tasks: Collection[str],
    variables: Collection[str] = (),
    now: datetime,
) -> dict[int, Locked]:
    """Lock those of the open instances on which nobody works, in the order of their ids, by id.

    `timers` and `tasks` are the activities whose timers and open tasks are read, `variables` the names of what is read besides.
    Timers that are due `now` are always read.
    """
    columns = (*rows.INSTANCE_COLUMNS, _instance.history_length, _instance.history_hash)
    query = (
        select(*columns)
        .where(is_among(tx, _instance.id, instance_ids), _instance.state.in_(OPEN_INSTANCES))
        .order_by(_instance.id)
    )
    locked = {row.id: _locked(dict(row._mapping)) for row in tx.execute(query.with_for_update(skip_locked=True)).all()}
    where = (is_among(tx, _timer.instance_id, locked), or_(_timer.activity_id.in_(timers), _timer.due_at <= now))
    for row in tx.execute(select(*_TIMER).where(*where).order_by(_timer.id)).all():
        locked[row.instance_id].timers.append(row)
    if tasks:
        where = (is_among(tx, _task.instance_id, locked), _task.activity_id.in_(tasks), _task.state.in_(OPEN_TASKS))
        for row in tx.execute(select(*_TASK).where(*where).order_by(_task.id)).all():
            locked[row.instance_id].tasks.append(row)
    if variables:
        kept = tables.variable.c
        query = select(kept.instance_id, kept.name, kept.value_sealed)
        for row in tx.execute(query.where(is_among(tx, kept.instance_id, locked), kept.name.in_(variables))).all():
            locked[row.instance_id].variables[row.name] = row.value_sealed
    return locked


def _locked(values: dict[str, Any]) -> Locked:
    apart = {name: values.pop(name) for name in ("history_length", "history_hash")}
    return Locked(instance=ProcessInstance(**{**values, "state": InstanceState(values["state"])}), **apart)


def write(
    tx: Transaction, vault: KeyRing, moved: Sequence[tuple[Locked, Sequence[HistoryEvent]]], *, recorded_at: datetime
) -> None:
    """Write what these events of locked instances say, append them to their histories, and the next revision of each."""
    history, timers, tasks, instances = [], [], [], []
    for locked, events in moved:
        instance = locked.instance
        told, head = history_rows(
            vault,
            instance,
            events,
            first_seq=locked.history_length,
            head=locked.history_hash,
            recorded_at=recorded_at,
        )
        history += told
        timers += [_timer_row(instance.id, event) for event in events if isinstance(event, TimerMoved)]
        tasks += [{"was_id": event.task_id, "due_at": event.due_at} for event in events if isinstance(event, TaskDueMoved)]
        length = locked.history_length + len(events)
        read_then = {"was_id": instance.id, "was_revision": instance.revision}
        instances.append({"history_length": length, "history_hash": head, "revision": instance.revision + 1, **read_then})
    advanced = ("history_length", "history_hash", "revision")
    with pipelined(tx):
        insert_all(tx, tables.history_event, HISTORY_NAMES, history)
        update_all(tx, tables.timer, ("due_at",), ("instance_id", "token_id"), timers)
        update_all(tx, tables.user_task, ("due_at",), ("id",), tasks)
        update_all(tx, tables.process_instance, advanced, ("id", "revision"), instances)


def _timer_row(instance_id: int, event: TimerMoved) -> Mapping[str, Any]:
    return {"was_instance_id": instance_id, "was_token_id": event.token_id, "due_at": event.due_at}
