"""Many create cases at once on PostgreSQL: nobody may get more than they can carry, no case may wait while somebody is free.

    python -m benchmarks.assignment [--cases 2000] [--threads 50] [--agents 100] [--capacity 30]

Every fourth case is resolved by its agent as soon as it is there, which frees capacity while others are assigned. Prints also how
many cases a second are assigned when loads aren't kept still, and how many are too many then. Exit status 1 when anybody is
overloaded, a case waits needlessly, or an assignment isn't explained.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from benchmarks.office.postgres import postgres_server
from caseloop import bootstrap
from caseloop.bootstrap import Services
from caseloop.settings import Settings
from desk import tables
from desk.assignment import assign, weight_of
from desk.casetasks import instance_of
from desk.model import NewAgent, Priority
from desk.store import assignments, candidates
from desk.store.loads import WORKING
from engine.db import queries
from engine.errors import Conflict
from engine.history import HandlerDecided
from engine.ports import HandlerCall, Transaction
from handlers.assign import Assign, Known

TEAM = "service"
VERSION = "customer-service/1.0"
SERIES = 4
PROGRAMS = 2
RESOLVED = {"content": "已电话答复", "outcome": "resolved"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of it: overloaded logins, cases that wait needlessly, cases whose assignment says nothing of its candidates."""

    cases: int
    waiting: int
    over_capacity: list[str]
    waiting_while_free: list[str]
    unexplained: list[str]


class NoSecrets:
    """Stands for the hasher of passwords, which is slow on purpose: nobody signs in here."""

    def hash(self, _password: str) -> str:
        return "none"


class Unlocked(Assign):
    """Decides by loads that others may change meanwhile, for comparison."""

    def gather(self, call: HandlerCall, tx: Transaction) -> Known:
        found = candidates.candidates(tx, (TEAM,), call.now)
        return Known(candidates=found, previous_owner=None)


class Crowd:
    """A desk with one team whose agents are all free."""

    def __init__(self, services: tuple[Services, ...], logins: tuple[str, ...]) -> None:
        self.services = services[0]
        self.desks = tuple(one.desk for one in services)
        self.logins = logins

    @classmethod
    @contextmanager
    def on(cls, url: str, *, agents: int, capacity: int) -> Iterator[Crowd]:
        """Furnish a database that has its tables, or none yet."""
        with tempfile.TemporaryDirectory(prefix="caseloop-crowd-") as home:
            settings = Settings.from_environment(
                {"CASELOOP_HOME": home, "CASELOOP_DATABASE_URL": url, "CASELOOP_QUEUE": "embedded"}
            )
            bootstrap.prepare(settings)
            # each has its own connections, as web processes do
            several = tuple(bootstrap.build(settings, hasher=NoSecrets()) for _ in range(PROGRAMS))
            services = several[0]
            services.desk.people.add_team(TEAM, "客服", "Service", by="bench")
            logins = tuple(f"agent{number:03}" for number in range(agents))
            for login in logins:
                new = NewAgent(login=login, name=login, password=f"password of {login}", team_keys=(TEAM,), capacity=capacity)
                services.desk.people.add_agent(new, by="bench")
            services.db.run(lambda tx: services.engine.keep(tx, bootstrap.packaged_processes()[VERSION], by="bench"))
            try:
                yield cls(several, logins)
            finally:
                for one in several:
                    one.engine.queue.close()
                    one.db.dispose()

    def create_and_now_and_then_resolve(self, number: int) -> None:
        """Open a case; every fourth is resolved at once when somebody has it."""
        desk = self.desks[number % PROGRAMS]
        case_number = desk.intake.open_case(_answers(number), by=self.logins[number % len(self.logins)])
        task = desk.inbox.of_case(case_number)[0]
        if number % SERIES or task.assignee is None:
            return
        try:
            desk.work.claim(task.id, by=task.assignee)
            desk.work.complete(task.id, RESOLVED, by=task.assignee)
        except Conflict:
            return  # it changed hands meanwhile

    def drain(self) -> None:
        """Give out what waits, as workers do."""
        while self.desks[0].lines.tend():
            pass


