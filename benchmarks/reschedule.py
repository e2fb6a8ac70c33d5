"""Many open instances follow a lookup at once while agents work: a calendar was edited, say.

    python -m benchmarks.reschedule [--cases 100000] [--agents 4] [--postgres URL | --sqlite]

Each case has an open task with two timers that ask a lookup of the benchmark's own, a table of due instants; all of these move
by an hour. Agents in this process claim and release tasks at a person's pace, first while nothing else happens, then while
another process reschedules. The timers are counted at the end; exit status 1 when one didn't move.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import Column, MetaData, Table, func, insert, literal, select, update

from benchmarks.crew import context
from benchmarks.diagrams import end, flow, package, start, user
from benchmarks.filling import fill
from benchmarks.places import SQLITE, Place, postgres
from benchmarks.steps import percentile
from bpmn.package import ProcessPackage
from engine.commands import ClaimTask, ReleaseTask, RescheduleInstances, StartInstance
from engine.db import tables
from engine.db.database import Database
from engine.db.types import Key, UtcDateTime
from engine.model import ProcessInstance
from engine.ports import Answer, Transaction
from engine.service import Engine
from engine.vault import KeyRing

DUE = datetime(2100, 1, 1, tzinfo=UTC)
LATER = DUE + timedelta(hours=1)
PAUSE_SECONDS = 0.1
IDLE_SECONDS = 10.0
TARGET = Table("bench_target", MetaData(), Column("instance_id", Key, primary_key=True), Column("due_at", UtcDateTime))


class Targets:
    """The lookup `target`: due instants, read for a whole batch in one statement."""

    name = "target"

    def answers(self, tx: Transaction, instances: Sequence[ProcessInstance], at: datetime) -> Mapping[int, Answer]:
        ids = [instance.id for instance in instances]
        found = tx.execute(select(TARGET).where(TARGET.c.instance_id.in_(ids)))
        return {row.instance_id: partial(_target, row.due_at) for row in found}


def _target(due_at: datetime) -> dict[str, Any]:
    return {"due_at": due_at, "before": lambda hours: due_at - timedelta(hours=float(hours))}


def promised() -> ProcessPackage:
    """A user task that is warned of and escalated by the lookup."""
    timers = [_timer("warning", "= target().before(2)"), _timer("breach", "= target().due_at")]
    flows = [flow("start", "handle"), flow("handle", "end"), flow("warning", "warned"), flow("breach", "escalated")]
    return package("promised", start(), user("handle"), *timers, end(), end("warned"), end("escalated"), *flows)


def _timer(ident: str, text: str) -> str:
    inside = f"<bpmn:timerEventDefinition><bpmn:timeDate>{text}</bpmn:timeDate></bpmn:timerEventDefinition>"
    return f'<bpmn:boundaryEvent id="{ident}" attachedToRef="handle" cancelActivity="false">{inside}</bpmn:boundaryEvent>'


def engine_on(database: Database, key_file: Path) -> Engine:
    return Engine(database, vault=KeyRing.from_file(key_file), handlers={}, lookups=[Targets()])


def furnished(engine: Engine, cases: int) -> range:
    """So many open cases with their targets; the ids of them."""
    deployment = engine.deploy(promised(), by="bench")
    instance = tables.process_instance.c
    with engine.db.transaction() as tx:
        TARGET.create(tx)
        tx.execute(insert(TARGET).values(instance_id=1, due_at=DUE))
        model = engine.start(tx, StartInstance(deployment_id=deployment.id, business_key="model", by="bench"))
    copies = fill(engine.db, model.id, cases, prefix="copy-")
    with engine.db.transaction() as tx:
        told = select(instance.id, literal(DUE, UtcDateTime)).where(instance.id > model.id)
        tx.execute(insert(TARGET).from_select(["instance_id", "due_at"], told))
    return copies


class Agents:
    """People of these teams who claim a task and give it back, each action timed."""

    def __init__(self, engine: Engine, copies: range, count: int, *, teams: frozenset[str] = frozenset()) -> None:
        self._engine = engine
        self._teams = teams
        self._copies = copies
        self._count = count
        with engine.db.reading() as tx:
            query = select(tables.user_task.c.instance_id, tables.user_task.c.id)
            self._tasks = {
                row.instance_id: row.id for row in tx.execute(query.where(tables.user_task.c.instance_id >= copies.start))
            }

    @contextmanager
    def at_work(self) -> Iterator[list[float]]:
        """The seconds of each action while the block runs."""
        seconds: list[float] = []
        stop = Event()
        with ThreadPoolExecutor(self._count) as pool:
            people = [
                pool.submit(self._work, f"agent-{number}", self._copies[number :: self._count], seconds, stop)
                for number in range(self._count)
            ]
            try:
                yield seconds
            finally:
                stop.set()
            for each in people:
                each.result()

    def _work(self, login: str, own: range, seconds: list[float], stop: Event) -> None:
        chance = random.Random(login)
        while not stop.wait(PAUSE_SECONDS):
            task_id = self._tasks[chance.choice(own)]
            for order in (ClaimTask(task_id=task_id, by=login, groups=self._teams), ReleaseTask(task_id=task_id, by=login)):
                act: Callable[[Transaction], object] = partial(self._act, order)
                begun = time.perf_counter()
                self._engine.db.run(act)
                seconds.append(time.perf_counter() - begun)

    def _act(self, order: ClaimTask | ReleaseTask, tx: Transaction) -> object:
        return self._engine.claim(tx, order) if isinstance(order, ClaimTask) else self._engine.release(tx, order)


def _reschedule(url: str, key_file: str, receiver: Any, sender: Any) -> None:
    engine = engine_on(Database(url), Path(key_file))
    sender.send("ready")
    receiver.recv()
    begun = time.perf_counter()
    done = engine.reschedule_all(RescheduleInstances(names=("target",), by="bench", reason="a calendar was edited"))
    sender.send((time.perf_counter() - begun, done.moved, len(done.failed)))


def measured(place: Place, folder: Path, *, cases: int, agents: int) -> Iterator[tuple[str, float]]:
    """The figures of one database."""
    key_file = folder / "reschedule-keys.json"
    KeyRing.generate().save(key_file)
    with place.fresh() as database:
        engine = engine_on(database, key_file)
        people = Agents(engine, furnished(engine, cases), agents)
        with people.at_work() as idle:
            time.sleep(IDLE_SECONDS)
        with database.transaction() as tx:
            tx.execute(update(TARGET).values(due_at=LATER))
        (go, told), (results, answer) = context.Pipe(), context.Pipe()
        url = database.url.render_as_string(hide_password=False)
        process = context.Process(target=_reschedule, args=(url, str(key_file), told, answer), daemon=True)
        process.start()
        results.recv()
        with people.at_work() as busy:
            go.send("go")
            seconds, moved, failed = results.recv()
        process.join()
        unmoved = _unmoved(database)
    yield f"reschedule_seconds_{place.kind}", seconds
    yield f"rescheduled_per_second_{place.kind}", moved / seconds
    yield f"user_action_p99_milliseconds_idle_{place.kind}", percentile(idle, 0.99) * 1000
    yield f"user_action_p99_milliseconds_while_rescheduling_{place.kind}", percentile(busy, 0.99) * 1000
    yield f"user_action_slowest_milliseconds_while_rescheduling_{place.kind}", max(busy) * 1000
    yield f"user_action_p99_while_rescheduling_over_idle_{place.kind}", percentile(busy, 0.99) / percentile(idle, 0.99)
    yield f"failed_or_unmoved_{place.kind}", failed + unmoved


def _unmoved(database: Database) -> int:
    timer = tables.timer.c
    is_moved = timer.due_at.in_([LATER, LATER - timedelta(hours=2)])
    with database.reading() as tx:
        return tx.execute(select(func.count()).select_from(tables.timer).where(~is_moved)).scalar_one()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reschedule", description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--agents", type=int, default=4)
    parser.add_argument("--postgres", metavar="URL", help="a server's URL without a database; by default one of our own")
    parser.add_argument("--sqlite", action="store_true", help="measure SQLite instead")
    given = parser.parse_args()
    wrong = 0.0
    with tempfile.TemporaryDirectory(prefix="caseloop-reschedule-") as folder, postgres(given.postgres) as server:
        place = Place(kind=SQLITE, where=folder) if given.sqlite or server is None else server
        for name, figure in measured(place, Path(folder), cases=given.cases, agents=given.agents):
            print(f"{name}: {figure:.2f}", flush=True)
            wrong += figure if name.startswith("failed") else 0
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
