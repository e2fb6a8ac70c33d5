"""Plays the day: one virtual instant after the other, while workers in processes of their own fire timers, run jobs and die."""

from __future__ import annotations

import heapq
import random
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.day.acting import Actor, Story
from benchmarks.day.comparison import Comparison
from benchmarks.day.leftovers import Leftovers
from benchmarks.day.office import furnish
from benchmarks.day.recorded import record
from benchmarks.day.stories import Stories
from benchmarks.day.workers import Workers

EVERY, EVERY_HOUR = 40, timedelta(hours=1)
"""After so many actions, or so much time, a look at what workers have left to do, and at those who died."""
MOST_LEFT, FEW_LEFT = 150, 30
"""People rest while more jobs and timers than the first are due, until as few are as the second: so time doesn't run away."""
REST = timedelta(seconds=20)
"""So long a story waits for workers that have something to do in its case."""
TOGETHER = timedelta(seconds=45)
"""What comes within so much time is done at one instant, by several hands."""
ALONE = timedelta(seconds=1)
"""So long before and after an edit of the calendars nobody does anything, since nobody could say what came first."""
ACTIONS_A_CASE = 11
PATIENCE_SECONDS = 120.0
PAUSE_SECONDS = 0.05
LOOKS_IN_VAIN = 100
"""After so many looks at which nothing is to come, what is still open is stuck."""
BEFORE = timedelta(hours=1)
TELL_SECONDS = 15.0
"""How far the day is stands on standard error as often."""
STEP = timedelta(hours=36)
"""When all stories are over, time goes on to the next due instant, and this further, until every case is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Whom and how much. `kills` are workers that die from outside; each of them dies once more at a commit point.

    `hands` are people who act at the same time.
    """

    kills: int = 0
    workers: int = 2
    people: int = 6
    hands: int = 3
    seed: int = 20231001


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a day. `seconds` is how long it took to play it, `oracle_seconds` to judge it."""

    comparison: Comparison
    edits: int
    actions: int
    deaths: int
    seconds: float
    oracle_seconds: float

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
    with workers.fleet.cleared(), ThreadPoolExecutor(plan.hands) as hands:
        workers.start()
        _Day(stories, workers, plan, hands).run(arrivals)
    played = time.monotonic()
    comparison = Comparison()
    for number, noted in stories.played.noted.items():
        with office.services.db.reading() as tx:
            comparison.take(record(tx, office.services, number), noted, stories.edits)
    office.services.db.dispose()
    return Result(
        comparison=comparison,
        edits=len({at for edits in stories.edits.values() for at, _ in edits}),
        actions=stories.played.actions,
        deaths=workers.deaths,
        seconds=played - begun,
        oracle_seconds=time.monotonic() - played,
    )


Next = tuple[datetime, int, Actor, Story]
"""When a story goes on; its number, by which ties are broken."""


class _Day:
    def __init__(self, stories: Stories, workers: Workers, plan: Plan, hands: ThreadPoolExecutor) -> None:
        self._stories, self._workers, self._plan, self._hands = stories, workers, plan, hands
        self._clock = stories.office.clock
        self._leftovers = Leftovers(stories.office.services.db)
        self._coming: list[Next] = []
        self._looked = self._killed = 0
        self._looked_at = self._clock.now()
        self._told = time.monotonic()

    def run(self, arrivals: Sequence[datetime]) -> None:
        """Let every case arrive and be worked on, then everything that still runs come to its end."""
        kill_after = len(arrivals) * ACTIONS_A_CASE // (self._plan.kills + 1)
        self._coming = [(at, index, *self._stories.of(index, at)) for index, at in enumerate(arrivals)]
        heapq.heappush(self._coming, (self._clock.now(), len(arrivals), *self._stories.of_calendar()))
        while self._coming:
            batch = self._batch()
            self._go_on(batch)
            if _is_for_all(batch[0]):
                self._advance(self._clock.now() + ALONE)
            if self._stories.played.actions - self._looked >= EVERY or self._clock.now() - self._looked_at >= EVERY_HOUR:
                self._look(kill_after)
        in_vain = 0
        while self._leftovers.open() and in_vain < LOOKS_IN_VAIN:
            self._look(0)
            self._settle()
            if comes_at := self._leftovers.next_at(self._clock.now()):
                in_vain = 0
                self._advance(comes_at + STEP)
            else:
                # a worker may be between two transactions
                in_vain += 1
                time.sleep(PAUSE_SECONDS)

    def _batch(self) -> list[Next]:
        """What comes next, as much as hands can do, and time as far as that."""
        batch = [heapq.heappop(self._coming)]
        if _is_for_all(batch[0]):
            self._advance(max(batch[0][0], self._clock.now() + ALONE))
            return batch
        until = max(batch[0][0], self._clock.now()) + TOGETHER
        while len(batch) < self._plan.hands and self._coming and self._coming[0][0] <= until and not _is_for_all(self._coming[0]):
            batch.append(heapq.heappop(self._coming))
        self._advance(batch[-1][0])
        return batch

    def _go_on(self, batch: Sequence[Next]) -> None:
        """Let stories act, but those of cases for which workers have something to do first: else nobody knows who was first."""
        now = self._clock.now()
        behind = self._leftovers.behind([actor.number for _, _, actor, _ in batch if actor.number], now)
        ready = [one for one in batch if one[2].number not in behind]
        for (_, index, actor, story), rest in zip(ready, self._hands.map(_act, ready), strict=True):
            if rest is not None:
                heapq.heappush(self._coming, (now + rest, index, actor, story))
        for at, index, actor, story in batch:
            if actor.number in behind:
                heapq.heappush(self._coming, (max(at, now) + REST, index, actor, story))
        if not ready:
            self._workers.revive()
            time.sleep(PAUSE_SECONDS)

    def _advance(self, at: datetime) -> None:
        self._clock.set(max(at, self._clock.now()))

    def _look(self, kill_after: int) -> None:
        actions = self._stories.played.actions
        self._looked, self._looked_at = actions, self._clock.now()
        if self._killed < self._plan.kills and actions >= (self._killed + 1) * kill_after:
            self._workers.kill_one()
            self._killed += 1
        self._workers.revive()
        self._tell()
        if self._left() > MOST_LEFT:
            self._wait_for(lambda: self._left() <= FEW_LEFT, "the workers to catch up")

    def _tell(self) -> None:
        """Say how far the day is, now and then."""
        if time.monotonic() - self._told < TELL_SECONDS:
            return
        self._told = time.monotonic()
        played, still = self._stories.played, self._leftovers.open()
        at = f"{self._clock.now():%m-%d %H:%M}"
        print(f"{at}: {len(played.noted)} cases came, {still} are open; {played.actions} actions", file=sys.stderr, flush=True)

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
        return self._leftovers.count(self._clock.now())


def _is_for_all(one: Next) -> bool:
    """Whether it is the story of the calendars, which every case has to follow."""
    return one[2].is_for_all


def _act(one: Next) -> timedelta | None:
    """Let a story act once; how long it rests, None when it is over."""
    return next(one[3], None)
