"""Many pending timers of which some fall due at once: how fast they are fired, and what an agent feels of it meanwhile."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.crew import crew, engine_on
from benchmarks.diagrams import reminded
from benchmarks.filling import fill
from benchmarks.places import Place
from benchmarks.steps import percentile
from engine.commands import ClaimTask, CompleteTask, StartInstance
from engine.db import queries, tables
from engine.db.database import Database
from engine.service import Engine
from engine.vault import KeyRing

ACTIONS_PER_SECOND = 25.0
WORKERS = 2
LONGEST_BURST_SECONDS = 150.0


def burst(place: Place, folder: Path, *, pending: int, due: int, within: float, idle: float) -> Iterator[tuple[str, float]]:
    """`due` of `pending` timers fall due `within` seconds, spread evenly, while two workers fire and one agent works.

    The agent's p99 is taken over the time in which timers are due and not yet fired, and before over `idle` seconds of rest.
    """
    key_file = folder / "burst-keys.json"
    KeyRing.generate().save(key_file)
    with place.fresh() as database:
        url = database.url.render_as_string(hide_password=False)
        engine = engine_on(url, key_file)
        copies = fill(database, _model(engine), pending, prefix="copy-")
        agent = Agent(engine, copies[due:])
        with crew(url, key_file, WORKERS) as go:
            go.set()
            agent.work(_for(5.0))
            calm = agent.work(_for(idle))
            begun = time.perf_counter()
            _fall_due(database, engine, copies[:due], within)
            busy = agent.work(_until_fired(database, engine, begun + within))
            seconds, left = time.perf_counter() - begun, _due(database, engine)
        engine.db.dispose()
    yield f"timers_drained_per_second_{place.kind}", (due - left) / seconds
    yield f"timers_left_after_{seconds:.0f}_seconds_{place.kind}", left
    yield f"user_action_p99_milliseconds_idle_{place.kind}", percentile(calm, 0.99) * 1000
    yield f"user_action_p99_milliseconds_burst_{place.kind}", percentile(busy, 0.99) * 1000
    yield f"user_action_p99_burst_over_idle_{place.kind}", percentile(busy, 0.99) / percentile(calm, 0.99)


class Agent:
    """Claims and completes tasks of instances whose timers are far, one after another, so many a second."""

    def __init__(self, engine: Engine, copies: range) -> None:
        self._engine = engine
        self._left = random.Random(2).sample(copies, min(len(copies), 20_000))

    def work(self, goes_on: Callable[[], bool]) -> list[float]:
        """The seconds that each action took."""
        costs = []
        while goes_on():
            costs.extend(self._handle(self._left.pop()))
        return costs

    def _handle(self, instance_id: int) -> Iterator[float]:
        with self._engine.db.reading() as tx:
            task = next(iter(queries.tasks(tx, instance_id=instance_id)))
        for command, order in ((ClaimTask, self._engine.claim), (CompleteTask, self._engine.complete)):
            begun = time.perf_counter()
            with self._engine.db.transaction() as tx:
                order(tx, command(task_id=task.id, by="li"))  # type: ignore[operator]
            spent = time.perf_counter() - begun
            yield spent
            time.sleep(max(0.0, 1 / ACTIONS_PER_SECOND - spent))


def _model(engine: Engine) -> int:
    deployment = engine.deploy(reminded(), by="bench")
    with engine.db.transaction() as tx:
        return engine.start(tx, StartInstance(deployment_id=deployment.id, business_key="model", by="bench")).id


def _fall_due(database: Database, engine: Engine, copies: range, within: float) -> None:
    """Spread the due instants of these instances' timers over so many seconds from now on."""
    table, now = tables.timer, engine.clock.now()
    parts = 60
    for part in range(parts):
        low, high = (copies[0] + len(copies) * edge // parts for edge in (part, part + 1))
        due_at = now + timedelta(seconds=within * (part + 1) / parts)
        with database.transaction() as tx:
            tx.execute(table.update().where(table.c.instance_id >= low, table.c.instance_id < high).values(due_at=due_at))


def _due(database: Database, engine: Engine) -> int:
    query = select(func.count()).where(tables.timer.c.due_at <= engine.clock.now())
    with database.reading() as tx:
        return tx.execute(query).scalar_one()


def _for(seconds: float) -> Callable[[], bool]:
    end = time.perf_counter() + seconds
    return lambda: time.perf_counter() < end


def _until_fired(database: Database, engine: Engine, earliest: float) -> Callable[[], bool]:
    """Until the last is due and all are fired; counted once a second, so that counting is no burden."""
    give_up, looked = time.perf_counter() + LONGEST_BURST_SECONDS, time.perf_counter()

    def goes_on() -> bool:
        nonlocal looked
        now = time.perf_counter()
        if now < earliest or now - looked < 1.0:
            return now < give_up
        looked = now
        return now < give_up and _due(database, engine) > 0

    return goes_on
