"""Measures the engine; prints `name: value` lines.

    python -m benchmarks.engine [--quick] [--postgres URL] [--only NAME …]

All figures of a line come from one run in which the contestants take turns, so that a machine that slows down slows all of them.
What each figure means stands in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.burst import burst
from benchmarks.deploying import deploying
from benchmarks.places import SQLITE, Place, postgres
from benchmarks.rates import ratios
from benchmarks.scaling import memory, two_workers
from benchmarks.steps import heavy, over_few, reopened

Figures = Iterator[tuple[str, float]]
WITHOUT_POSTGRES = "PostgreSQL's server programs are not installed and no --postgres URL was given: its figures are left out."


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One of them, on one database."""

    name: str
    place: Place
    run: Callable[[], Figures]


def measurements(sqlite: Place, server: Place | None, folder: Path, *, quick: bool) -> Iterator[Measurement]:
    """All of them in order; the shortest first."""
    places = [place for place in (sqlite, server) if place is not None]

    def on(place: Place, name: str, run: Callable[[], Figures]) -> Measurement:
        return Measurement(name=name, place=place, run=run)

    yield on(sqlite, "deploy", lambda: deploying(sqlite))
    cases, rounds = (10, 4) if quick else (40, 10)
    for place in places:
        yield on(place, "ratios", lambda place=place: ratios(place, folder, rounds=rounds, cases=cases))
    yield on(sqlite, "reopen", lambda: reopened(sqlite, 100 if quick else 1000))
    for place in places:
        yield on(place, "heavy", lambda place=place: heavy(place, 30 if quick else 200))
    if server is not None:
        jobs, turns = (400, 3) if quick else (3000, 5)
        yield on(server, "workers", lambda: two_workers(server, folder, jobs=jobs, rounds=turns))
    yield on(sqlite, "memory", lambda: memory(sqlite, folder, 3_000 if quick else 100_000))
    pending, due, within, idle = (20_000, 2_000, 1.2, 10.0) if quick else (1_000_000, 100_000, 60.0, 60.0)
    for place in places:
        run = lambda place=place: burst(place, folder, pending=pending, due=due, within=within, idle=idle)  # noqa: E731
        yield on(place, "burst", run)
    for place in places if not quick else ():
        yield on(place, "million", lambda place=place: over_few(place, few=1_000, many=1_000_000, steps=300))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller, and without the million: under five minutes")
    parser.add_argument("--postgres", metavar="URL", help="a server to make databases on, without a database's name")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="deploy ratios reopen heavy workers memory burst million")
    given = parser.parse_args()
    print(f"processors: {os.cpu_count()}, load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory(prefix="caseloop-bench-") as name, postgres(given.postgres) as server:
        if server is None:
            print(WITHOUT_POSTGRES)
        folder = Path(name)
        for one in measurements(Place(kind=SQLITE, where=name), server, folder, quick=given.quick):
            if given.only and one.name not in given.only:
                continue
            begun = time.perf_counter()
            for figure, value in one.run():
                print(f"{figure}: {value:.2f}", flush=True)
            print(f"  ({one.name} on {one.place.kind} took {time.perf_counter() - begun:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
