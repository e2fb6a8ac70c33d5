"""Random processes played through the whole engine, which forgets everything but its database between any two steps.

People, workers, messages and the clock act in random order. After each step everything that is open is compared with a
model (tests/engine/blocks.py) that knows neither tokens nor tables.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st
from sqlalchemy import select

from bpmn.lint import check_package
from engine.commands import ClaimTask, CompleteTask, CorrelateMessage, RetryIncident, SetVariables
from engine.db import queries, store, tables
from engine.db.database import Database
from engine.errors import TaskNotOpen
from engine.history import InstanceCompleted
from engine.model import InstanceState, JobState, ProcessInstance
from engine.ports import Done, Fail, HandlerCall, JobOutcome, Snooze, Throw
from engine.vault import KeyRing
from tests.conftest import fresh_postgres
from tests.engine.blocks import Each, Scope, after, enabled, settle, triggers, works
from tests.engine.conftest import Bench
from tests.engine.drawing import calm, leaves, stormy
from tests.engine.spoken import Count, Decide, size, told_by, written
from tests.support.examples import examples

KINDS = ["person", "person", "job"]
EACH = st.builds(Each, st.integers(1, 3), sequential=st.booleans())
LEAVES = leaves(KINDS, ["pass", "decide"], EACH)
CALM, STORMY = calm(LEAVES, most=12), stormy(LEAVES, KINDS, most=6)
MOST_NODES = 90
MOST_STEPS = 60
HANDLERS = ("job", "count", "decide")
OPEN_JOBS = (JobState.AVAILABLE, JobState.LEASED, JobState.FAILED)


class Doer:
    """Does jobs as the story tells it to: ends, fails, sleeps, or takes so long that the clock moves meanwhile."""

    name = "job"

    def __init__(self) -> None:
        self.told: Callable[[HandlerCall], JobOutcome] = lambda call: Done()

    def do(self, call: HandlerCall) -> JobOutcome:
        return self.told(call)


class Story:
    """One instance and its model, side by side."""

    def __init__(self, bench: Bench, block: object, data: st.DataObject) -> None:
        named, self.package, variables = written(block)
        note(self.package.diagram_bytes.decode())
        assume(size(self.package) <= MOST_NODES)
        assert [str(each.message) for each in check_package(self.package, handlers=HANDLERS) if each.severity == "error"] == []
        self.draw = data.draw
        self.doer = Doer()
        bench.handlers.update(zip(HANDLERS, (self.doer, Count(), Decide()), strict=True))
        self.bench = bench
        self.revision = 0
        self.variables = {"number": "N-1", "kept": {"$": [1, 1.0, True], "typename": "datetime"}, **variables}
        self.model = settle(Scope(named), bench.clock.now())
        self.asleep: dict[str, Any] = {}
        self.broken: set[str] = set()
        self.instance = self._start()

    def _start(self) -> ProcessInstance:
        """An instance of the package, which was checked already and needs no process of its own to compile."""
        about = {"key": "story", "version": "1.0", "name": "story", "content_hash": self.package.content_hash}
        with self.bench.db.transaction() as tx:
            store.insert_deployment(tx, files=self.package.to_files(), deployed_at=self.now, deployed_by="ana", **about)
        return self.bench.start(self.package, **self.variables)

    @property
    def now(self) -> Any:
        return self.bench.clock.now()

    # -- the model

    def poll(self) -> None:
        """Fire what is due, in order, each at its instant."""
        while due := min(
            (timer for timer in triggers(self.model) if timer.due and timer.due <= self.now), key=_due, default=None
        ):
            self.model, _ = after(self.model, due.event, due.due)

    def go(self, name: str) -> None:
        self.model, _ = after(self.model, name, self.now)

    def accepts(self, order: str, name: str) -> bool:
        return (order, name) in enabled(self.model)

    # -- one step

    def step(self) -> None:
        """One order by chance, given to a fresh engine and to the model."""
        orders = sorted({order for order in enabled(self.model) if order[0] != "fire"})
        people = {each.name for each in works(self.model) if each.kind == "person"}
        choices = [order for order in orders if order[0] != "complete" or order[1] in people]
        choices += [("wait", "a little"), ("wait", "for a timer"), ("wait", "long"), ("fire", "")]
        choices += [("run", "")] * 4 if any(each.kind == "job" for each in works(self.model)) else []
        choices += [("repair", "")] * 2 if self.broken else []
        choices += [("tell", "somebody"), ("set", "note")]
        verb, name = self.draw(st.sampled_from(choices))
        note(f"{verb} {name} at {self.now}")
        self.bench = self.bench.restarted()
        getattr(self, f"_{verb}")(name)
        self.asleep = {name: until for name, until in self.asleep.items() if self._is_job(name)}
        self.broken = {name for name in self.broken if self._is_job(name)}

    def _is_job(self, name: str) -> bool:
        return any(each.name == name for each in works(self.model))

    def _wait(self, how: str) -> None:
        due = [timer.due - self.now for timer in triggers(self.model) if timer.due and timer.due > self.now]
        exactly = self.draw(st.sampled_from(sorted(due))) if due and how == "for a timer" else timedelta(minutes=7)
        self.bench.clock.set(self.now + (timedelta(hours=3) if how == "long" else exactly))

    def _fire(self, _name: str) -> None:
        self.bench.engine.fire_due_timers()
        self.poll()

    def _complete(self, name: str) -> None:
        with self.bench.db.reading() as tx:
            open_tasks = queries.tasks(tx, instance_id=self.instance.id)
        task = self.draw(st.sampled_from([task for task in open_tasks if task.activity_id == name]))
        before = self.model
        self.poll()
        if not self.accepts("complete", name):
            with pytest.raises(TaskNotOpen), self.bench.db.transaction() as tx:
                self.bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))
            self.model = before
            return
        with self.bench.db.transaction() as tx:
            self.bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))
        with self.bench.restarted().db.transaction() as tx:
            self.bench.engine.complete(tx, CompleteTask(task_id=task.id, by="li"))
        self.go(name)

    def _deliver(self, name: str) -> None:
        self.poll()
        taken = self.accepts("deliver", name)
        assert self._send(told_by(name), "N-1", at=name) is taken
        if taken:
            self.variables[name] = {"at": name}
            self.go(name)

    def _tell(self, _name: str) -> None:
        assert not self._send("nobody waits", "N-1")
        for _, event in [order for order in enabled(self.model) if order[0] == "deliver"]:
            assert not self._send(told_by(event), "N-2")

    def _send(self, name: str, key: str, **data: Any) -> bool:
        with self.bench.db.transaction() as tx:
            return self.bench.engine.correlate(tx, CorrelateMessage(name=name, correlation_key=key, by="ana", data=data))

    def _run(self, _name: str) -> None:
        outcome = self.draw(st.sampled_from(["done", "done", "done", "slow", "snooze", "fail"]))
        seen: list[str] = []

        def do(call: HandlerCall) -> JobOutcome:
            seen.append(call.activity_id)
            if outcome == "slow":
                self.bench.clock.advance(minutes=11)
            if outcome == "snooze":
                return Snooze(seconds=600)
            if outcome == "fail":
                return Fail(reason="no", permanent=True)
            return Throw(error_code="lost") if "failing" in call.activity_id else Done(result={"by": call.activity_id})

        self.doer.told = do
        self.poll()
        self.bench.worker.run_once()
        ready = {each.name for each in works(self.model) if each.kind == "job"} - self.broken
        ready -= {name for name, until in self.asleep.items() if until > self.now}
        if not seen:
            assert not ready
            return
        [name] = seen
        assert name in ready or outcome == "slow"
        self.asleep.pop(name, None)
        if outcome == "snooze":
            self.asleep[name] = self.now + timedelta(minutes=10)
            return
        self._settle_job(name, outcome)

    def _settle_job(self, name: str, outcome: str) -> None:
        self.poll()
        if not self._is_job(name):
            return
        if outcome == "fail":
            self.broken.add(name)
            return
        if "failing" not in name:
            self.variables[name] = {"by": name}
        self.go(name)

    def _repair(self, _name: str) -> None:
        with self.bench.db.reading() as tx:
            incidents = queries.incidents(tx, self.bench.vault, instance_id=self.instance.id)
        incident = self.draw(st.sampled_from(incidents))
        before = self.model
        self.poll()
        if not self._is_job(incident.activity_id):
            self.model = before
            return
        with self.bench.db.transaction() as tx:
            self.bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))
        self.broken.discard(incident.activity_id)

    def _set(self, name: str) -> None:
        self.variables[name] = {"revision": self.revision, "at": self.now}
        self.poll()
        if self.model is None:
            self.bench.engine.fire_due_timers()
            del self.variables[name]
            return
        values = {name: self.variables[name]}
        with self.bench.db.transaction() as tx:
            self.bench.engine.set_variables(
                tx, SetVariables(instance_id=self.instance.id, values=values, by="ana", reason="chance")
            )

    # -- what must hold

    def check(self) -> None:
        """Everything in the database is as the model says."""
        instance_id = self.instance.id
        with self.bench.db.reading() as tx:
            instance = queries.instance(tx, instance_id)
            tasks = queries.tasks(tx, instance_id=instance_id)
            timers = queries.timers(tx, instance_id)
            jobs = [job for job in queries.jobs(tx, instance_id=instance_id) if job.state in OPEN_JOBS]
            messages = queries.subscriptions(tx, instance_id=instance_id)
            incidents = queries.incidents(tx, self.bench.vault, instance_id=instance_id)
            variables = queries.variables(tx, self.bench.vault, instance_id)
            rows = list(tx.execute(_history_rows(instance_id)))
            known_length = tx.execute(
                select(tables.process_instance.c.history_length).where(tables.process_instance.c.id == instance_id)
            ).scalar_one()
        doing = list(works(self.model))
        waiting = list(triggers(self.model))
        assert sorted(task.activity_id for task in tasks) == sorted(each.name for each in doing if each.kind == "person")
        assert sorted((timer.activity_id, timer.due_at) for timer in timers) == sorted(
            (each.event, each.due) for each in waiting if each.due
        )
        assert sorted(job.activity_id for job in jobs) == sorted(each.name for each in doing if each.kind == "job")
        assert {job.activity_id for job in jobs if job.state is JobState.FAILED} == self.broken
        assert {incident.activity_id for incident in incidents} == self.broken, [each.message for each in incidents]
        assert sorted(each.activity_id for each in messages) == sorted(each.event for each in waiting if not each.due)
        assert (instance.state is InstanceState.COMPLETED) is (self.model is None)
        assert [row.seq for row in rows] == list(range(rows[0].seq, rows[0].seq + len(rows)))
        assert known_length == len(rows)
        assert sum(row.type == InstanceCompleted.__name__ for row in rows) == (self.model is None)
        self._check_variables(variables)
        assert instance.revision >= self.revision
        self.revision = instance.revision

    def _check_variables(self, variables: dict[str, Any]) -> None:
        for name, value in self.variables.items():
            assert variables[name] == value
            assert repr(variables[name]) == repr(value), "types are kept"


def _due(timer: Any) -> Any:
    return timer.due


def _history_rows(instance_id: int) -> Any:
    table = tables.history_event
    return select(table.c.seq, table.c.type).where(table.c.instance_id == instance_id).order_by(table.c.seq)


def play(database: Database, vault: KeyRing, block: object, data: st.DataObject) -> None:
    """Play until the model ends, or long enough."""
    note(f"{block}")
    story = Story(Bench(database, vault), block, data)
    story.check()
    for _ in range(MOST_STEPS):
        if story.model is None:
            break
        story.step()
        story.check()


@contextmanager
def fresh_sqlite(template: Path, folder: Path) -> Iterator[Database]:
    """A SQLite database of its own for one example."""
    path = folder / f"{uuid.uuid4().hex}.db"
    shutil.copy(template, path)
    database = Database(f"sqlite:///{path}")
    try:
        yield database
    finally:
        database.dispose()
        for each in folder.glob(f"{path.name}*"):
            each.unlink()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@examples(20)
@given(block=CALM, data=st.data())
def test_a_random_process_behaves_like_its_model(sqlite_template, folder, vault, block, data):
    with fresh_sqlite(sqlite_template, folder) as database:
        play(database, vault, block, data)


@examples(20)
@given(block=STORMY, data=st.data())
def test_a_random_process_with_errors_and_event_sub_processes_behaves_like_its_model(sqlite_template, folder, vault, block, data):
    with fresh_sqlite(sqlite_template, folder) as database:
        play(database, vault, Scope(block, guarded=True), data)


@examples(4)
@given(block=STORMY, data=st.data())
def test_on_postgresql_too_a_random_process_behaves_like_its_model(postgres_url, vault, block, data):
    with fresh_postgres(postgres_url) as url:
        database = Database(url)
        try:
            play(database, vault, Scope(block, guarded=True), data)
        finally:
            database.dispose()
