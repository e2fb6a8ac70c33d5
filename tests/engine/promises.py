"""A lookup and a projection of the tests' own: promises by name, kept in a table, that a diagram asks for by `promise("…")`.

The table changes with the instance's variable `promises`, as a read model does, or directly, as a use case of a desk does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, MetaData, String, Table, delete, insert, select

from engine.db.database import Database
from engine.db.types import Key, UtcDateTime
from engine.history import HistoryEvent, TimerMoved, VariableSet
from engine.model import ProcessInstance
from engine.ports import Answer, Transaction
from engine.service import Engine
from engine.testing import FakeChance
from tests.engine.conftest import Bench

PROMISE = Table(
    "promise",
    MetaData(),
    Column("instance_id", Key, primary_key=True),
    Column("name", String(20), primary_key=True),
    Column("made_at", UtcDateTime),
    Column("due_at", UtcDateTime),
)


class Promises:
    """The lookup `promise`, and the projection that keeps its table; it counts how often it is asked and told."""

    name = "promise"
    ignores = (TimerMoved,)

    def __init__(self) -> None:
        self.asked = 0
        self.told: list[HistoryEvent] = []

    def answers(self, tx: Transaction, instances: Sequence[ProcessInstance], at: datetime) -> Mapping[int, Answer]:
        self.asked += 1
        found: dict[int, dict[str, dict[str, Any]]] = {instance.id: {} for instance in instances}
        for row in tx.execute(select(PROMISE).where(PROMISE.c.instance_id.in_(found))):
            found[row.instance_id][row.name] = _promise(row.made_at, row.due_at)
        return {instance_id: kept.get for instance_id, kept in found.items()}

    def apply(self, tx: Transaction, instance: ProcessInstance, events: Sequence[HistoryEvent]) -> frozenset[str]:
        self.told += events
        made = [event for event in events if isinstance(event, VariableSet) and event.name == "promises"]
        for event in made:
            promise(tx, instance, at=event.at, **event.value)
        return frozenset({self.name} if made else ())


def _promise(made_at: datetime, due_at: datetime | None) -> dict[str, Any]:
    def at(part: float) -> datetime | None:
        return None if due_at is None else made_at + (due_at - made_at) * float(part)

    return {"due_at": due_at, "at": at}


def promise(tx: Transaction, instance: ProcessInstance, *, at: datetime, **due: datetime | None) -> None:
    """Promise things by name, each by an instant or with none."""
    for name, due_at in due.items():
        tx.execute(delete(PROMISE).where(PROMISE.c.instance_id == instance.id, PROMISE.c.name == name))
        tx.execute(insert(PROMISE).values(instance_id=instance.id, name=name, made_at=at, due_at=due_at))


def make_table(database: Database) -> None:
    with database.transaction() as tx:
        PROMISE.create(tx, checkfirst=True)


class Promising(Bench):
    """A bench whose diagrams may ask for promises."""

    def __init__(self, database: Database, vault: Any, promises: Promises | None = None) -> None:
        super().__init__(database, vault)
        self.promises = promises or Promises()
        given = {"handlers": self.handlers, "clock": self.clock, "chance": FakeChance()}
        self.engine = Engine(database, vault=vault, projections=[self.promises], lookups=[self.promises], **given)
        self.worker = type(self.worker)(self.engine, name="test")

    def restarted(self) -> Promising:
        again = Promising(self.db, self.vault)
        again.clock.set(self.clock.now())
        return again
