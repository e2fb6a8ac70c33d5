"""Open cases follow a calendar in which a day was closed, while agents work.

    python -m benchmarks.recompute [--cases 100000] [--agents 4] [--workers 2] [--postgres URL | --sqlite]

Each case is a copy of one that the product opened, with its task, timers, clocks and their events; its solution is due in three
working days. Agents in this process claim and release tasks at a person's pace, first while nothing else happens, then while the
chore of some worker processes lets the cases follow the published closure. Clocks and timers are counted at the end; exit
status 1 when one stayed where it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.assignment import NoSecrets
from benchmarks.crew import context
from benchmarks.filling import BATCH, copy_rows, fill, settle
from benchmarks.places import Place
from benchmarks.undisturbed import IDLE_SECONDS, SIZES, Agents, command, told
from caseloop import bootstrap, first_start
from caseloop.bootstrap import Services
from caseloop.settings import Settings
from desk import tables
from desk.calendaring.calendaredits import with_days
from desk.calendaring.recomputing import Recomputing
from desk.casetasks import instance_of
from engine.db import tables as engine_tables
from engine.db.database import Database
from engine.testing import FakeClock
from engine.worker import Worker

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CLOSED, LEAD, CALENDAR = "2026-03-04", "wang", "cn-office"
PREFIX = "copy-"
SUGGESTION = {
    "channel": "phone",
    "customer_name": "张三",
    "customer_contact": "13812345678",
    "type": "suggestion",
    "subtype": "product_fault",
    "urgency": "normal",
    "scope": "person",
    "usage_blocked": False,
    "description": "希望增加夜间模式",
}
TEAMS = frozenset({"product"})
COPIED = ((tables.case, "number"), (tables.clock, "case_number"), (tables.clock_event, "case_number"))


def product(settings: Settings) -> Services:
    """The product, at a Monday morning that stays."""
    return bootstrap.build(settings, clock=FakeClock(MONDAY), hasher=NoSecrets())


def furnished(services: Services, cases: int) -> range:
    """So many open cases; the ids of their instances."""
    first_start.furnish(services)
    number = services.desk.intake.open_case(SUGGESTION, by="li")
    Worker(services.engine, name="bench").run_until_idle()
    with services.db.reading() as tx:
        model = instance_of(tx, number).id
    copies = fill(services.db, model, cases, prefix=PREFIX)
    for begin in range(0, cases, BATCH):
        given = {"model": number, "begin": begin, "last": min(begin + BATCH, cases) - 1, "prefix": PREFIX}
        with services.db.transaction() as tx:
            for table, column in COPIED:
                copy_rows(tx, table, {column: ":prefix || (n + 1)"}, f"{column} = :model", given)
    settle(services.db)
    return copies


def close_a_day(services: Services) -> None:
    """Publish a calendar in which one day is closed."""
    draft = services.desk.calendars.draft(CALENDAR, by=LEAD)
    name = {"zh": "盘点", "en": "Stocktaking"}
    closing = partial(with_days, layer="organisation", first=CLOSED, last="", spans=[], name=name)
    services.desk.calendars.change(CALENDAR, closing, read=draft.revision, by=LEAD)
    services.desk.calendars.publish(CALENDAR, note="stocktaking", read=draft.revision + 1, by=LEAD)


def _follow(environment: dict[str, str], ready: Any, go: Any) -> None:
    services = product(Settings.from_environment(environment))
    chore = Recomputing(services.desk.context)
    ready.release()
    go.wait()
    while chore.tend():
        pass


@contextmanager
def crew(environment: dict[str, str], count: int) -> Iterator[Callable[[], float]]:
    """Worker processes that are ready; what is given lets them follow until nothing is left, and tells the seconds."""
    ready, go = context.Semaphore(0), context.Event()
    processes = [context.Process(target=_follow, args=(environment, ready, go), daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    for _ in processes:
        ready.acquire()

    def follow() -> float:
        begun = time.perf_counter()
        go.set()
        for process in processes:
            process.join()
        return time.perf_counter() - begun

    yield follow


def measured(place: Place, folder: Path, *, cases: int, agents: int, workers: int) -> Iterator[tuple[str, float]]:
    """The figures of one database."""
    with place.fresh() as database:
        url = database.url.render_as_string(hide_password=False)
        environment = {"CASELOOP_HOME": str(folder / place.kind), "CASELOOP_DATABASE_URL": url}
        settings = Settings.from_environment(environment)
        bootstrap.prepare(settings)
        services = product(settings)
        people = Agents(services.engine, furnished(services, cases), agents, teams=TEAMS)
        before = _due(database)
        with people.at_work() as idle:
            time.sleep(IDLE_SECONDS)
        close_a_day(services)
        with crew(environment, workers) as follow, people.at_work() as busy:
            seconds = follow()
        edit = services.desk.calendars.edits()[0]
        unmoved = sum(count for key, count in _due(database).items() if key in before)
        services.db.dispose()
    yield f"recompute_seconds_{place.kind}", seconds
    yield f"recomputed_per_second_{place.kind}", edit.looked_at / seconds
    yield f"clocks_moved_{place.kind}", edit.moved
    yield from told(idle, busy, place.kind, "recomputing")
    yield f"failed_or_unmoved_{place.kind}", edit.failed + unmoved + max(0, cases - edit.looked_at)


def _due(database: Database) -> dict[tuple[str, datetime], int]:
    """How many clocks of the solution, and timers of its breach, are due when."""
    clock, timer = tables.clock.c, engine_tables.timer.c
    of_clocks = select(clock.due_at, func.count()).where(clock.name == "solve").group_by(clock.due_at)
    of_timers = select(timer.due_at, func.count()).where(timer.activity_id == "solve_breach").group_by(timer.due_at)
    with database.reading() as tx:
        found = [("clock", *row) for row in tx.execute(of_clocks)] + [("timer", *row) for row in tx.execute(of_timers)]
    return {(kind, due_at): count for kind, due_at, count in found}


if __name__ == "__main__":
    command("recompute", __doc__, measured, {**SIZES, "workers": 2})
