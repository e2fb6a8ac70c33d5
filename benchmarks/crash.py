"""Crash proof: web and worker processes die all the time while people work, and nothing is lost, doubled or stuck.

    python -m benchmarks.crash [--kills 500] [--cases N] [--database URL | --postgres] [--clients 20] [--seed N]

Some undisturbed cases show which commit points there are (engine.faults). Then processes die: every other time by a kill from
outside at a random instant, every other time at one of these points, each in its turn. They start again at once. After the last
death all is left to drain, and promises, history and mail are compared (benchmarks.office.verdict). Exit status 1 when anything
is lost, duplicated or stuck, with what and where.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.office.fleet import WEB, WORKER, Fleet, Slot, web_slot, worker_slot
from benchmarks.office.house import furnish
from benchmarks.office.mailbox import Mailbox, free_port
from benchmarks.office.postgres import postgres_server
from benchmarks.office.traffic import Clients, Traffic
from benchmarks.office.verdict import Verdict, drained, inspect

PAUSE_SECONDS = (0.0, 0.6)
LONGEST_WAIT_SECONDS = 15.0
"""A condemned process that doesn't come by its place for so long is killed where it stands."""
DRAIN_SECONDS = 120.0
UNDISTURBED_CASES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much of it. At least `cases` are played, and as many as it takes for all `kills`."""

    kills: int
    cases: int
    clients: int = 20
    webs: int = 2
    workers: int = 2
    seed: int = 20231001


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`places` are the commit points that there are, by role; `deaths` how often a process died at each."""

    verdict: Verdict
    traffic: Traffic
    places: dict[str, list[str]]
    deaths: Counter[str]
    quiet: bool

    @property
    def findings(self) -> list[str]:
        """Everything that must not be; empty when all is well."""
        told = {"lost": self.verdict.lost, "duplicated": self.verdict.duplicated, "stuck": self.verdict.stuck}
        found = [f"{kind}: {what}" for kind, all_of_it in told.items() for what in all_of_it]
        found += [f"wrong: {what}" for what in self.traffic.wrong]
        return found if self.quiet else [*found, f"stuck: not quiet {DRAIN_SECONDS:g} s after the last client went home"]


