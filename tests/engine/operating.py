"""Orders of an operator, each with a reason, in a transaction of its own."""

from __future__ import annotations

from typing import Any

from engine.commands import (
    MoveToken,
    ResumeInstance,
    SuspendInstance,
)
from engine.db import queries
from engine.model import ProcessInstance
from tests.engine.conftest import Bench
from tests.engine.spiff.diagrams import chain, end, start
from tests.support.packages import person
from tests.support.packages import work as activity

SENDING = (start(), activity("send", "send"), person("after"), end(), chain("start", "send", "after", "end"))


def suspend(bench: Bench, instance: ProcessInstance, reason: str = "the shop moves") -> ProcessInstance:
    with bench.db.transaction() as tx:
        return bench.engine.operations.suspend(tx, SuspendInstance(instance_id=instance.id, by="wang", reason=reason))


def resume(bench: Bench, instance: ProcessInstance) -> ProcessInstance:
    with bench.db.transaction() as tx:
        return bench.engine.operations.resume(tx, ResumeInstance(instance_id=instance.id, by="wang", reason="moved"))


def move(bench: Bench, instance: ProcessInstance, token_id: str, activity_id: str) -> ProcessInstance:
    order = MoveToken(instance_id=instance.id, token_id=token_id, activity_id=activity_id, by="wang", reason="it went astray")
    with bench.db.transaction() as tx:
        return bench.engine.operations.move(tx, order)


def jobs(bench: Bench, instance: ProcessInstance) -> list[Any]:
    with bench.db.reading() as tx:
        return queries.jobs(tx, instance_id=instance.id)