def _answers(number: int) -> Mapping[str, Any]:
    return {
        "channel": "phone",
        "customer_name": f"客户{number}",
        "customer_contact": f"139{number:08}",
        "type": "inquiry",
        "urgency": "normal",
        "scope": "person",
        "usage_blocked": number % 20 == 7,
        "emotional": False,
        "description": "询问账单日",
        "preferred_channel": "phone",
    }


def verdict_of(crowd: Crowd) -> Verdict:
    """Look at what is in the database. Urgent cases may exceed a capacity, so they don't count against it."""
    with crowd.services.db.reading() as tx:
        found = tx.execute(select(tables.case.c["number", "owner", "priority", "state"])).all()
        in_line = assignments.in_line(tx, [row.number for row in found])
        held = {row.number: None if row.number in in_line else row.owner for row in found}
        loads: dict[str, int] = {}
        for row in found:
            if row.state in WORKING and held[row.number] and row.priority != Priority.URGENT:
                loads[row.owner] = loads.get(row.owner, 0) + weight_of(row.priority)
        now = crowd.services.clock.now()
        people = candidates.candidates(tx, (TEAM,), now)
        waiting = assignments.waiting(tx, TEAM, len(found) + 1)
        return Verdict(
            cases=len(found),
            waiting=len(waiting),
            over_capacity=[one.login for one in people if loads.get(one.login, 0) > one.capacity],
            waiting_while_free=[one.number for one in waiting if assign(one.wanted, people, now).assignee],
            unexplained=[row.number for row in found if not _is_explained(tx, crowd, row.number, held[row.number])],
        )


def _is_explained(tx: Transaction, crowd: Crowd, number: str, holder: str | None) -> bool:
    """Whether the last decision names who has the case, with a reason and everybody of the team."""
    history = queries.history(tx, crowd.services.vault, instance_of(tx, number).id)
    decisions = [event for event in history if isinstance(event, HandlerDecided) and event.handler == "assign"]
    last = decisions[-1]
    considered = {one["login"] for one in last.considered}
    return last.result["assignee"] == holder and bool(last.reason_code) and considered == set(crowd.logins)


def _run(url: str, given: argparse.Namespace, *, kept_still: bool) -> tuple[float, Verdict]:
    with Crowd.on(url, agents=given.agents, capacity=given.capacity) as crowd:
        if not kept_still:
            crowd.services.engine.handlers["assign"] = Unlocked()  # type: ignore[index]
        begun = time.perf_counter()
        with ThreadPoolExecutor(given.threads) as pool:
            list(pool.map(crowd.create_and_now_and_then_resolve, range(given.cases)))
        seconds = time.perf_counter() - begun
        crowd.drain()
        return seconds, verdict_of(crowd)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.assignment", description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=50)
    parser.add_argument("--agents", type=int, default=100)
    parser.add_argument("--capacity", type=int, default=30)
    given = parser.parse_args()
    with postgres_server(durable=True) as server:
        seconds, verdict = _run(f"{server}postgres", given, kept_still=True)
    with postgres_server(durable=True) as server:
        loose_seconds, loose = _run(f"{server}postgres", given, kept_still=False)
    print(f"cases: {verdict.cases}")
    print(f"assigned_per_second: {verdict.cases / seconds:.1f}")
    print(f"over_capacity: {len(verdict.over_capacity)}")
    print(f"waiting: {verdict.waiting}")
    print(f"waiting_while_free: {len(verdict.waiting_while_free)}")
    print(f"unexplained: {len(verdict.unexplained)}")
    print(f"assigned_per_second_without_lock: {loose.cases / loose_seconds:.1f}")
    print(f"over_capacity_without_lock: {len(loose.over_capacity)}")
    print(f"speed_over_without_lock: {loose_seconds / seconds:.2f}")
    sys.exit(1 if verdict.over_capacity or verdict.waiting_while_free or verdict.unexplained else 0)


if __name__ == "__main__":
    main()