class Reaper:
    """Lets the processes of a fleet die, one of each role at a time, until so many have died; those that died run again at once.

    Each is killed from outside, whatever it does just then, and what starts in its place is condemned to die at a commit point.
    """

    def __init__(self, fleet: Fleet, places: Mapping[str, Sequence[str]], kills: int, chance: random.Random) -> None:
        self._fleet, self._left = fleet, kills
        self._lock = threading.Lock()
        self._failures: list[Exception] = []
        self._threads = [
            threading.Thread(target=self._haunt, args=(role, known, random.Random(chance.random())))
            for role, known in places.items()
        ]
        for thread in self._threads:
            thread.start()

    @property
    def busy(self) -> bool:
        """Whether anybody has still to die."""
        return any(thread.is_alive() for thread in self._threads)

    def _haunt(self, role: str, places: Sequence[str], chance: random.Random) -> None:
        slots = [slot for slot in self._fleet.slots if slot.role == role]
        try:
            while self._left > 0:
                for place in chance.sample(places, len(places)):
                    time.sleep(chance.uniform(*PAUSE_SECONDS))
                    self._kill_twice(chance.choice(slots), place, chance.choice((1, 1, 2, 3)))
        except Exception as error:
            self._failures.append(error)

    def _kill_twice(self, slot: Slot, place: str, count: int) -> None:
        if self._one_more():
            self._fleet.kill(slot)
            if self._one_more():
                self._fleet.start(slot, crash_at=f"{place}@{count}")
                if not self._fleet.await_death(slot, place, LONGEST_WAIT_SECONDS):
                    self._fleet.kill(slot)
            self._fleet.start(slot)

    def _one_more(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def stop(self) -> None:
        """Let nobody die any more: there is no work left to disturb."""
        with self._lock:
            self._left = 0

    def end(self) -> None:
        """Wait until the last is dead and all run again. Raises what went wrong in killing."""
        for thread in self._threads:
            thread.join()
        for failure in self._failures:
            raise failure


def run(database_url: str, home: Path, plan: Plan) -> Result:
    """Play it on an empty database, with everything that is kept on disk in `home`."""
    chance = random.Random(plan.seed)
    with Mailbox().open() as mailbox:
        ports = [free_port() for _ in range(plan.webs)]
        house = furnish(database_url, home, mail_url=mailbox.url, agents=plan.clients, PORT=str(ports[0]))
        slots = [web_slot(f"web-{port}", port) for port in ports] + [worker_slot(f"worker-{i}") for i in range(plan.workers)]
        fleet = Fleet(slots, house.environment, home / "log")
        clients = Clients(house, [f"http://127.0.0.1:{port}" for port in ports], mailbox, chance)
        places = _places(fleet, clients, home) if plan.kills else {}
        with fleet.cleared():
            _play(fleet, clients, places, plan, chance)
            quiet = not clients.traffic.wrong and drained(house, DRAIN_SECONDS)
        verdict = inspect(house, clients.traffic, clients.carriers, mailbox.received, fleet.deaths)
        house.services.db.dispose()
    deaths = Counter(f"{death.role}: {death.place or 'at a random instant'}" for death in fleet.deaths)
    return Result(verdict=verdict, traffic=clients.traffic, places=places, deaths=deaths, quiet=quiet)


def _places(fleet: Fleet, clients: Clients, home: Path) -> dict[str, list[str]]:
    """Play some cases undisturbed; the commit points that web and worker came by."""
    notes = {role: home / f"places-{role}" for role in (WEB, WORKER)}
    with fleet.cleared():
        for slot in fleet.slots:
            fleet.start(slot, crash_at=f"note:{notes[slot.role]}")
        clients.work(lambda: len(clients.traffic.requests) < UNDISTURBED_CASES)
        time.sleep(1.0)
    return {role: sorted(set(path.read_text("utf-8").split())) for role, path in notes.items()}


def _play(fleet: Fleet, clients: Clients, places: Mapping[str, Sequence[str]], plan: Plan, chance: random.Random) -> None:
    enough = len(clients.traffic.requests) + plan.cases
    for slot in fleet.slots:
        fleet.start(slot)
    reaper = Reaper(fleet, places, plan.kills, chance)
    try:
        clients.work(lambda: reaper.busy or len(clients.traffic.requests) < enough)
        if clients.traffic.wrong:
            reaper.stop()
    finally:
        reaper.end()


def report(result: Result) -> bool:
    """Print what came of it; whether all is well."""
    verdict = result.verdict
    for place, count in sorted(result.deaths.items()):
        print(f"  died {count} times: {place}")
    places = {f"{role}: {place}" for role, known in result.places.items() for place in known}
    print(f"commit_points: {len(places)}")
    print(f"commit_points_without_a_death: {', '.join(sorted(places - result.deaths.keys())) or 'none'}")
    print(f"kills: {result.deaths.total()}")
    print(f"cases: {verdict.cases}")
    print(f"parcels_by_external_tasks: {verdict.parcels}")
    print(f"tasks_fought_for: {result.traffic.quarrels}")
    print(f"mails_repeated_after_a_death: {verdict.repeats}")
    for name in ("lost", "duplicated", "stuck"):
        print(f"{name}: {len(getattr(verdict, name))}")
    print(f"errors_seen_by_clients: {len(result.traffic.wrong)}")
    for finding in result.findings[:50]:
        print(f"  {finding}")
    return not result.findings


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.crash", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--cases", type=int, default=0, help="play at least so many")
    parser.add_argument("--clients", type=int, default=20)
    parser.add_argument("--processes", type=int, default=4, help="half of them serve pages, half are workers")
    parser.add_argument("--seed", type=int, default=20231001)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--database", help="URL of an empty database; by default a fresh SQLite file")
    where.add_argument("--postgres", action="store_true", help="start a PostgreSQL server for it")
    given = parser.parse_args()
    half = given.processes // 2
    plan = Plan(
        kills=given.kills, cases=given.cases, clients=given.clients, webs=half, workers=given.processes - half, seed=given.seed
    )
    with tempfile.TemporaryDirectory(prefix="caseloop-crash-") as folder, database(given, Path(folder)) as url:
        sys.exit(0 if report(run(url, Path(folder), plan)) else 1)


@contextmanager
def database(given: argparse.Namespace, folder: Path) -> Iterator[str]:
    """The URL of the database that the command line asks for."""
    if given.postgres:
        with postgres_server() as server:
            yield f"{server}postgres"
    else:
        yield given.database or f"sqlite:///{folder / 'caseloop.db'}"


if __name__ == "__main__":
    main()
