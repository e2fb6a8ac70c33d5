"""The queue of Procrastinate, in the same PostgreSQL: its entries commit together with our rows.

All its statements are Procrastinate's own, sent by its JobManager over the connection of our transaction. An entry exists
while its job is due or runs; a job that shall run later has only its row, so that it blocks nobody of its instance meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Coroutine
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job as Entry
from procrastinate.jobs import Status
from procrastinate.manager import JobManager, get_channel_for_queues
from procrastinate.types import JobToDefer
from psycopg.types.json import Jsonb

from engine.db import leases
from engine.db.database import Database
from engine.db.listening import Listener
from engine.model import Job
from engine.ports import Transaction
from engine.queue import Bell, Lease
from engine.vault import KeyRing

QUEUE = "caseloop"
TASK = "caseloop.run"
MARK = "queue"
MOST_MOVED = 500
"""Jobs that became due are moved to the queue in batches of so many."""

AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)


class ProcrastinateQueue:
    """Two entries with the same lock, here one an instance, never run together; workers that stop beating are taken over."""

    mark: str | None = MARK

    def __init__(self, db: Database, vault: KeyRing) -> None:
        self._db = db
        self._vault = vault
        self._bell = Bell()
        self._listener = Listener(db, tuple(get_channel_for_queues([QUEUE])), self._bell.ring)
        self._registering = Lock()
        self._workers: dict[str, tuple[int, datetime]] = {}

    def put(self, tx: Transaction, *, job_id: int, instance_id: int) -> None:
        _manager(tx).defer_job(_entry(job_id, instance_id))

    def lease(self, *, worker: str, now: datetime, seconds: float, limit: int) -> list[Lease]:
        worker_id = self._registered(worker, now, seconds)
        with self._db.transaction() as tx:
            fetched = _fetch(_manager(tx), worker_id, limit)
            rows = {row["id"]: row for row in leases.named(tx, fetched)} if fetched else {}
            wanted = [rows[job_id] for job_id in fetched if job_id in rows]
            taken = leases.take(tx, self._vault, wanted, worker=worker, now=now, seconds=seconds, receipts=fetched)
            # cancelled, held or settled meanwhile: their entries have done their duty
            self._drop(tx, fetched, set(fetched) - {lease.job.id for lease in taken})
            return taken

    def _drop(self, tx: Transaction, fetched: dict[int, int], job_ids: Collection[int]) -> None:
        for job_id in job_ids:
            _finish(_manager(tx), fetched[job_id])
        if job_ids:
            leases.unmark(tx, job_ids)

    def renew(self, held: Collection[Lease], *, worker: str, now: datetime, seconds: float) -> set[int]:
        with self._db.transaction() as tx:
            if worker in self._workers:
                worker_id = self._workers[worker][0]
                _now(_manager(tx).update_heartbeat(worker_id))
                self._workers[worker] = (worker_id, now)
            return leases.renew(tx, held, worker=worker, until=now + timedelta(seconds=seconds))

    def finish(self, tx: Transaction, lease: Lease) -> None:
        if lease.receipt is not None:
            _finish(_manager(tx), lease.receipt)

    def forget(self, tx: Transaction, lease: Lease) -> None:
        known = self._workers.get(lease.job.lease_owner or "")
        manager = _manager(tx)
        if known and manager.list_jobs(id=lease.receipt, status=Status.DOING.value, worker_id=known[0]):
            self.finish(tx, lease)

    def tend(self, *, now: datetime, seconds: float) -> int:
        with self._db.transaction() as tx:
            if not leases.may_tend(tx):
                return 0
            back = self._take_over(tx, now, seconds)
            # leases of another queue, or of a worker that lives and could not settle what it did
            for lost in leases.take_back_lost(tx, self._vault, lost_before=now - timedelta(seconds=seconds), now=now):
                _finish_left(_manager(tx), lost)
            due = leases.mark_due(tx, MARK, now, MOST_MOVED)
            if due:
                _manager(tx).batch_defer_jobs([_entry(job_id, instance_id) for job_id, instance_id in due])
            return back + len(due)

    def _take_over(self, tx: Transaction, now: datetime, seconds: float) -> int:
        """Give out again the entries of workers whose heart stopped."""
        manager = _manager(tx)
        _now(manager.prune_stalled_workers(seconds))
        entries = _now(manager.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=seconds))
        stalled = {_job_id(entry): entry.id for entry in entries}
        again = leases.take_back(tx, self._vault, stalled, now, mark=MARK) if stalled else []
        for job_id, entry_id in stalled.items():
            if job_id in again:
                manager.retry_job_by_id(entry_id, retry_at=AT_ONCE)
            else:
                _finish(manager, entry_id)
        return len(again)

    def _registered(self, worker: str, now: datetime, seconds: float) -> int:
        """Procrastinate's number for a worker; a fresh one when it may have been taken for dead meanwhile."""
        with self._registering:
            known = self._workers.get(worker)
            if known is None or now - known[1] > timedelta(seconds=seconds / 2):
                with self._db.transaction() as tx:
                    manager = _manager(tx)
                    if known is not None:
                        _now(manager.unregister_worker(known[0]))
                    known = (_now(manager.register_worker()), now)
                self._workers[worker] = known
            return known[0]

    def heard(self) -> int:
        return self._bell.heard()

    def wait(self, heard: int, seconds: float) -> None:
        self._listener.start()
        self._bell.wait(heard, seconds)

    def close(self) -> None:
        self._listener.stop()
        self._bell.ring()
        with self._registering, self._db.transaction() as tx:
            for worker_id, _ in self._workers.values():
                _now(_manager(tx).unregister_worker(worker_id))
            self._workers.clear()


