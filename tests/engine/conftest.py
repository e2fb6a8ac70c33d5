"""An engine on a real database with a clock that moves only when told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from bpmn.package import ProcessPackage
from engine.commands import ClaimTask, CompleteTask, StartInstance
from engine.db import queries
from engine.db.database import Database
from engine.model import ProcessInstance, UserTask
from engine.ports import Handler
from engine.service import Engine
from engine.testing import FakeChance, FakeClock
from engine.vault import KeyRing
from engine.worker import Worker

NINE = datetime(2023, 10, 1, 9, tzinfo=UTC)


class Bench:
    """An engine with short words for what tests do with it."""

    def __init__(self, database: Database, vault: KeyRing) -> None:
        self.clock = FakeClock(NINE)
        self.handlers: dict[str, Handler] = {}
        self.vault = vault
        self.db = database
        self.engine = Engine(database, vault=vault, handlers=self.handlers, clock=self.clock, chance=FakeChance())
        self.worker = Worker(self.engine, name="test")

    def restarted(self) -> Bench:
        """The same database and clock under a fresh engine, as after a crash."""
        again = Bench(self.db, self.vault)
        again.clock.set(self.clock.now())
        again.handlers.update(self.handlers)
        return again

    def start(self, package: ProcessPackage, key: str = "K-1", **variables: Any) -> ProcessInstance:
        deployment = self.engine.deploy(package, by="ana")
        with self.db.transaction() as tx:
            return self.engine.start(
                tx, StartInstance(deployment_id=deployment.id, business_key=key, by="ana", variables=variables)
            )

    def tasks(self, instance: ProcessInstance) -> dict[str, UserTask]:
        """The open tasks by activity."""
        with self.db.reading() as tx:
            return {task.activity_id: task for task in queries.tasks(tx, instance_id=instance.id)}

    def do(
        self, instance: ProcessInstance, activity: str, data: Mapping[str, Any] | None = None, by: str = "li"
    ) -> ProcessInstance:
        """Claim and complete an open task."""
        task = self.tasks(instance)[activity]
        with self.db.transaction() as tx:
            self.engine.claim(tx, ClaimTask(task_id=task.id, by=by))
        with self.db.transaction() as tx:
            return self.engine.complete(tx, CompleteTask(task_id=task.id, by=by, data=data or {}))

    def instance(self, instance: ProcessInstance) -> ProcessInstance:
        with self.db.reading() as tx:
            return queries.instance(tx, instance.id)

    def variables(self, instance: ProcessInstance) -> dict[str, Any]:
        with self.db.reading() as tx:
            return queries.variables(tx, self.vault, instance.id)

    def history(self, instance: ProcessInstance, *kinds: type) -> list[Any]:
        with self.db.reading() as tx:
            events = queries.history(tx, self.vault, instance.id)
        return [event for event in events if not kinds or isinstance(event, kinds)]


@pytest.fixture
def bench(database: Database, vault: KeyRing) -> Bench:
    return Bench(database, vault)
