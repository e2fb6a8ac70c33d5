"""The read side: what is open, what happened. Reads inside the caller's transaction, so a list shows what was just written."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, and_, bindparam, exists, func, or_, select

from engine import codec
from engine.db import rows, tables
from engine.db.statements import Statement, given
from engine.db.tables import HISTORY_CONTEXT, VARIABLE_CONTEXT
from engine.errors import NotFound, VaultError
from engine.history import HistoryEvent, InstanceSuspended
from engine.model import (
    OPEN_INSTANCES,
    BufferedMessage,
    Deployment,
    Incident,
    IncidentState,
    InstanceState,
    Job,
    JobState,
    MessageSubscription,
    ProcessInstance,
    Suspension,
    TaskState,
    Timer,
    UserTask,
)
from engine.ports import Transaction
from engine.vault import KeyRing

OPEN_TASKS = (TaskState.CREATED, TaskState.CLAIMED)


def _at_rest(instance_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether an instance as a whole waits for a person's repair."""
    broken = tables.incident
    is_open = broken.c.state == IncidentState.OPEN
    return exists().where(broken.c.instance_id == instance_id, is_open, broken.c.activity_id == tables.WHOLE_INSTANCE)


def _is_suspended(instance_id: ColumnElement[int]) -> ColumnElement[bool]:
    found = tables.process_instance
    return exists().where(found.c.id == instance_id, found.c.state == InstanceState.SUSPENDED)


TASK = Statement(select(tables.user_task).where(tables.user_task.c.id == given(tables.user_task.c.id)))
VARIABLES = Statement(
    select(tables.variable.c.name, tables.variable.c.value_sealed).where(
        tables.variable.c.instance_id == given(tables.variable.c.instance_id)
    )
)

DUE = Statement(
    select(tables.timer.c.instance_id)
    .where(
        tables.timer.c.due_at <= given(tables.timer.c.due_at, "now"),
        ~_at_rest(tables.timer.c.instance_id),
        ~_is_suspended(tables.timer.c.instance_id),
    )
    .order_by(tables.timer.c.due_at)
    .limit(bindparam("limit", value=None, type_=Integer()))
)
HAS_INSTANCE = Statement(
    select(tables.process_instance.c.id).where(
        tables.process_instance.c.process_key == given(tables.process_instance.c.process_key),
        tables.process_instance.c.business_key == given(tables.process_instance.c.business_key),
    )
)


def deployments(tx: Transaction, *, key: str | None = None) -> list[Deployment]:
    """All deployments, the newest last."""
    query = select(tables.deployment).order_by(tables.deployment.c.id)
    if key is not None:
        query = query.where(tables.deployment.c.key == key)
    return [rows.deployment(row) for row in tx.execute(query)]


def deployment(tx: Transaction, key: str, version: str) -> Deployment:
    """One deployment. Raises NotFound."""
    where = and_(tables.deployment.c.key == key, tables.deployment.c.version == version)
    row = tx.execute(select(tables.deployment).where(where)).one_or_none()
    if row is None:
        raise NotFound(f"{key} {version} isn't deployed. Deploy it, or look at the list of versions.", key=key, version=version)
    return rows.deployment(row)


