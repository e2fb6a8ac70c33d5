"""The write side. Works in the caller's transaction and never commits. A change of a shared row names the revision it read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, insert, select

from engine import codec
from engine.chain import Link, chain_of
from engine.db import rows, tables
from engine.db.queries import VARIABLES
from engine.db.statements import Statement, given, insert_into, read_together, update_where
from engine.db.tables import HISTORY_CONTEXT, VARIABLE_CONTEXT
from engine.errors import NotFound, StaleRevision
from engine.history import HistoryEvent
from engine.model import (
    Deployment,
    IncidentState,
    InstanceState,
    ProcessInstance,
)
from engine.ports import Transaction
from engine.vault import KeyRing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInstance:
    """An instance with what only the engine needs to continue it. `history_hash` is the head of its chain, None before any."""

    instance: ProcessInstance
    snapshot: bytes
    history_length: int
    history_hash: bytes | None


@dataclass(slots=True, kw_only=True)
class WaitingTimer:
    """A timer of the instance at hand. A duration counts from `entered_at`; `seen` is the last change it took into account."""

    token_id: str
    activity_id: str
    entered_at: datetime
    due_at: datetime | None = None
    seen: int = 0


_instance = tables.process_instance.c
_timer, _incident = tables.timer.c, tables.incident.c
_INSTANCE_NAMES = tuple(
    column.name for column in tables.process_instance.c if column.name not in ("id", "ended_at", "history_hash")
)
HISTORY_NAMES = tuple(column.name for column in tables.history_event.c)
TIMER_NAMES = ("token_id", "activity_id", "entered_at", "due_at")


def _of_instance(table: Table, *names: str, order_by: str | None = None) -> Statement:
    """Named columns of the rows that belong to an instance."""
    query = select(*(table.c[name] for name in names)).where(table.c.instance_id == given(table.c.instance_id))
    return Statement(query.order_by(table.c[order_by]) if order_by else query)


INSERT_INSTANCE = insert_into(tables.process_instance, _INSTANCE_NAMES, "id")
CALLER = Statement(select(_instance.parent_id).where(_instance.id == given(_instance.id), _instance.parent_id.is_not(None)))
_LOCK = select(tables.process_instance).where(_instance.id == given(_instance.id)).with_for_update()
LOCK_INSTANCE = Statement(_LOCK)
LOCK_UNCALLED = Statement(_LOCK.where(_instance.parent_id.is_(None)))
DUE_TIMER = Statement(
    select(_timer.id).where(_timer.instance_id == given(_timer.instance_id), _timer.due_at <= given(_timer.due_at)).limit(1)
)
LOCK_IF_FREE = Statement(select(_instance.id).where(_instance.id == given(_instance.id)).with_for_update(skip_locked=True))
SAVE_INSTANCE = update_where(
    tables.process_instance, ("state", "ended_at", "snapshot", "history_length", "history_hash", "revision"), ("id", "revision")
)
INSERT_VARIABLE = insert_into(tables.variable, ("instance_id", "name", "value_sealed"))
UPDATE_VARIABLE = update_where(tables.variable, ("value_sealed",), ("instance_id", "name"))
INSERT_HISTORY = insert_into(tables.history_event, HISTORY_NAMES)
_run = tables.run_variables.c
INSERT_RUN = insert_into(tables.run_variables, ("instance_id", "token_id", "values_sealed"))
DELETE_RUN = Statement(
    delete(tables.run_variables).where(_run.instance_id == given(_run.instance_id), _run.token_id == given(_run.token_id))
)
RUNS = _of_instance(tables.run_variables, "token_id", "values_sealed")
TIMERS = _of_instance(tables.timer, *TIMER_NAMES, order_by="id")
AWAITING = _of_instance(tables.message_subscription, "token_id")
BROKEN = Statement(
    select(_incident.token_id).where(_incident.instance_id == given(_incident.instance_id), _incident.state == IncidentState.OPEN)
)
INSERT_TIMER = insert_into(tables.timer, ("instance_id", *TIMER_NAMES))
MOVE_TIMER = update_where(tables.timer, ("due_at",), ("instance_id", "token_id"))
DELETE_TIMER = Statement(
    delete(tables.timer).where(_timer.instance_id == given(_timer.instance_id), _timer.token_id == given(_timer.token_id))
)


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
    instance_id = INSERT_INSTANCE.value(tx, **values, history_length=0, snapshot=b"")
    return ProcessInstance(id=instance_id, **values)


def lock_instance(tx: Transaction, instance_id: int) -> StoredInstance:
    """Read an instance to change it; other writers of it wait until this transaction ends. Raises NotFound.

    The instances that called it are locked before it, so that what goes down and what comes up never wait for each other.
    """
    values = LOCK_UNCALLED.one_or_none(tx, id=instance_id)
    if values is None:
        for parent_id in CALLER.column(tx, id=instance_id):
            lock_instance(tx, parent_id)
        values = LOCK_INSTANCE.one_or_none(tx, id=instance_id)
    if values is None:
        raise NotFound(f"There is no process instance {instance_id}.", instance_id=instance_id)
    apart = {name: values.pop(name) for name in ("snapshot", "history_length", "history_hash")}
    values["state"] = InstanceState(values["state"])
    return StoredInstance(instance=ProcessInstance(**values), **apart)


def lock_if_due(tx: Transaction, instance_id: int, now: datetime) -> bool:
    """Lock an instance that has a due timer. False when it has none any more, or somebody else works on it: nobody waits."""
    callers = CALLER.column(tx, id=instance_id)
    while callers:
        # those that called it are locked as well when it is continued, and nobody shall wait for them then
        if not LOCK_IF_FREE.column(tx, id=callers[0]):
            return False
        callers = CALLER.column(tx, id=callers[0])
    # only once it is locked can nobody else fire them any more
    return bool(LOCK_IF_FREE.column(tx, id=instance_id) and DUE_TIMER.column(tx, instance_id=instance_id, due_at=now))


def save_instance(
    tx: Transaction,
    read: ProcessInstance,
    *,
    state: InstanceState,
    ended_at: datetime | None,
    snapshot: bytes,
    history_length: int,
    history_hash: bytes | None,
) -> ProcessInstance:
    """Write the next revision. Raises StaleRevision when another transaction wrote one since."""
    values = {
        "state": state,
        "ended_at": ended_at,
        "snapshot": snapshot,
        "history_length": history_length,
        "history_hash": history_hash,
    }
    read_then = {"was_id": read.id, "was_revision": read.revision}
    if SAVE_INSTANCE.run(tx, **values, revision=read.revision + 1, **read_then) != 1:
        raise StaleRevision(f"Process instance {read.business_key}", read=read.revision, current=None)
    return replace(read, state=state, revision=read.revision + 1, ended_at=ended_at)


def save_variables(tx: Transaction, vault: KeyRing, instance_id: int, values: Mapping[str, Any], known: set[str]) -> None:
    """Write changed variables; `known` are the names that have a row already."""
    sealed = {name: vault.seal(codec.encode(value), context=VARIABLE_CONTEXT) for name, value in values.items()}
    fresh = [name for name in sealed if name not in known]
    INSERT_VARIABLE.run_many(tx, ({"instance_id": instance_id, "name": name, "value_sealed": sealed[name]} for name in fresh))
    changed = [name for name in sealed if name in known]
    UPDATE_VARIABLE.run_many(
        tx, ({"was_instance_id": instance_id, "was_name": name, "value_sealed": sealed[name]} for name in changed)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenParts:
    """What an instance needs besides its snapshot to go on. Values stay sealed until somebody reads them."""

    variables: dict[str, bytes] = field(default_factory=dict)
    runs: dict[str, dict[str, Any]] = field(default_factory=dict)
    timers: dict[str, WaitingTimer] = field(default_factory=dict)
    awaiting: set[str] = field(default_factory=set)
    broken: set[str | None] = field(default_factory=set)


def open_parts(tx: Transaction, vault: KeyRing, instance_id: int, *, has_runs: bool) -> OpenParts:
    """The variables by name; by token what runs keep for themselves, and the timers; which tokens await a message or signal,
    and with which one something is wrong.
    """
    which = {"instance_id": instance_id}
    asked = [(VARIABLES, which), (TIMERS, which), (AWAITING, which), (BROKEN, which)]
    variables, timers, awaiting, broken, *runs = read_together(tx, [*asked, (RUNS, which)] if has_runs else asked)
    return OpenParts(
        variables={row["name"]: row["value_sealed"] for row in variables},
        runs={
            row["token_id"]: codec.decode(vault.open(row["values_sealed"], context=VARIABLE_CONTEXT))
            for row in (runs[0] if runs else ())
        },
        timers={row["token_id"]: WaitingTimer(**row) for row in timers},
        awaiting={row["token_id"] for row in awaiting},
        broken={row["token_id"] for row in broken},
    )


def save_run_variables(
    tx: Transaction, vault: KeyRing, instance_id: int, runs: Mapping[str, Mapping[str, Any]], changed: Collection[str]
) -> None:
    """Write what changed: the tokens that `runs` no longer has lose their row."""
    DELETE_RUN.run_many(tx, ({"instance_id": instance_id, "token_id": token_id} for token_id in changed))
    fresh = [
        {
            "instance_id": instance_id,
            "token_id": token_id,
            "values_sealed": vault.seal(codec.encode(dict(runs[token_id])), context=VARIABLE_CONTEXT),
        }
        for token_id in sorted(changed)
        if token_id in runs
    ]
    INSERT_RUN.run_many(tx, fresh)


def append_history(
    tx: Transaction,
    vault: KeyRing,
    instance: ProcessInstance,
    events: Sequence[HistoryEvent],
    *,
    first_seq: int,
    head: bytes | None,
    recorded_at: datetime,
) -> bytes | None:
    """Append events to an instance's history, numbered from `first_seq` and chained to `head`; the head after them."""
    fresh, head = history_rows(vault, instance, events, first_seq=first_seq, head=head, recorded_at=recorded_at)
    INSERT_HISTORY.run_many(tx, fresh)
    return head


