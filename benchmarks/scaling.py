"""What more workers bring, and what a worker's memory does over many cases."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.crew import context, crew, engine_on
from benchmarks.diagrams import worked_by_doer
from benchmarks.filling import fill
from benchmarks.places import Place
from engine.commands import StartInstance
from engine.db import tables
from engine.db.database import Database
from engine.model import JobState
from engine.service import Engine
from engine.vault import KeyRing
from engine.worker import Worker

DOER_MILLISECONDS = 5.0
"""What handing a mail to a server nearby takes."""


def two_workers(place: Place, folder: Path, *, jobs: int, rounds: int) -> Iterator[tuple[str, float]]:
    """Jobs per second of two worker processes with one thread each against one's, whose doers take 5 ms as a mail does."""
    key_file = folder / "scaling-keys.json"
    KeyRing.generate().save(key_file)
    with place.fresh() as database:
        engine = engine_on(database.url.render_as_string(hide_password=False), key_file)
        rates: dict[int, list[float]] = {1: [], 2: []}
        for turn in range(rounds):
            for workers, found in rates.items():
                name = f"{turn}-{workers}-"
                fill(database, started(engine, name), jobs, prefix=name)
                found.append(jobs / drained(database, key_file, workers))
        engine.db.dispose()
    one, two = (statistics.median(found) for found in rates.values())
    yield f"jobs_per_second_one_worker_{place.kind}", one
    yield f"jobs_per_second_two_workers_{place.kind}", two
    yield f"two_workers_over_one_{place.kind}", two / one


def started(engine: Engine, number: str) -> int:
    """An instance whose job waits for a worker; the id of it."""
    deployment = engine.deploy(worked_by_doer(), by="bench")
    with engine.db.transaction() as tx:
        return engine.start(tx, StartInstance(deployment_id=deployment.id, business_key=number, by="bench")).id


def drained(database: Database, key_file: Path, workers: int) -> float:
    """The seconds in which so many processes do all jobs."""
    with crew(database.url.render_as_string(hide_password=False), key_file, workers, milliseconds=DOER_MILLISECONDS) as go:
        begun = time.perf_counter()
        go.set()
        while _open_jobs(database):
            time.sleep(0.02)
        return time.perf_counter() - begun


def _open_jobs(database: Database) -> bool:
    table = tables.job
    query = select(func.count()).select_from(
        select(table.c.id).where(table.c.state.in_((JobState.AVAILABLE, JobState.LEASED))).limit(1).subquery()
    )
    with database.reading() as tx:
        return tx.execute(query).scalar_one() > 0


def memory(place: Place, folder: Path, cases: int) -> Iterator[tuple[str, float]]:
    """How much the memory of one process grows from the first tenth of so many cases to the last, each with a job."""
    key_file = folder / "memory-keys.json"
    KeyRing.generate().save(key_file)
    with place.fresh() as database:
        receiver, sender = context.Pipe(duplex=False)
        url = database.url.render_as_string(hide_password=False)
        process = context.Process(target=_play_many, args=(url, str(key_file), cases, sender), daemon=True)
        process.start()
        early, late = receiver.recv()
        process.join()
    yield f"worker_megabytes_after_{cases // 10}_cases", early
    yield f"worker_megabytes_after_{cases}_cases", late
    yield "worker_memory_growth", late / early


def _play_many(url: str, key_file: str, cases: int, sender: Any) -> None:
    engine = engine_on(url, Path(key_file))
    worker = Worker(engine, name="memory")
    deployment = engine.deploy(worked_by_doer(), by="bench")
    early = 0.0
    for number in range(cases):
        with engine.db.transaction() as tx:
            engine.start(tx, StartInstance(deployment_id=deployment.id, business_key=str(number), by="bench"))
        worker.run_until_idle()
        if number == cases // 10:
            early = _megabytes()
    sender.send((early, _megabytes()))


def _megabytes() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 2**20