def instance(tx: Transaction, instance_id: int) -> ProcessInstance:
    """One instance. Raises NotFound."""
    row = tx.execute(select(*rows.INSTANCE_COLUMNS).where(tables.process_instance.c.id == instance_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no process instance {instance_id}.", instance_id=instance_id)
    return rows.instance(row)


def snapshot(tx: Transaction, instance_id: int) -> bytes:
    """The token flow of an instance as it was saved, read without keeping anybody away. Raises NotFound."""
    table = tables.process_instance
    found = tx.execute(select(table.c.snapshot).where(table.c.id == instance_id)).scalar_one_or_none()
    if found is None:
        raise NotFound(f"There is no process instance {instance_id}.", instance_id=instance_id)
    return found


def instance_by_key(tx: Transaction, business_key: str, *, process_key: str | None = None) -> ProcessInstance:
    """The newest instance with that business key, of any process unless one is named. Raises NotFound."""
    table = tables.process_instance
    query = select(*rows.INSTANCE_COLUMNS).where(table.c.business_key == business_key).order_by(table.c.id.desc()).limit(1)
    if process_key is not None:
        query = query.where(table.c.process_key == process_key)
    row = tx.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"There is no process instance with the business key {business_key}.", business_key=business_key)
    return rows.instance(row)


def suspended_keys(tx: Transaction, business_keys: Collection[str]) -> set[str]:
    """Those of the business keys that a suspended instance has."""
    table = tables.process_instance
    query = select(table.c.business_key).where(table.c.business_key.in_(business_keys))
    return set(tx.execute(query.where(table.c.state == InstanceState.SUSPENDED)).scalars())


def has_instance(tx: Transaction, process_key: str, business_key: str) -> bool:
    """Whether a process has or had an instance with that business key."""
    return HAS_INSTANCE.one_or_none(tx, process_key=process_key, business_key=business_key) is not None


def caller_keys(tx: Transaction, instance_ids: Collection[int]) -> dict[int, str]:
    """The business key of the instance with which the calls of each of these began; its own for one that nobody called."""
    table = tables.process_instance
    columns = (table.c.id, table.c.parent_id, table.c.business_key)
    known: dict[int, tuple[int | None, str]] = {}
    wanted = set(instance_ids)
    while wanted:
        found = tx.execute(select(*columns).where(table.c.id.in_(wanted))).all()
        known |= {row.id: (row.parent_id, row.business_key) for row in found}
        wanted = {row.parent_id for row in found if row.parent_id is not None} - known.keys()
    return {instance_id: _first_key(known, instance_id) for instance_id in instance_ids}


def _first_key(known: dict[int, tuple[int | None, str]], instance_id: int) -> str:
    parent_id, key = known[instance_id]
    return key if parent_id is None else _first_key(known, parent_id)


def with_called(tx: Transaction, instance_id: int) -> list[int]:
    """The ids of an instance and of all that it called, directly or not."""
    table = tables.process_instance
    found, wanted = [instance_id], [instance_id]
    while wanted:
        wanted = list(tx.execute(select(table.c.id).where(table.c.parent_id.in_(wanted)).order_by(table.c.id)).scalars())
        found += wanted
    return found


def open_children(tx: Transaction, parent_id: int, token_id: str) -> list[int]:
    """The ids of the open instances that a call activity's token started."""
    table = tables.process_instance
    query = select(table.c.id).where(table.c.parent_id == parent_id, table.c.parent_token_id == token_id)
    return list(tx.execute(query.where(table.c.state.in_(OPEN_INSTANCES)).order_by(table.c.id)).scalars())


def children(tx: Transaction, parent_id: int, state: InstanceState) -> list[int]:
    """The ids of the instances in a state that an instance has called."""
    table = tables.process_instance
    query = select(table.c.id).where(table.c.parent_id == parent_id, table.c.state == state).order_by(table.c.id)
    return list(tx.execute(query).scalars())


def count_children(tx: Transaction, parent_id: int, token_id: str) -> int:
    """How many instances a call activity's token has started."""
    table = tables.process_instance
    query = select(func.count()).where(table.c.parent_id == parent_id, table.c.parent_token_id == token_id)
    return tx.execute(query).scalar_one()


def variables(tx: Transaction, vault: KeyRing, instance_id: int) -> dict[str, Any]:
    """All variables of an instance by name."""
    return {
        row["name"]: codec.decode(vault.open(row["value_sealed"], context=VARIABLE_CONTEXT))
        for row in VARIABLES.all(tx, instance_id=instance_id)
    }


def task(tx: Transaction, task_id: int) -> UserTask:
    """One user task. Raises NotFound."""
    values = TASK.one_or_none(tx, id=task_id)
    if values is None:
        raise NotFound(f"There is no task {task_id}. Go back to the inbox.", task_id=task_id)
    return rows.user_task(values)


def tasks(
    tx: Transaction,
    *,
    states: Collection[TaskState] = OPEN_TASKS,
    assignee: str | None = None,
    groups: Iterable[str] | None = None,
    unassigned: bool = False,
    instance_id: int | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[UserTask]:
    """User tasks, those due first in front, those without a due instant last.

    `assignee` and `groups` together mean "held by, or offered to one of the groups"; `unassigned` keeps those that nobody holds.
    """
    task_table = tables.user_task
    conditions: list[ColumnElement[bool]] = [task_table.c.state.in_(states)]
    if instance_id is not None:
        conditions.append(task_table.c.instance_id == instance_id)
    if unassigned:
        conditions.append(task_table.c.assignee.is_(None))
    conditions.extend(_for_whom(assignee, groups))
    query = (
        select(task_table)
        .where(*conditions)
        .order_by(task_table.c.due_at.is_(None), task_table.c.due_at, task_table.c.priority.desc(), task_table.c.id)
        .limit(limit)
        .offset(offset)
    )
    return [rows.user_task(row._mapping) for row in tx.execute(query)]


def _for_whom(assignee: str | None, groups: Iterable[str] | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if assignee is not None:
        wanted.append(tables.user_task.c.assignee == assignee)
    if groups is not None:
        offered = tables.user_task_group
        wanted.append(exists().where(offered.c.task_id == tables.user_task.c.id, offered.c.group_key.in_(list(groups))))
    return [or_(*wanted)] if wanted else []


def timers(tx: Transaction, instance_id: int) -> list[Timer]:
    """Waiting timers of an instance, armed or not."""
    query = select(*rows.TIMER_COLUMNS).where(tables.timer.c.instance_id == instance_id).order_by(tables.timer.c.id)
    return [rows.timer(row) for row in tx.execute(query)]


def due_instances(tx: Transaction, now: datetime, limit: int) -> list[int]:
    """Ids of instances that have a due timer and aren't suspended, the longest due first; of at most `limit` timers."""
    return list(dict.fromkeys(DUE.column(tx, now=now, limit=limit)))


def by_due_instant(tx: Transaction, instance_ids: Collection[int]) -> list[int]:
    """These instances, the one with the earliest due instant first, those without any last."""
    due_at = func.min(tables.timer.c.due_at)
    query = select(tables.timer.c.instance_id).where(tables.timer.c.instance_id.in_(instance_ids))
    query = query.where(tables.timer.c.due_at.is_not(None)).group_by(tables.timer.c.instance_id).order_by(due_at)
    return list(dict.fromkeys([*tx.execute(query).scalars(), *instance_ids]))


def jobs(tx: Transaction, *, states: Collection[JobState] | None = None, instance_id: int | None = None) -> list[Job]:
    """Jobs in the order in which they were made."""
    query = select(*rows.JOB_COLUMNS).order_by(tables.job.c.id)
    if states is not None:
        query = query.where(tables.job.c.state.in_(states))
    if instance_id is not None:
        query = query.where(tables.job.c.instance_id == instance_id)
    return [rows.job(row) for row in tx.execute(query)]


def subscriptions(tx: Transaction, *, instance_id: int) -> list[MessageSubscription]:
    """Messages that an instance waits for."""
    table = tables.message_subscription
    query = select(table).where(table.c.instance_id == instance_id).order_by(table.c.id)
    return [rows.subscription(row._mapping) for row in tx.execute(query)]


def buffered_messages(tx: Transaction, limit: int = 200) -> list[BufferedMessage]:
    """Messages that wait for a token, those published first in front; some may have expired and not been dropped yet."""
    table = tables.buffered_message
    query = select(*rows.BUFFERED_COLUMNS).order_by(table.c.published_at, table.c.id).limit(limit)
    return [BufferedMessage(**row._mapping) for row in tx.execute(query)]


def incidents(
    tx: Transaction, vault: KeyRing, *, state: IncidentState | None = IncidentState.OPEN, instance_id: int | None = None
) -> list[Incident]:
    """Incidents, the newest first; `state=None` gives all."""
    query = select(tables.incident).order_by(tables.incident.c.id.desc())
    if state is not None:
        query = query.where(tables.incident.c.state == state)
    if instance_id is not None:
        query = query.where(tables.incident.c.instance_id == instance_id)
    return [rows.incident(row, vault) for row in tx.execute(query)]


def handlers_of(tx: Transaction, job_ids: Collection[int]) -> dict[int, str]:
    """The handlers of these jobs by job id."""
    query = select(tables.job.c.id, tables.job.c.handler).where(tables.job.c.id.in_(job_ids))
    return {row.id: row.handler for row in tx.execute(query)}


def broken(tx: Transaction, *, handler: str | None, activity_id: str | None, process_key: str | None, limit: int) -> list[int]:
    """Ids of at most `limit` open incidents, the longest waiting first; None leaves a filter out."""
    table, of_job, of_instance = tables.incident, tables.job, tables.process_instance
    query = select(table.c.id).where(table.c.state == IncidentState.OPEN).order_by(table.c.created_at, table.c.id).limit(limit)
    if handler is not None:
        query = query.join(of_job, of_job.c.id == table.c.job_id).where(of_job.c.handler == handler)
    if process_key is not None:
        query = query.join(of_instance, of_instance.c.id == table.c.instance_id).where(of_instance.c.process_key == process_key)
    if activity_id is not None:
        query = query.where(table.c.activity_id == activity_id)
    return list(tx.execute(query).scalars())


def history(tx: Transaction, vault: KeyRing, instance_id: int) -> list[HistoryEvent]:
    """Everything that happened in an instance, in order. Raises VaultError, naming the event, when one can't be read."""
    table = tables.history_event
    query = select(table).where(table.c.instance_id == instance_id).order_by(table.c.seq)
    return [_event(row, vault) for row in tx.execute(query)]


def suspension(tx: Transaction, vault: KeyRing, instance_id: int) -> Suspension:
    """Who suspended an instance last. Raises NotFound when nobody ever did."""
    table = tables.history_event
    query = select(table).where(table.c.instance_id == instance_id, table.c.type == InstanceSuspended.__name__)
    row = tx.execute(query.order_by(table.c.seq.desc()).limit(1)).one_or_none()
    event = _event(row, vault) if row is not None else None
    if not isinstance(event, InstanceSuspended):
        raise NotFound(f"Process instance {instance_id} was never suspended.", instance_id=instance_id)
    return Suspension(by=event.by, since=event.at, reason=event.reason, caller_id=event.caller_id)


def _event(row: Row[Any], vault: KeyRing) -> HistoryEvent:
    try:
        return codec.decode_event(
            row.type,
            vault.open(row.data_sealed, context=HISTORY_CONTEXT),
            at=row.at,
            by=row.by,
            activity_id=row.activity_id,
            token_id=row.token_id,
        )
    except (VaultError, KeyError, TypeError, ValueError) as error:
        why = error.message if isinstance(error, VaultError) else f"it doesn't hold what a {row.type} holds."
        raise VaultError(
            f"Event {row.seq} in the history of process instance {row.instance_id} can't be read: {why} "
            "`caseloop audit verify` names every such event.",
            instance_id=row.instance_id,
            seq=row.seq,
        ) from error
