"""What a step costs as things grow: open instances, reopenings of one case, size of the variables."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

from benchmarks.filling import fill
from benchmarks.places import Place
from benchmarks.stories import START, Bench
from engine.db import queries
from engine.model import ProcessInstance
from engine.testing import FakeClock

WARMING = 20


def over_few(place: Place, *, few: int, many: int, steps: int) -> Iterator[tuple[str, float]]:
    """A step among `many` open instances against one among `few`, on two databases that take turns.

    A step: an agent claims and completes the task of an instance chosen at random, and a worker does the jobs of it.
    """
    chance = random.Random(1)
    with ExitStack() as stack:
        crowds = []
        for count in (few, many):
            bench = Bench(stack.enter_context(place.fresh()), FakeClock(START))
            model = bench.start("model")
            crowds.append((bench, fill(bench.engine.db, model.id, count, prefix="copy-")))
        seconds: tuple[list[float], list[float]] = ([], [])
        for _ in range(steps + WARMING):
            for (bench, copies), costs in zip(crowds, seconds, strict=True):
                costs.append(handled(bench, chance.choice(copies)))
        small, large = (statistics.median(costs[WARMING:]) for costs in seconds)
    name = {1_000_000: "million", 1_000: "thousand"}
    yield f"step_milliseconds_among_{name.get(few, few)}_{place.kind}", small * 1000
    yield f"step_milliseconds_among_{name.get(many, many)}_{place.kind}", large * 1000
    yield f"step_cost_{name.get(many, many)}_over_{name.get(few, few)}_{place.kind}", large / small


def handled(bench: Bench, instance_id: int) -> float:
    """The seconds of one step; none for an instance that is done already."""
    with bench.engine.db.reading() as tx:
        instance = queries.instance(tx, instance_id)
    begun = time.perf_counter()
    bench.resolve(bench.claim(instance))
    bench.worker.run_until_idle()
    return time.perf_counter() - begun


def reopened(place: Place, reopenings: int) -> Iterator[tuple[str, float]]:
    """A late reopening of one case against the second, in processor time (the disk's isn't ours); each a median of some."""
    with place.fresh() as database:
        bench = Bench(database, FakeClock(START))
        instance = bench.start("R")
        costs = [processor_time(lambda: reopen(bench, instance)) for _ in range(reopenings)]
    window = min(20, reopenings // 4)
    yield f"step_cost_reopen{reopenings}_over_2", statistics.median(costs[-window:]) / statistics.median(costs[1 : 1 + window])


def reopen(bench: Bench, instance: ProcessInstance) -> None:
    """Handled once more, and the customer isn't satisfied."""
    bench.resolve(bench.claim(instance))
    bench.worker.run_until_idle()
    bench.answer("R", "dissatisfied")
    bench.worker.run_until_idle()


def heavy(place: Place, steps: int) -> Iterator[tuple[str, float]]:
    """A step of cases with 10 KB of variables against cases with 100 B more than none, taking turns."""
    with place.fresh() as database:
        bench = Bench(database, FakeClock(START))
        seconds: dict[int, list[float]] = {100: [], 10_000: []}
        for turn in range(steps + WARMING):
            for size, costs in seconds.items():
                instance = bench.start(f"{size}-{turn}", **_ballast(size))
                costs.append(handled(bench, instance.id))
        light, loaded = (statistics.median(costs[WARMING:]) for costs in seconds.values())
    yield f"step_cost_10kb_over_100b_{place.kind}", loaded / light


def _ballast(size: int) -> dict[str, str]:
    """Variables of so many characters in all, in parts of a thousand at most."""
    return {f"ballast_{begin}": "x" * min(1000, size - begin) for begin in range(0, size, 1000)}


def processor_time(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return time.process_time() - begun


def percentile(values: Sequence[float], share: float) -> float:
    """The value that so large a share of the others doesn't exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
