"""What people at work feel while many open cases are written: their actions timed, and the command that tells it."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event

from sqlalchemy import select

from benchmarks.places import SQLITE, Place, postgres
from benchmarks.steps import percentile
from engine.commands import ClaimTask, ReleaseTask
from engine.db import tables
from engine.ports import Transaction
from engine.service import Engine

PAUSE_SECONDS = 0.1
IDLE_SECONDS = 10.0
SIZES: Mapping[str, int] = {"cases": 100_000, "agents": 4}


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


def told(idle: list[float], busy: list[float], kind: str, doing: str) -> Iterator[tuple[str, float]]:
    """The figures of the actions before and meanwhile."""
    yield f"user_action_p99_milliseconds_idle_{kind}", percentile(idle, 0.99) * 1000
    yield f"user_action_p99_milliseconds_while_{doing}_{kind}", percentile(busy, 0.99) * 1000
    yield f"user_action_slowest_milliseconds_while_{doing}_{kind}", max(busy) * 1000
    yield f"user_action_p99_while_{doing}_over_idle_{kind}", percentile(busy, 0.99) / percentile(idle, 0.99)


def command(name: str, doc: str, measured: Callable[..., Iterator[tuple[str, float]]], sizes: Mapping[str, int] = SIZES) -> None:
    """Measure by the options of the command line and print; exit status 1 when a figure that begins with `failed` isn't zero.

    `measured` is given a place, a folder and the `sizes`, which are options with these defaults.
    """
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{name}", description=doc.splitlines()[0])
    for size, default in sizes.items():
        parser.add_argument(f"--{size}", type=int, default=default)
    parser.add_argument("--postgres", metavar="URL", help="a server's URL without a database; by default one of our own")
    parser.add_argument("--sqlite", action="store_true", help="measure SQLite instead")
    given = parser.parse_args()
    wrong = 0.0
    with tempfile.TemporaryDirectory(prefix=f"caseloop-{name}-") as folder, postgres(given.postgres) as server:
        place = Place(kind=SQLITE, where=folder) if given.sqlite or server is None else server
        for told_name, figure in measured(place, Path(folder), **{size: getattr(given, size) for size in sizes}):
            print(f"{told_name}: {figure:.2f}", flush=True)
            wrong += figure if told_name.startswith("failed") else 0
    sys.exit(1 if wrong else 0)
