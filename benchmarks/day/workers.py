"""The worker processes of the day: they tell the shared virtual time, and one of them dies now and then."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path
from threading import Event

from benchmarks.day.office import Office
from benchmarks.office.fleet import WORKER, Fleet, Slot
from caseloop import bootstrap
from caseloop.settings import Settings
from engine.faults import HISTORY_WRITTEN, JOB_HANDLED, JOB_LEASED, JOB_SETTLING
from engine.ports import SystemClock
from engine.testing import SharedClock
from engine.worker import Worker

LEASE_SECONDS = 900.0
"""Of virtual time, which runs a hundred times as fast: a dead worker's jobs are taken over after some real seconds."""
IDLE_SECONDS = 0.1
"""Real ones: people wait for the workers."""
PLACES = ("*:before_commit", "*:after_commit", HISTORY_WRITTEN, JOB_LEASED, JOB_HANDLED, JOB_SETTLING)
LATEST_PASS = 40


def be_worker(arguments: Sequence[str]) -> None:
    """In a process of its own: work until killed. Arguments are role, name and the clock's file."""
    _role, name, clock_file = arguments
    clock = SharedClock(Path(clock_file))
    engine = bootstrap.build(Settings.from_environment(os.environ), clock=clock).engine
    pacing = {"lease_seconds": LEASE_SECONDS, "idle_seconds": IDLE_SECONDS, "pace": SystemClock()}
    Worker(engine, name=f"{name}-{os.getpid()}", **pacing).run(Event())


class Workers:
    """So many worker processes, to be killed by `kill_one`; each that died runs again at once."""

    def __init__(self, office: Office, log: Path, *, count: int, chance: random.Random) -> None:
        names = [f"worker-{number}" for number in range(1, count + 1)]
        slots = [Slot(role=WORKER, name=name, arguments=(name, str(office.clock_file)), environment={}) for name in names]
        self.fleet = Fleet(slots, office.environment, log, program=be_worker)
        self._chance = chance
        self._condemned: dict[str, str] = {}

    @property
    def deaths(self) -> int:
        return len(self.fleet.deaths)

    def start(self) -> None:
        for slot in self.fleet.slots:
            self.fleet.start(slot)

    def kill_one(self) -> None:
        """Kill one from outside, whatever it does just then; what starts in its place is condemned to die at a commit point."""
        slot = self._chance.choice(self.fleet.slots)
        self.fleet.kill(slot)
        place = self._chance.choice(PLACES)
        self._condemned[slot.name] = place
        self.fleet.start(slot, crash_at=f"{place}@{self._chance.randint(1, LATEST_PASS)}")

    def revive(self) -> None:
        """Start again those that died where they were condemned to. Raises RuntimeError when one ended by a failure."""
        for slot in self.fleet.slots:
            if slot.name in self._condemned and self.fleet.await_death(slot, self._condemned[slot.name], 0):
                del self._condemned[slot.name]
                self.fleet.start(slot)