def _entry(job_id: int, instance_id: int) -> Entry:
    return Entry(queue=QUEUE, task_name=TASK, lock=_lock(instance_id), queueing_lock=None, task_kwargs={"job_id": job_id})


def _lock(instance_id: int) -> str:
    return f"instance-{instance_id}"


def _job_id(entry: Entry) -> int:
    return int(entry.task_kwargs["job_id"])  # type: ignore[arg-type]


def _fetch(manager: JobManager, worker_id: int, limit: int) -> dict[int, int]:
    """At most `limit` entries, now this worker's: theirs ids by those of their jobs, in the order of the queue."""
    fetched: dict[int, int] = {}
    while len(fetched) < limit:
        entry = _now(manager.fetch_job([QUEUE], worker_id))
        if entry is None:
            break
        fetched[_job_id(entry)] = entry.id
    return fetched


def _finish(manager: JobManager, entry_id: int) -> None:
    _now(manager.finish_job_by_id_async(entry_id, Status.SUCCEEDED, delete_job=True))


def _finish_left(manager: JobManager, job: Job) -> None:
    """Finish the entry that a worker left behind: under its lock no job of the instance would ever be given out again."""
    for entry in manager.list_jobs(queue=QUEUE, lock=_lock(job.instance_id), status=Status.DOING.value):
        if _job_id(entry) == job.id and entry.id is not None:
            _finish(manager, entry.id)


def _manager(tx: Transaction) -> JobManager:
    return JobManager(_OurConnection(tx))


def _now(statement: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine of Procrastinate's to its end here and now: over our connection it never waits for a loop."""
    try:
        statement.send(None)
    except StopIteration as end:
        return end.value
    raise RuntimeError("Procrastinate waited for something else than our connection")


class _OurConnection(BaseConnector):
    """Sends Procrastinate's statements over a transaction of ours, so that both commit together and errors are said alike."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx

    def get_sync_connector(self) -> BaseConnector:
        return self

    def execute_query_all(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        found = self._tx.exec_driver_sql(query, {name: _wrapped(value) for name, value in arguments.items()})
        return [dict(row._mapping) for row in found]

    def execute_query_one(self, query: str, **arguments: Any) -> dict[str, Any]:
        return self.execute_query_all(query, **arguments)[0]

    def execute_query(self, query: str, **arguments: Any) -> None:
        self.execute_query_all(query, **arguments)

    async def execute_query_all_async(self, query: str, **arguments: Any) -> list[dict[str, Any]]:
        return self.execute_query_all(query, **arguments)

    async def execute_query_one_async(self, query: str, **arguments: Any) -> dict[str, Any]:
        return self.execute_query_one(query, **arguments)

    async def execute_query_async(self, query: str, **arguments: Any) -> None:
        self.execute_query_all(query, **arguments)


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict):
        return Jsonb(value)
    if isinstance(value, JobToDefer):
        return tuple(_wrapped(item) for item in value)
    return [_wrapped(item) for item in value] if isinstance(value, list) else value
