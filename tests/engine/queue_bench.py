"""A bench whose engine hands out jobs by one queue or the other."""

from __future__ import annotations

from collections.abc import Callable

from engine.commands import EnqueueJob
from engine.db import queries
from engine.db.database import Database
from engine.model import JobState, ProcessInstance
from engine.ports import JobOutcome
from engine.queue import Lease, Queue
from engine.queues.embedded import EmbeddedQueue
from engine.queues.procrastinate import ProcrastinateQueue
from engine.service import Engine
from engine.testing import FakeChance
from engine.vault import KeyRing
from engine.worker import Worker
from tests.engine.conftest import Bench
from tests.engine.spiff.diagrams import chain, end, start
from tests.support.packages import package, person

STORY = package(start(), person("handle"), end(), chain("start", "handle", "end"))
LEASE = 60.0
SOON = 30.0
Make = Callable[[Database, KeyRing], Queue]
QUEUES: dict[str, tuple[str, Make]] = {
    "embedded-sqlite": ("sqlite", EmbeddedQueue),
    "embedded-postgresql": ("postgresql", EmbeddedQueue),
    "procrastinate-postgresql": ("postgresql", ProcrastinateQueue),
}


class QueueBench(Bench):
    """A bench whose engine hands out jobs by the queue under test."""

    def __init__(self, database: Database, vault: KeyRing, make: Make) -> None:
        super().__init__(database, vault)
        self.queue = make(database, vault)
        self.engine = Engine(
            database, vault=vault, handlers=self.handlers, clock=self.clock, chance=FakeChance(), queue=self.queue
        )
        self.worker = Worker(self.engine, name="test", lease_seconds=LEASE)
        self.jobs = 0

    def put(self, instance: ProcessInstance, handler: str = "send", times: int = 1) -> None:
        """Jobs of a running instance, in one transaction."""
        with self.db.transaction() as tx:
            for _ in range(times):
                self.jobs += 1
                key = f"job-{self.jobs}"
                order = EnqueueJob(instance_id=instance.id, handler=handler, label=key, by="ana", idempotency_key=key)
                self.engine.enqueue(tx, order)

    def lease(self, worker: str = "one", limit: int = 9) -> list[Lease]:
        return self.queue.lease(worker=worker, now=self.clock.now(), seconds=LEASE, limit=limit)

    def keys(self, worker: str = "one", limit: int = 9) -> list[str]:
        return [lease.job.idempotency_key for lease in self.lease(worker, limit)]

    def settle(self, lease: Lease, outcome: JobOutcome) -> None:
        with self.db.transaction() as tx:
            Worker(self.engine, name=lease.job.lease_owner or "").settle(tx, lease, outcome)

    def states(self) -> list[JobState]:
        with self.db.reading() as tx:
            return [job.state for job in queries.jobs(tx)]

    def pass_time(self, seconds: float) -> None:
        """Let workers grow old: by our clock, and by the database's, which Procrastinate's heartbeats go by."""
        self.clock.advance(seconds=seconds)
        if isinstance(self.queue, ProcrastinateQueue):
            with self.db.transaction() as tx:
                tx.exec_driver_sql(f"UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '{seconds} s'")

    def tend(self) -> int:
        return self.queue.tend(now=self.clock.now(), seconds=LEASE)
