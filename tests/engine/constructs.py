"""Words for tests of constructs: signals, incidents, and a handler that answers as it is told."""

from __future__ import annotations

from typing import Any

from engine.commands import BroadcastSignal, RetryIncident, SetVariables
from engine.db import queries
from engine.model import Incident, ProcessInstance
from engine.ports import Done, HandlerCall, JobOutcome
from tests.engine.conftest import Bench


class Answers:
    """A doer that answers by the variable `item`, or by what it was told."""

    name = "act"

    def __init__(self, answer: JobOutcome | None = None) -> None:
        self.answer = answer
        self.calls: list[HandlerCall] = []

    def do(self, call: HandlerCall) -> JobOutcome:
        self.calls.append(call)
        return self.answer or Done(result={"double": call.inputs["item"] * 2})


def broadcast(bench: Bench, name: str, **data: Any) -> int:
    with bench.db.transaction() as tx:
        return bench.engine.broadcast(tx, BroadcastSignal(name=name, by="ana", data=data))


def incidents(bench: Bench, instance: ProcessInstance) -> list[Incident]:
    with bench.db.reading() as tx:
        return queries.incidents(tx, bench.vault, instance_id=instance.id)


def retry(bench: Bench, instance: ProcessInstance) -> None:
    [incident] = incidents(bench, instance)
    with bench.db.transaction() as tx:
        bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))


def set_variables(bench: Bench, instance: ProcessInstance, **values: Any) -> None:
    with bench.db.transaction() as tx:
        bench.engine.set_variables(tx, SetVariables(instance_id=instance.id, values=values, by="ana", reason="repair"))
