"""Lists for programs, in pages: each begins after the last id of the one before, so that nothing is left out or seen twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, exists, or_, select

from engine import codec
from engine.db import rows, tables
from engine.db.tables import HISTORY_CONTEXT
from engine.history import HistoryEvent
from engine.model import Deployment, Incident, InstanceState, Job, JobState, ProcessInstance, TaskState, UserTask
from engine.ports import Transaction
from engine.vault import KeyRing


def deployments(tx: Transaction, *, key: str | None, after: int, limit: int) -> list[Deployment]:
    """Deployments by id."""
    query = _page(select(tables.deployment), tables.deployment, after, limit, key=key)
    return [rows.deployment(row) for row in tx.execute(query)]


def instances(
    tx: Transaction,
    *,
    process_key: str | None = None,
    version: str | None = None,
    business_key: str | None = None,
    state: InstanceState | None = None,
    after: int,
    limit: int,
) -> list[ProcessInstance]:
    """Instances by id."""
    wanted = {"process_key": process_key, "version": version, "business_key": business_key, "state": state}
    query = _page(select(*rows.INSTANCE_COLUMNS), tables.process_instance, after, limit, **wanted)
    return [rows.instance(row) for row in tx.execute(query)]


def tasks(
    tx: Transaction,
    *,
    states: Collection[TaskState],
    assignee: str | None = None,
    groups: Iterable[str] | None = None,
    unassigned: bool = False,
    after: int,
    limit: int,
    **equal: Any,
) -> list[UserTask]:
    """User tasks by id, held by `assignee` or offered to one of `groups`, `unassigned` for those that nobody holds.

    `equal` are columns with the value they must have.
    """
    table, offered = tables.user_task, tables.user_task_group
    query = _page(select(table).where(table.c.state.in_(states)), table, after, limit, **equal)
    if unassigned:
        query = query.where(table.c.assignee.is_(None))
    whose: list[ColumnElement[bool]] = [] if assignee is None else [table.c.assignee == assignee]
    if groups is not None:
        whose.append(exists().where(offered.c.task_id == table.c.id, offered.c.group_key.in_(list(groups))))
    found = tx.execute(query.where(or_(*whose)) if whose else query)
    return [rows.user_task(row._mapping) for row in found]


def jobs(
    tx: Transaction, *, state: JobState | None, topic: str | None, instance_id: int | None, after: int, limit: int
) -> list[Job]:
    """Jobs by id."""
    wanted = {"state": state, "topic": topic, "instance_id": instance_id}
    return [rows.job(row) for row in tx.execute(_page(select(*rows.JOB_COLUMNS), tables.job, after, limit, **wanted))]


def incidents(tx: Transaction, vault: KeyRing, *, after: int, limit: int, **equal: Any) -> list[Incident]:
    """Incidents by id; `equal` are columns with the value they must have."""
    query = _page(select(tables.incident), tables.incident, after, limit, **equal)
    return [rows.incident(row, vault) for row in tx.execute(query)]


def history(tx: Transaction, vault: KeyRing, instance_id: int, *, after: int, limit: int) -> list[tuple[int, HistoryEvent]]:
    """What happened in an instance, in order, each with its number; those with a number greater than `after`."""
    table = tables.history_event
    query = select(table).where(table.c.instance_id == instance_id, table.c.seq > after).order_by(table.c.seq).limit(limit)
    return [
        (
            row.seq,
            codec.decode_event(
                row.type,
                vault.open(row.data_sealed, context=HISTORY_CONTEXT),
                at=row.at,
                by=row.by,
                activity_id=row.activity_id,
                token_id=row.token_id,
            ),
        )
        for row in tx.execute(query)
    ]


def _page(query: Select, table: Table, after: int, limit: int, **equal: Any) -> Select:
    conditions = [table.c[name] == value for name, value in equal.items() if value is not None]
    return query.where(table.c.id > after, *conditions).order_by(table.c.id).limit(limit)
