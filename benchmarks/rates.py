"""What a durable transaction costs: ours against the same SQL without an engine, and against a naive loop of SpiffWorkflow."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from benchmarks.naive import Naive, postgres_rows, sqlite_rows
from benchmarks.places import SQLITE, Place
from benchmarks.replay import Recorder, durable, replay
from benchmarks.stories import PROCESS, START, Bench
from engine.testing import FakeClock


def ratios(place: Place, folder: Path, *, rounds: int, cases: int) -> Iterator[tuple[str, float]]:
    """Transactions per second of the three, each the median over rounds in which they take turns, and the ratios."""
    with ExitStack() as stack:
        ours, recorded, raw = (Bench(stack.enter_context(place.fresh()), FakeClock(START)) for _ in range(3))
        rows = sqlite_rows(folder / "naive.db") if place.kind == SQLITE else postgres_rows(f"{place.where}postgres")
        naive = Naive(PROCESS / "customer-service.bpmn", "customer-service", rows)
        recorder = Recorder(recorded.engine.db)
        rates: dict[str, list[float]] = {"ours": [], "limit": [], "naive": []}
        for turn in range(rounds):
            numbers = [f"C{turn}-{index}" for index in range(cases)]
            with recorder.recording() as sent:
                play(recorded, numbers)
            rates["ours"].append(durable(sent) / timed(lambda numbers=numbers: play(ours, numbers)))
            rates["limit"].append(durable(sent) / replay(raw.engine.db, sent))
            before = naive.transactions
            seconds = timed(lambda: [naive_case(naive) for _ in range(cases)])
            rates["naive"].append((naive.transactions - before) / seconds)
        naive.close()
    # the first round warms caches and connections up
    middle = {name: statistics.median(values[1:] or values) for name, values in rates.items()}
    for name, rate in middle.items():
        yield f"{name}_transactions_per_second_{place.kind}", rate
    yield f"ours_over_limit_{place.kind}", middle["ours"] / middle["limit"]
    yield f"ours_over_naive_{place.kind}", middle["ours"] / middle["naive"]


def play(bench: Bench, numbers: list[str]) -> None:
    for number in numbers:
        bench.whole_case(number)


def naive_case(naive: Naive) -> None:
    """One instance of the naive loop from start to end."""
    instance = naive.start()
    while naive.step(instance):
        pass


def timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
