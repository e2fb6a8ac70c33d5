"""The two queues on PostgreSQL against each other: our own leases by SKIP LOCKED, and Procrastinate.

    python -m benchmarks.queues --postgres URL [--jobs N] [--rounds N]

`URL` names a database of a server on which databases may be made: each measurement gets a fresh one, and the queues take turns.
Prints `name: value` lines, each the median over the rounds: jobs put a second (each with the start of an instance), jobs drained
a second by one and by two worker processes (leased, run, settled, their instance ended), and the milliseconds from the commit
that puts a job to the start of its handler in an idle worker. The handlers do nothing, so that the queue is what is measured.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

from sqlalchemy import func, make_url, select

from bpmn.package import ProcessPackage
from engine.commands import StartInstance
from engine.db import schema, tables
from engine.db.database import Database
from engine.model import JobState
from engine.ports import Done, HandlerCall, JobOutcome
from engine.queue import Queue
from engine.queues.embedded import EmbeddedQueue
from engine.queues.procrastinate import ProcrastinateQueue
from engine.service import Engine
from engine.vault import KeyRing
from engine.worker import Worker

QUEUES: dict[str, type[Queue]] = {"embedded": EmbeddedQueue, "procrastinate": ProcrastinateQueue}
LATE = 30
"""Jobs that are put one by one into an idle worker."""

PACKAGE = {
    "process.toml": b'key = "one-job"\nversion = "1.0"\nname = "One job"\nprocess = "p"\n',
    "one-job.bpmn": b"""<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
    id="d" targetNamespace="urn:bench">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="start"/>
    <bpmn:serviceTask id="tell" name="Tell">
      <bpmn:extensionElements><zeebe:taskDefinition type="telling"/></bpmn:extensionElements>
    </bpmn:serviceTask>
    <bpmn:endEvent id="end"/>
    <bpmn:sequenceFlow id="f1" sourceRef="start" targetRef="tell"/>
    <bpmn:sequenceFlow id="f2" sourceRef="tell" targetRef="end"/>
  </bpmn:process>
</bpmn:definitions>""",
}

spawned = multiprocessing.get_context("spawn")


class Telling:
    """A doer that is done at once, and tells when it began if somebody wants to know."""

    name = "telling"

    def __init__(self, began: Any = None) -> None:
        self._began = began

    def do(self, call: HandlerCall) -> JobOutcome:
        if self._began is not None:
            self._began.put(time.perf_counter())
        return Done()


def engine_on(url: str, keys: Path, queue: str, began: Any = None) -> Engine:
    db, vault = Database(url), KeyRing.from_file(keys)
    return Engine(db, vault=vault, handlers={"telling": Telling(began)}, queue=QUEUES[queue](db, vault))


def work(url: str, keys: Path, queue: str, name: str, ready: Barrier, stop: Event, began: Any) -> None:
    """One worker process."""
    engine = engine_on(url, keys, queue, began)
    with engine.db.reading():
        ready.wait()
    Worker(engine, name=name).run(stop)  # type: ignore[arg-type]
    engine.queue.close()


@contextmanager
def workers(url: str, keys: Path, queue: str, count: int, began: Any = None) -> Iterator[None]:
    """So many worker processes, ready to begin."""
    ready, stop = spawned.Barrier(count + 1), spawned.Event()
    processes = [
        spawned.Process(target=work, args=(url, keys, queue, f"w{number}", ready, stop, began)) for number in range(count)
    ]
    for process in processes:
        process.start()
    ready.wait()
    try:
        yield
    finally:
        stop.set()
        for process in processes:
            process.join()


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    url, name = make_url(server).set(drivername="postgresql+psycopg"), f"bench_{uuid.uuid4().hex[:12]}"
    admin = Database(server).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        made = url.set(database=name).render_as_string(hide_password=False)
        database = Database(made)
        schema.upgrade(database)
        database.dispose()
        yield made
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


class Contest:
    """One queue on a fresh database, with a process that asks for one job and ends."""

    def __init__(self, url: str, keys: Path, queue: str) -> None:
        self.url, self.keys, self.queue = url, keys, queue
        self.engine = engine_on(url, keys, queue)
        self.deployment = self.engine.deploy(ProcessPackage.from_files(PACKAGE), by="bench")
        self._started = 0

    def put(self, count: int) -> float:
        """Start so many instances, each with a job, each in a transaction of its own; how many a second."""
        begun = time.perf_counter()
        for _ in range(count):
            self._started += 1
            order = StartInstance(deployment_id=self.deployment.id, business_key=f"Q-{self._started}", by="bench")
            with self.engine.db.transaction() as tx:
                self.engine.start(tx, order)
        return count / (time.perf_counter() - begun)

    def drained(self, count: int, processes: int) -> float:
        """Jobs a second by so many worker processes."""
        self.put(count)
        with workers(self.url, self.keys, self.queue, processes):
            begun = time.perf_counter()
            while self._open():
                time.sleep(0.02)
            return count / (time.perf_counter() - begun)

    def latency(self) -> float:
        """Milliseconds from a commit to the start of the handler in an idle worker process, the median of some."""
        began = spawned.SimpleQueue()
        waits = []
        with workers(self.url, self.keys, self.queue, 1, began):
            for _ in range(LATE):
                time.sleep(0.1)
                self.put(1)
                committed = time.perf_counter()
                waits.append(began.get() - committed)
        return 1000 * statistics.median(waits)

    def _open(self) -> int:
        query = select(func.count()).select_from(tables.job).where(tables.job.c.state != JobState.DONE)
        with self.engine.db.reading() as tx:
            return tx.execute(query).scalar_one()

    def close(self) -> None:
        self.engine.queue.close()
        self.engine.db.dispose()


def contest(server: str, keys: Path, queue: str, jobs: int) -> dict[str, float]:
    """All figures of one queue."""
    with fresh_database(server) as url:
        one = Contest(url, keys, queue)
        try:
            one.put(20)
            return {
                "put_per_second": one.put(jobs),
                "drained_per_second_1_worker": one.drained(jobs, 1),
                "drained_per_second_2_workers": one.drained(jobs, 2),
                "latency_ms": one.latency(),
            }
        finally:
            one.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.queues", description=__doc__.splitlines()[0])
    parser.add_argument("--postgres", required=True, metavar="URL", help="a database of the server to measure on")
    parser.add_argument("--jobs", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory(prefix="caseloop-bench-") as folder:
        keys = Path(folder) / "keys.json"
        KeyRing.generate().save(keys)
        for _ in range(asked.rounds):
            for queue in QUEUES:
                for name, value in contest(asked.postgres, keys, queue, asked.jobs).items():
                    found.setdefault(f"{queue}_{name}", []).append(value)
    for name, values in found.items():
        print(f"{name}: {statistics.median(values):.1f}")


if __name__ == "__main__":
    main()
