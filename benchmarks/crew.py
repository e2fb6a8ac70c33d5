"""Worker processes of the engine alone, without desk and web, for measurements."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from benchmarks.diagrams import DOER
from benchmarks.stories import Doing
from engine.db.database import Database
from engine.service import Engine
from engine.vault import KeyRing
from engine.worker import Worker

context = multiprocessing.get_context("forkserver")
context.set_forkserver_preload(["benchmarks.crew"])


def engine_on(url: str, key_file: Path, *, milliseconds: float = 0.0) -> Engine:
    """An engine whose only doer takes so long."""
    doer = Doing(name=DOER, result={}, seconds=milliseconds / 1000)
    return Engine(Database(url), vault=KeyRing.from_file(key_file), handlers={DOER: doer})


@contextmanager
def crew(url: str, key_file: Path, count: int, *, milliseconds: float = 0.0) -> Iterator[Any]:
    """Worker processes with a thread each; they begin when the event that this gives is set, and are killed at the end."""
    go, ready = context.Event(), context.Semaphore(0)
    arguments = (url, str(key_file), milliseconds, ready, go)
    processes = [context.Process(target=_work, args=arguments, daemon=True) for _ in range(count)]
    for process in processes:
        process.start()
    for _ in processes:
        if not ready.acquire(timeout=60):
            raise TimeoutError("a worker process didn't start within 60 s")
    try:
        yield go
    finally:
        for process in processes:
            process.kill()
            process.join()


def _work(url: str, key_file: str, milliseconds: float, ready: Any, go: Any) -> None:
    engine = engine_on(url, Path(key_file), milliseconds=milliseconds)
    with engine.db.reading():
        pass
    ready.release()
    go.wait()
    worker = Worker(engine, name=f"bench-{os.getpid()}")
    worker.run(Event())
