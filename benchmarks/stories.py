"""The work that the engine's benchmarks do: cases of the customer-service process through the engine alone, without the web."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bpmn.package import load_package
from engine.commands import ClaimTask, CompleteTask, CorrelateMessage, StartInstance
from engine.db import queries
from engine.db.database import Database
from engine.model import ProcessInstance
from engine.ports import Answer, Decision, Done, HandlerCall, JobOutcome, Transaction
from engine.service import Engine
from engine.testing import FakeClock
from engine.vault import KeyRing
from engine.worker import Worker

PROCESS = Path(__file__).resolve().parents[1] / "processes" / "customer-service" / "1.0"
INTAKE = {
    "channel": "phone",
    "customer_name": "张三",
    "customer_contact": "13812345678",
    "type": "complaint",
    "urgency": "normal",
    "scope": "person",
    "usage_blocked": True,
    "description": "APP支付失败",
}
RESOLVED = {"content": "已修复", "outcome": "resolved"}
START = datetime(2026, 1, 5, tzinfo=UTC)
DUE_IN_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A decider that gives always the same answer: what the desk decides isn't measured here."""

    name: str
    result: Mapping[str, Any]

    def gather(self, call: HandlerCall, tx: Transaction) -> None:
        return None

    def decide(self, call: HandlerCall, facts: None) -> Decision:
        return Decision(result=self.result, reason="for the benchmark")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """A doer that is done at once, or after waiting so long as for something outside."""

    name: str
    result: Mapping[str, Any]
    seconds: float = 0.0

    def do(self, call: HandlerCall) -> JobOutcome:
        if self.seconds:
            time.sleep(self.seconds)
        return Done(result=self.result)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """A lookup that gives every clock the same limit: what the desk keeps of clocks isn't measured here."""

    name: str
    due_at: datetime

    def answers(self, tx: Transaction, instances: Sequence[ProcessInstance], at: datetime) -> Mapping[int, Answer]:
        return {instance.id: self._clock for instance in instances}

    def _clock(self, _name: str) -> Mapping[str, Any]:
        return {"due_at": self.due_at, "at": lambda _fraction: self.due_at}


class Bench:
    """An engine with the packaged process on a database that has its tables."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        due = clock.advance(days=DUE_IN_DAYS)
        clock.advance(days=-DUE_IN_DAYS)
        limits = {name: {"due_at": due, "warn_at": due, "escalated": False, "warned": False} for name in ("respond", "solve")}
        handlers = (
            Answering(name="service-clocks", result={**limits, "round": 1}),
            Answering(name="new-round", result={**limits, "round": 2}),
            Answering(name="assign", result={"assignee": "li", "team": "service", "reason": ""}),
            Answering(name="escalate", result={"supervisor": "wang", "level": 1, "clock": "solve"}),
            Doing(name="notify", result={}),
            Doing(name="survey", result={"survey_id": 1, "until": due}),
            Doing(name="archive", result={}),
        )
        self.clock = clock
        self.engine = Engine(
            database,
            vault=KeyRing.generate(),
            handlers={handler.name: handler for handler in handlers},
            lookups=(Limits(name="clock", due_at=due),),
            clock=clock,
        )
        self.worker = Worker(self.engine, name="bench")
        self.deployment = self.engine.deploy(load_package(PROCESS), by="bench")
        self.transactions = 0

    def start(self, number: str, **variables: Any) -> ProcessInstance:
        """A case up to its open task."""
        case = {"channel": "phone", "team": "service", "customer_kind": "new"}
        command = StartInstance(
            deployment_id=self.deployment.id,
            business_key=number,
            by="li",
            form=INTAKE,
            variables={"case_number": number, "case": case, **variables},
        )
        with self.engine.db.transaction() as tx:
            return self.engine.start(tx, command)

    def claim(self, instance: ProcessInstance) -> int:
        """Its agent begins; the task's id."""
        with self.engine.db.reading() as tx:
            task = next(task for task in queries.tasks(tx, instance_id=instance.id) if task.activity_id == "handle")
        with self.engine.db.transaction() as tx:
            self.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))
        return task.id

    def resolve(self, task_id: int) -> None:
        with self.engine.db.transaction() as tx:
            self.engine.complete(tx, CompleteTask(task_id=task_id, by="li", data=RESOLVED))

    def answer(self, number: str, rating: str) -> None:
        """The customer answers the survey."""
        command = CorrelateMessage(name="survey-answered", correlation_key=number, by="customer", data={"rating": rating})
        with self.engine.db.transaction() as tx:
            self.engine.correlate(tx, command)

    def whole_case(self, number: str) -> None:
        """From the call to the archive, with all its jobs."""
        task = self.claim(self.start(number))
        self.resolve(task)
        self.worker.run_until_idle()
        self.answer(number, "satisfied")
        self.worker.run_until_idle()
