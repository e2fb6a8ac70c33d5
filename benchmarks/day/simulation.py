"""Plays the day: one virtual instant after the other, while workers in processes of their own fire timers, run jobs and die."""

from __future__ import annotations

import heapq
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.day.comparison import Comparison
from benchmarks.day.office import Office, furnish
from benchmarks.day.recorded import record
from benchmarks.day.stories import Stories, Story
from benchmarks.day.workers import LEASE_SECONDS, Workers
from engine.db.tables import job, process_instance, timer
from engine.model import InstanceState, JobState

EVERY, EVERY_HOUR = 40, timedelta(hours=1)
"""After so many actions, or so much time, a look at what workers have left to do, and at those who died."""
MOST_LEFT, FEW_LEFT = 150, 30
"""People rest while more jobs and timers than the first are due, until as few are as the second: so time doesn't run away."""
ACTIONS_A_CASE = 8
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.05
LOOKS_IN_VAIN = 100
"""After so many looks at which nothing is to come, what is still open is stuck."""
BEFORE = timedelta(hours=1)
STEP = timedelta(hours=36)
"""When all stories are over, time goes on to the next due instant, and this further, until every case is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whom and how much. `kills` are workers that die from outside; each of them dies once more at a commit point."""

    kills: int = 0
    workers: int = 2
    people: int = 6
    seed: int = 20231001


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a day."""

    comparison: Comparison
    actions: int
    deaths: int
    seconds: float

    @property
    def well(self) -> bool:
        return not self.comparison.differences


def play(database_url: str, home: Path, arrivals: Sequence[datetime], plan: Plan) -> Result:
    """Play all cases until each is closed, then hold what was recorded against the oracle.

    Raises TimeoutError when work stands still, and what an action of a story raised.
    """
    begun = time.monotonic()
    office = furnish(database_url, home, now=arrivals[0] - BEFORE, people=plan.people)
    workers = Workers(office, home / "log", count=plan.workers, chance=random.Random(plan.seed))
    stories = Stories(office, plan.seed)
    with workers.fleet.cleared():
        workers.start()
        _Day(office, workers, stories, plan).run(arrivals)
    comparison = Comparison()
    for number, noted in stories.noted.items():
        with office.services.db.reading() as tx:
            comparison.take(record(tx, office.services, number), noted)
    office.services.db.dispose()
    return Result(comparison=comparison, actions=stories.actions, deaths=workers.deaths, seconds=time.monotonic() - begun)


class _Day:
    def __init__(self, office: Office, workers: Workers, stories: Stories, plan: Plan) -> None:
        self._office, self._workers, self._stories, self._plan = office, workers, stories, plan
        self._coming: list[tuple[datetime, int, Story]] = []
        self._looked = self._killed = 0
        self._looked_at = office.clock.now()

    def run(self, arrivals: Sequence[datetime]) -> None:
        """Let every case arrive and be worked on, then everything that still runs come to its end."""
        kill_after = len(arrivals) * ACTIONS_A_CASE // (self._plan.kills + 1)
        self._coming = [(at, index, self._stories.of(index, at)) for index, at in enumerate(arrivals)]
        while self._coming:
            at, index, story = heapq.heappop(self._coming)
            self._advance(at)
            rest = next(story, None)
            if rest is not None:
                heapq.heappush(self._coming, (self._office.clock.now() + rest, index, story))
            if self._stories.actions - self._looked >= EVERY or self._office.clock.now() - self._looked_at >= EVERY_HOUR:
                self._look(kill_after)
        in_vain = 0
        while self._open() and in_vain < LOOKS_IN_VAIN:
            self._look(0)
            self._settle()
            if comes_at := self._next():
                in_vain = 0
                self._advance(comes_at + STEP)
            else:
                # a worker may be between two transactions
                in_vain += 1
                time.sleep(PAUSE_SECONDS)

    def _advance(self, at: datetime) -> None:
        self._office.clock.set(max(at, self._office.clock.now()))

    def _look(self, kill_after: int) -> None:
        self._looked, self._looked_at = self._stories.actions, self._office.clock.now()
        if self._killed < self._plan.kills and self._stories.actions >= (self._killed + 1) * kill_after:
            self._workers.kill_one()
            self._killed += 1
        self._workers.revive()
        if self._left() > MOST_LEFT:
            self._wait_for(lambda: self._left() <= FEW_LEFT, "the workers to catch up")

    def _settle(self) -> None:
        """Wait until nothing is due; what a dead worker holds comes free as time goes on."""
        self._wait_for(lambda: not self._left(), "what is due")

    def _wait_for(self, come: Callable[[], bool], what: str) -> None:
        give_up = time.monotonic() + PATIENCE_SECONDS
        while not come():
            if time.monotonic() > give_up:
                raise TimeoutError(f"waited {PATIENCE_SECONDS:g} s for {what}; {self._left()} jobs and timers are due")
            self._workers.revive()
            time.sleep(PAUSE_SECONDS)

    def _left(self) -> int:
        """How many jobs and timers are due and not taken."""
        now = self._office.clock.now()
        jobs = select(func.count()).select_from(job).where(job.c.state == JobState.AVAILABLE, job.c.available_at <= now)
        timers = select(func.count()).select_from(timer).where(timer.c.due_at <= now)
        with self._office.services.db.reading() as tx:
            return tx.execute(jobs).scalar_one() + tx.execute(timers).scalar_one()

    def _open(self) -> int:
        query = select(func.count()).select_from(process_instance).where(process_instance.c.state == InstanceState.ACTIVE)
        with self._office.services.db.reading() as tx:
            return tx.execute(query).scalar_one()

    def _next(self) -> datetime | None:
        """When the next timer is due, and not before what a dead worker holds comes free; None when nothing will happen."""
        with self._office.services.db.reading() as tx:
            due_at = tx.execute(select(func.min(timer.c.due_at))).scalar_one()
            held = tx.execute(select(func.count()).select_from(job).where(job.c.state == JobState.LEASED)).scalar_one()
        return self._office.clock.now() + timedelta(seconds=LEASE_SECONDS) if held else due_at