def history_rows(
    vault: KeyRing,
    instance: ProcessInstance,
    events: Sequence[HistoryEvent],
    *,
    first_seq: int,
    head: bytes | None,
    recorded_at: datetime,
) -> tuple[list[dict[str, Any]], bytes | None]:
    """The rows of INSERT_HISTORY for events that follow upon `head`, and the head after them."""
    if not events:
        return [], head
    chain = chain_of(vault)
    head = head or chain.genesis(instance.id, instance.process_key, instance.business_key)
    fresh = []
    for seq, event in enumerate(events, start=first_seq):
        data = codec.encode_event(event)
        row = {
            "instance_id": instance.id,
            "seq": seq,
            "type": type(event).__name__,
            "at": event.at,
            "recorded_at": recorded_at,
            "by": event.by,
            "activity_id": event.activity_id,
            "token_id": event.token_id,
        }
        link = chain.link(head, Link(**row, data=data))
        fresh.append({**row, "data_sealed": vault.seal(data, context=HISTORY_CONTEXT), "hash": link})
        head = chain.head(link)
    return fresh, head


def write_timers(
    tx: Transaction, instance_id: int, *, started: Iterable[WaitingTimer], moved: Iterable[WaitingTimer], gone: Iterable[str]
) -> None:
    """Write the timers that were started, those that were moved, and without a row those whose token waits no more."""
    DELETE_TIMER.run_many(tx, ({"instance_id": instance_id, "token_id": token_id} for token_id in gone))
    INSERT_TIMER.run_many(tx, (_timer_values(instance_id, timer) for timer in started))
    MOVE_TIMER.run_many(
        tx, ({"was_instance_id": instance_id, "was_token_id": timer.token_id, "due_at": timer.due_at} for timer in moved)
    )


def _timer_values(instance_id: int, timer: WaitingTimer) -> dict[str, Any]:
    return {"instance_id": instance_id, **{name: getattr(timer, name) for name in TIMER_NAMES}}
