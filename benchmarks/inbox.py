"""The first page of everybody's inbox with many open tasks: sorted by the database, and as it would be sorted in memory.

    python -m benchmarks.inbox [--cases 20000] [--postgres URL | --sqlite]

Cases are copies of one that the product opened, each due at another instant. In memory all tasks are read with their cases and
clocks, since only then the first page is the right one. Exit status 1 when the two pages differ.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from statistics import median

from sqlalchemy import bindparam, select, update

from benchmarks.places import Place
from benchmarks.recompute import LEAD, MONDAY, furnished, product
from benchmarks.undisturbed import command
from caseloop import bootstrap
from caseloop.bootstrap import Services
from caseloop.settings import Settings
from desk import tables
from desk.casework.inbox import InboxItem
from desk.model import Priority

PAGE_SIZE, ROUNDS = 25, 5


def spread(services: Services, *, seed: int = 1) -> None:
    """Let each case be due at an instant of its own, some long ago."""
    clock, chance = tables.clock.c, random.Random(seed)
    with services.db.transaction() as tx:
        numbers = tx.execute(select(clock.case_number).distinct().order_by(clock.case_number)).scalars().all()
        rows = [{"of": number, "at": MONDAY + timedelta(minutes=chance.randint(-50_000, 50_000))} for number in numbers]
        moved = update(tables.clock).where(clock.case_number == bindparam("of"), clock.due_at.is_not(None))
        tx.execute(moved.values(due_at=bindparam("at")), rows)


def in_memory(services: Services, tasks: int) -> Sequence[InboxItem]:
    """The first page of all tasks, sorted here."""
    items = services.desk.inbox.tasks(LEAD, scope="all", page_size=tasks).items
    return sorted(items, key=_urgency)[:PAGE_SIZE]


def _urgency(item: InboxItem) -> tuple[object, ...]:
    urgent = item.case is not None and item.case.priority == Priority.URGENT
    paused = item.clock is not None and item.clock.paused
    return paused, not urgent, item.due_at is None, item.due_at, item.task.id


def timed(work: Callable[[], Sequence[InboxItem]], rounds: int) -> tuple[float, list[int]]:
    """The median of the seconds, and the ids of the page's tasks."""
    seconds, ids = [], []
    for _ in range(rounds):
        begun = time.perf_counter()
        ids = [item.task.id for item in work()]
        seconds.append(time.perf_counter() - begun)
    return median(seconds), ids


def measured(place: Place, folder: Path, *, cases: int) -> Iterator[tuple[str, float]]:
    """The figures of one database."""
    with place.fresh() as database:
        url = database.url.render_as_string(hide_password=False)
        settings = Settings.from_environment({"CASELOOP_HOME": str(folder / place.kind), "CASELOOP_DATABASE_URL": url})
        bootstrap.prepare(settings)
        services = product(settings)
        furnished(services, cases)
        spread(services)
        inbox = services.desk.inbox
        page, shown = timed(lambda: inbox.tasks(LEAD, scope="all", page_size=PAGE_SIZE).items, ROUNDS)
        own, _ = timed(lambda: inbox.tasks("li", page_size=PAGE_SIZE).items, ROUNDS)
        memory, expected = timed(lambda: in_memory(services, 2 * cases), 1)
        services.db.dispose()
    yield f"page_of_all_milliseconds_{place.kind}", page * 1000
    yield f"page_of_mine_milliseconds_{place.kind}", own * 1000
    yield f"sorted_in_memory_milliseconds_{place.kind}", memory * 1000
    yield f"memory_over_database_{place.kind}", memory / page
    yield f"failed_pages_{place.kind}", float(shown != expected)


if __name__ == "__main__":
    command("inbox", __doc__, measured, {"cases": 20_000})
