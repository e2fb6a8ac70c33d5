"""Many open instances follow a lookup at once while agents work: a calendar was edited, say.

    python -m benchmarks.reschedule [--cases 100000] [--agents 4] [--postgres URL | --sqlite]

Each case has an open task with two timers that ask a lookup of the benchmark's own, a table of due instants; all of these move
by an hour. Agents in this process claim and release tasks at a person's pace, first while nothing else happens, then while
another process reschedules. The timers are counted at the end; exit status 1 when one didn't move.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, Table, func, insert, literal, select, update

from benchmarks.crew import context
from benchmarks.diagrams import end, flow, package, start, user
from benchmarks.filling import fill
from benchmarks.places import Place
from benchmarks.undisturbed import IDLE_SECONDS, Agents, command, told
from bpmn.package import ProcessPackage
from engine.commands import RescheduleInstances, StartInstance
from engine.db import tables
from engine.db.database import Database
from engine.db.types import Key, UtcDateTime
from engine.model import ProcessInstance
from engine.ports import Answer, Transaction
from engine.service import Engine
from engine.vault import KeyRing

DUE = datetime(2100, 1, 1, tzinfo=UTC)
LATER = DUE + timedelta(hours=1)
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
        (go, heard), (results, answer) = context.Pipe(), context.Pipe()
        url = database.url.render_as_string(hide_password=False)
        process = context.Process(target=_reschedule, args=(url, str(key_file), heard, answer), daemon=True)
        process.start()
        results.recv()
        with people.at_work() as busy:
            go.send("go")
            seconds, moved, failed = results.recv()
        process.join()
        unmoved = _unmoved(database)
    yield f"reschedule_seconds_{place.kind}", seconds
    yield f"rescheduled_per_second_{place.kind}", moved / seconds
    yield from told(idle, busy, place.kind, "rescheduling")
    yield f"failed_or_unmoved_{place.kind}", failed + unmoved


def _unmoved(database: Database) -> int:
    timer = tables.timer.c
    is_moved = timer.due_at.in_([LATER, LATER - timedelta(hours=2)])
    with database.reading() as tx:
        return tx.execute(select(func.count()).select_from(tables.timer).where(~is_moved)).scalar_one()


if __name__ == "__main__":
    command("reschedule", __doc__, measured)
