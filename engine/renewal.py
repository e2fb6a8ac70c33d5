"""Holds on to the leases of a worker while its handlers run: a thread that renews them at a third of their time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

import structlog

from engine.ports import Clock
from engine.queue import Lease, Queue

log = structlog.get_logger()


class Renewal:
    """The leases that a worker works on. Those that were lost to others are dropped as soon as it is noticed."""

    def __init__(self, queue: Queue, clock: Clock, *, worker: str, seconds: float) -> None:
        self._queue = queue
        self._clock = clock
        self._worker = worker
        self._seconds = seconds
        self._held: dict[int, Lease] = {}
        self._lock = Lock()

    @contextmanager
    def of(self, leases: Iterable[Lease]) -> Iterator[None]:
        """Renew these until the end of the block, however it ends."""
        with self._lock:
            self._held = {lease.job.id: lease for lease in leases}
        try:
            yield
        finally:
            with self._lock:
                self._held = {}

    def holds(self, lease: Lease) -> bool:
        """False once it was noticed that another worker has taken the job over."""
        return lease.job.id in self._held

    @contextmanager
    def running(self) -> Iterator[None]:
        """Renew by the real time that passes, until the end of the block."""
        stop = Event()
        thread = Thread(target=self._run, args=(stop,), name=f"renews-{self._worker}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _run(self, stop: Event) -> None:
        while not stop.wait(self._seconds / 3):
            try:
                self.renew()
            except Exception as error:
                log.warning("leases_not_renewed", worker=self._worker, reason=str(error))

    def renew(self) -> None:
        """Renew all that is held, once."""
        with self._lock:
            held = list(self._held.values())
        still = self._queue.renew(held, worker=self._worker, now=self._clock.now(), seconds=self._seconds)
        for lease in held:
            if lease.job.id not in still:
                self._lose(lease)

    def _lose(self, lease: Lease) -> None:
        with self._lock:
            if self._held.get(lease.job.id) is lease:
                del self._held[lease.job.id]
                log.warning("lease_lost", job_id=lease.job.id, handler=lease.job.handler, business_key=lease.job.business_key)
