"""What starts instances by itself: the message, signal and timer start events of the newest deployment of each process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from engine.db import tables
from engine.db.statements import Statement, given
from engine.model import SubscriptionKind
from engine.ports import Transaction

TIMER = "timer"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSubscription:
    """A start event that waits. `started` counts the instances that it has started."""

    id: int
    deployment_id: int
    process_key: str
    activity_id: str
    kind: str
    name: str | None
    due_at: datetime | None
    started: int

    def key(self, number: int) -> str:
        """A business key for an instance that it starts. SQLite gives ids of start events again, ids of deployments never."""
        return f"{self.process_key}-{self.deployment_id}.{self.id}-{number}"


_starts = tables.start_subscription.c
BY_NAME = Statement(
    select(tables.start_subscription)
    .where(_starts.kind == given(_starts.kind), _starts.name == given(_starts.name))
    .order_by(_starts.id)
    .with_for_update()
)
IS_DUE = Statement(select(_starts.id).where(_starts.due_at <= given(_starts.due_at, "now")).limit(1))


def replace_starts(tx: Transaction, process_key: str, deployment_id: int, starts: Iterable[Mapping[str, Any]]) -> None:
    """From now on these start events of a deployment wait, and none of an older version of its process."""
    table = tables.start_subscription
    tx.execute(delete(table).where(table.c.process_key == process_key))
    fresh = [{"deployment_id": deployment_id, "process_key": process_key, "started": 0, **start} for start in starts]
    if fresh:
        tx.execute(insert(table), fresh)


def starts_by_name(tx: Transaction, kind: SubscriptionKind, name: str) -> list[StartSubscription]:
    """The start events that wait for a message or signal, locked until this transaction ends."""
    return [StartSubscription(**record) for record in BY_NAME.all(tx, kind=kind, name=name)]


def is_due(tx: Transaction, now: datetime) -> bool:
    """Whether any start event is due."""
    return IS_DUE.one_or_none(tx, now=now) is not None


def due_start(tx: Transaction, now: datetime) -> StartSubscription | None:
    """The start event that has been due longest, locked; None when none is due or others work on them."""
    table = tables.start_subscription
    query = select(table).where(table.c.due_at <= now).order_by(table.c.due_at, table.c.id).limit(1)
    row = tx.execute(query.with_for_update(skip_locked=True)).one_or_none()
    return StartSubscription(**row._mapping) if row else None


def put_off(tx: Transaction, start: StartSubscription, due_at: datetime) -> None:
    """Let a timer be due later."""
    table = tables.start_subscription
    tx.execute(update(table).where(table.c.id == start.id).values(due_at=due_at))


def note_started(tx: Transaction, start: StartSubscription, *, due_at: datetime | None) -> None:
    """Count an instance; `due_at` is when a timer starts the next one, None when it has fired for the last time."""
    table = tables.start_subscription
    tx.execute(update(table).where(table.c.id == start.id).values(started=start.started + 1, due_at=due_at))
