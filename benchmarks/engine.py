"""What a durable transaction costs: ours against the same SQL without an engine, and against a naive loop of SpiffWorkflow.

    python -m benchmarks.engine [--quick] [--postgres URL]

Prints `name: value` lines. All figures of a line come from one run in which the contestants take turns, so that a machine that
slows down slows all of them. The raw replay sends exactly the statements that the engine sent, with the same values, over the
same driver; the naive loop keeps one row of JSON and has neither tasks, history, timers nor jobs.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import event

from benchmarks.naive import Naive
from benchmarks.stories import PROCESS, Bench
from engine.db import schema
from engine.db.database import Database
from engine.testing import FakeClock

START = datetime(2026, 1, 5, tzinfo=UTC)
BEGIN, COMMIT = "BEGIN", "COMMIT"


class Recorder:
    """Notes the statements of writing transactions in the order in which they reach the driver."""

    def __init__(self, database: Database) -> None:
        self.statements: list[tuple[str, object, bool]] = []
        self._engine = database.engine
        self._listeners = (
            ("before_cursor_execute", self._execute),
            ("begin", lambda connection: self.statements.append((BEGIN, None, False))),
            ("commit", lambda connection: self.statements.append((COMMIT, None, False))),
        )

    def __enter__(self) -> Recorder:
        for name, listener in self._listeners:
            event.listen(self._engine, name, listener)
        return self

    def __exit__(self, *_: object) -> None:
        for name, listener in self._listeners:
            event.remove(self._engine, name, listener)

    def _execute(self, _c: object, _cursor: object, statement: str, values: object, _x: object, many: bool) -> None:
        if not statement.startswith(BEGIN):
            self.statements.append((statement, values, many))

    @property
    def transactions(self) -> int:
        return sum(statement == COMMIT for statement, _, _ in self.statements)


def fresh(folder: Path, name: str) -> Database:
    """An empty SQLite database with the engine's tables."""
    database = Database(f"sqlite:///{folder / name}.db")
    schema.upgrade(database)
    return database


def replay(database: Database, statements: list[tuple[str, object, bool]]) -> float:
    """Send recorded statements over the bare driver; the seconds that it took."""
    with database.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        cursor = raw.cursor()
        begun = time.perf_counter()
        for statement, values, many in statements:
            if statement == BEGIN:
                cursor.execute("BEGIN IMMEDIATE")
            elif statement == COMMIT:
                raw.commit()
            elif many:
                cursor.executemany(statement, values)
            else:
                cursor.execute(statement, values)
                if cursor.description:
                    cursor.fetchall()
        return time.perf_counter() - begun


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def sqlite_ratios(folder: Path, rounds: int, cases: int) -> dict[str, float]:
    """Transactions per second of the three, each the median over rounds in which they take turns."""
    bench = Bench(fresh(folder, "ours"), FakeClock(START))
    recorded = Bench(fresh(folder, "recorded"), FakeClock(START))
    raw = Bench(fresh(folder, "raw"), FakeClock(START)).engine.db
    naive = Naive(PROCESS / "customer-service.bpmn", "customer-service", folder / "naive.db")
    rates: dict[str, list[float]] = {"ours": [], "limit": [], "naive": []}
    for turn in range(rounds):
        numbers = [f"C{turn}-{index}" for index in range(cases)]
        with Recorder(recorded.engine.db) as recorder:
            for number in numbers:
                recorded.whole_case(number)
        seconds = timed(lambda numbers=numbers: [bench.whole_case(number) for number in numbers])
        rates["ours"].append(recorder.transactions / seconds)
        rates["limit"].append(recorder.transactions / replay(raw, recorder.statements))
        before = naive.transactions
        seconds = timed(lambda: [naive_case(naive) for _ in range(cases)])
        rates["naive"].append((naive.transactions - before) / seconds)
    for database in (bench.engine.db, recorded.engine.db, raw):
        database.dispose()
    return {name: statistics.median(values) for name, values in rates.items()}


def naive_case(naive: Naive) -> None:
    """One instance of the naive loop from start to end."""
    instance = naive.start()
    while naive.step(instance):
        pass


def reopening_ratio(folder: Path, reopenings: int) -> float:
    """The processor time of a late reopening over that of an early one, each the median of some; the disk's isn't ours."""
    bench = Bench(fresh(folder, "reopened"), FakeClock(START))
    instance = bench.start("R")
    costs: list[float] = []
    for _ in range(reopenings):
        begun = time.process_time()
        reopen(bench, instance)
        costs.append(time.process_time() - begun)
    bench.engine.db.dispose()
    window = min(20, reopenings // 4)
    return statistics.median(costs[-window:]) / statistics.median(costs[1 : 1 + window])


def reopen(bench: Bench, instance: object) -> None:
    """Handled once more, and the customer isn't satisfied."""
    bench.resolve(bench.claim(instance))  # type: ignore[arg-type]
    bench.worker.run_until_idle()
    bench.answer("R", "dissatisfied")
    bench.worker.run_until_idle()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds: under five minutes")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory(prefix="caseloop-bench-") as folder:
        rates = sqlite_ratios(Path(folder), rounds=3 if quick else 9, cases=10 if quick else 40)
        for name, rate in rates.items():
            print(f"{name}_transactions_per_second_sqlite: {rate:.0f}")
        print(f"ours_over_limit_sqlite: {rates['ours'] / rates['limit']:.2f}")
        print(f"ours_over_naive_sqlite: {rates['ours'] / rates['naive']:.2f}")
        reopenings = 100 if quick else 1000
        print(f"step_cost_reopen{reopenings}_over_2: {reopening_ratio(Path(folder), reopenings):.2f}")


if __name__ == "__main__":
    main()
