"""A queue in the table of jobs itself: for SQLite, and for PostgreSQL without a further schema. Nothing but the row is needed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from engine.db import leases
from engine.db.database import Database, after_commit
from engine.db.listening import Listener, notify
from engine.ports import Transaction
from engine.queue import Bell, Lease
from engine.vault import KeyRing

CHANNEL = "caseloop_jobs"


class EmbeddedQueue:
    """Leases are columns of the job. Threads of a process wake each other; on PostgreSQL processes do, by NOTIFY."""

    mark = None

    def __init__(self, db: Database, vault: KeyRing) -> None:
        self._db = db
        self._vault = vault
        self._bell = Bell()
        self._listener = Listener(db, (CHANNEL,), self._bell.ring) if db.dialect == "postgresql" else None

    def put(self, tx: Transaction, *, job_id: int, instance_id: int) -> None:
        if after_commit(tx, self._bell.ring) and self._listener is not None:
            notify(tx, CHANNEL)

    def lease(self, *, worker: str, now: datetime, seconds: float, limit: int) -> list[Lease]:
        # a look that finds nothing takes no lock, so that idle workers keep nobody from writing
        with self._db.reading() as tx:
            if not leases.is_any_due(tx, now):
                return []
        with self._db.transaction() as tx:
            due = leases.lock_due(tx, now, limit)
            return leases.take(tx, self._vault, due, worker=worker, now=now, seconds=seconds)

    def renew(self, held: Collection[Lease], *, worker: str, now: datetime, seconds: float) -> set[int]:
        with self._db.transaction() as tx:
            return leases.renew(tx, held, worker=worker, until=now + timedelta(seconds=seconds))

    def finish(self, tx: Transaction, lease: Lease) -> None:
        """Nothing is left to do: the row says it all."""

    def forget(self, tx: Transaction, lease: Lease) -> None:
        """Nothing waits: the row says who has it."""

    def tend(self, *, now: datetime, seconds: float) -> int:
        with self._db.reading() as tx:
            if not leases.is_any_lost(tx, now):
                return 0
        with self._db.transaction() as tx:
            return len(leases.take_back_lost(tx, self._vault, lost_before=now, now=now))

    def heard(self) -> int:
        return self._bell.heard()

    def wait(self, heard: int, seconds: float) -> None:
        if self._listener is not None:
            self._listener.start()
        self._bell.wait(heard, seconds)

    def close(self) -> None:
        if self._listener is not None:
            self._listener.stop()
        self._bell.ring()
