"""The port by which jobs reach workers.

The row of a job is the record: what is to be done, how often it was tried, what came of it. The queue says who does it now.
Nothing but the queue gives a job out, and it gives out only what its row says is to be done: so whatever withdraws, holds or
retries a job writes its row, and never speaks to the queue.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Condition
from typing import Any, Protocol

from engine.model import Job
from engine.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """A job that its worker may run until `job.lease_until`, with what its handler is told.

    `receipt` is what the queue itself knows the delivery by, if it needs anything.
    """

    job: Job
    call: Mapping[str, Any]
    process_key: str
    version: str
    receipt: int | None = None


class Queue(Protocol):
    """What every queue promises, on every database; tests/engine/test_queues.py holds each adapter to it.

    A job is leased to one worker at a time, and two jobs of one instance never at the same time. A job is given out from its
    `available_at` on, the longest waiting first. A worker that doesn't renew loses its leases. Times are given by who calls.
    """

    mark: str | None
    """What stands as `lease_owner` of a job that was put and that no worker has yet."""

    def put(self, tx: Transaction, *, job_id: int, instance_id: int) -> None:
        """Give out a job that is due, from the commit of `tx` on; idle workers wake at once. Without a commit: nothing."""
        ...

    def lease(self, *, worker: str, now: datetime, seconds: float, limit: int) -> list[Lease]:
        """Take at most `limit` due jobs for `seconds`, each of another instance, in a transaction of its own."""
        ...

    def renew(self, leases: Collection[Lease], *, worker: str, now: datetime, seconds: float) -> set[int]:
        """Hold leases for further `seconds`; the ids of the jobs that this worker still holds."""
        ...

    def finish(self, tx: Transaction, lease: Lease) -> None:
        """The job of a lease that is still held was settled in `tx`, for good or until a later instant."""
        ...

    def forget(self, tx: Transaction, lease: Lease) -> None:
        """The lease was lost, or its job withdrawn: nothing shall wait for it any more, unless somebody else has it now."""
        ...

    def tend(self, *, now: datetime, seconds: float) -> int:
        """Give out again what workers held that haven't renewed for `seconds`, and what became due; how many jobs."""
        ...

    def heard(self) -> int:
        """How often something was put as far as this process knows; to be asked before looking, and told to `wait`."""
        ...

    def wait(self, heard: int, seconds: float) -> None:
        """Rest until something is put that wasn't when `heard` was told, at most `seconds`."""
        ...

    def close(self) -> None:
        """Leave: whoever waits goes on, and no thread of the queue stays."""
        ...


class Bell:
    """Wakes the threads of this process that wait for work."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._rung = 0

    def ring(self) -> None:
        """Wake all who wait."""
        with self._changed:
            self._rung += 1
            self._changed.notify_all()

    def heard(self) -> int:
        return self._rung

    def wait(self, heard: int, seconds: float) -> None:
        """Rest until it has rung since `heard` was told, at most `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self._rung != heard, seconds)
