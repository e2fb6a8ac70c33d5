"""A simulated day: thousands of cases arrive as in a real log, people and workers do their part, and workers die at random.

    python -m benchmarks.day [--cases 5000] [--log FILE] [--days 1] [--kills 20] [--workers 2] [--postgres] [--seed N]

Time is virtual and shared by all processes. When every case is closed, an oracle that shares no code with the product's clocks
computes from each history what was due when and what was missed; every clock, verdict and breach is compared, instant by
instant. Exit status 1 when anything differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from datetime import date
from pathlib import Path

from benchmarks.crash import database
from benchmarks.day import arrivals, logs
from benchmarks.day.simulation import Plan, Result, play
from benchmarks.day.walking import ZONE

MOST_TOLD = 40


def report(result: Result) -> None:
    """Print what came of it."""
    found = result.comparison
    for name, count in sorted(found.verdicts.items()):
        print(f"  {count} {name}")
    print(f"cases: {found.cases}")
    print(f"rounds: {found.rounds}")
    print(f"pauses: {found.waits}")
    print(f"classed_anew: {found.changes}")
    print(f"promises: {found.promises}")
    print(f"parts_of_departments: {found.parts}")
    print(f"calendar_edits: {result.edits}")
    print(f"actions: {result.actions}")
    print(f"worker_deaths: {result.deaths}")
    print(f"latest_timer_noticed_after_virtual_seconds: {found.noticed_after.total_seconds():.0f}")
    print(f"clocks_compared: {found.clocks}")
    print(f"breaches: {found.breaches}")
    print(f"escalations: {found.escalations}")
    print(f"levels: {found.levels}")
    print(f"acknowledged: {found.acknowledged}")
    print(f"seconds: {result.seconds:.0f}")
    print(f"cases_per_second: {found.cases / result.seconds:.1f}")
    print(f"oracle_seconds: {result.oracle_seconds:.0f}")
    print(f"differences: {len(found.differences)}")
    for difference in found.differences[:MOST_TOLD]:
        print(f"  {difference}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.day", description=__doc__.splitlines()[0])
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--log", type=Path, help="event log, CSV or XES, for the arrivals; without it they are drawn by the seed")
    parser.add_argument("--first-day", type=date.fromisoformat, default=date(2023, 9, 28), help="in autumn 2023")
    parser.add_argument("--days", type=int, default=1, help="on so many days cases arrive")
    parser.add_argument("--kills", type=int, default=20, help="workers killed; each dies once more at a commit point")
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    parser.add_argument("--hands", type=int, default=3, help="people who act at the same time")
    parser.add_argument("--people", type=int, default=6, help="agents in each team")
    parser.add_argument("--seed", type=int, default=20231001)
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--database", help="URL of an empty database; by default a fresh SQLite file")
    where.add_argument("--postgres", action="store_true", help="start a PostgreSQL server for it")
    given = parser.parse_args()
    window = {"cases": given.cases, "first_day": given.first_day, "days": given.days, "zone": ZONE, "seed": given.seed}
    began = arrivals.folded(logs.arrivals(given.log), **window) if given.log else arrivals.drawn(**window)
    plan = Plan(kills=given.kills, workers=given.workers, people=given.people, hands=given.hands, seed=given.seed)
    with tempfile.TemporaryDirectory(prefix="caseloop-day-") as folder, database(given, Path(folder)) as url:
        result = play(url, Path(folder), began, plan)
    report(result)
    sys.exit(0 if result.well else 1)


if __name__ == "__main__":
    main()
