"""Runs jobs and fires timers, in any number of threads or processes. May die at any point: whatever it held is taken over."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event

import structlog

from engine import faults, settling
from engine.db import work
from engine.errors import Conflict, Unavailable, explain
from engine.jobs import settle
from engine.model import LEASE_SECONDS, JobState
from engine.ports import Chore, Clock, Doer, Fail, HandlerCall, JobOutcome, Transaction
from engine.queue import Lease
from engine.renewal import Renewal
from engine.service import Engine

IDLE_SECONDS = 0.5
FAILED_LOOK_SECONDS = 5
SWEEP_SECONDS = 60
SWEPT_AT_ONCE = 500
TIMERS_AT_ONCE = 25
SETTLE_TRIES = 3
MOST_AT_ONCE = 10
BATCH_SECONDS = 0.1
"""So many jobs are leased together as take about this time: fewer transactions, and yet nothing waits long."""

SLOW_SECONDS = 1.0
"""When jobs that were leased together take longer than this, those that aren't begun are given back to other workers."""


log = structlog.get_logger()


class Worker:
    """One worker. `name` stands in the leases that it holds.

    While it is idle, and between jobs, it looks for what is due every `idle_seconds`. By `pace` it measures how long it takes:
    another clock than the engine's where that is virtual.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        name: str,
        lease_seconds: float = LEASE_SECONDS,
        idle_seconds: float = IDLE_SECONDS,
        pace: Clock | None = None,
    ) -> None:
        self.engine = engine
        self.name = name
        self.lease_seconds = lease_seconds
        self._idle_seconds = idle_seconds
        self._renewal = Renewal(engine.queue, engine.clock, worker=name, seconds=lease_seconds)
        self._pace = pace or engine.clock
        self._at_once = 1
        self._look_at: datetime | None = None
        self._sweep_at = self._pace.now()

    def run(self, stop: Event) -> None:
        """Work until told to stop; leases are renewed meanwhile. A database that doesn't answer is waited for."""
        with self._renewal.running():
            while not stop.is_set():
                heard = self.engine.queue.heard()
                if not self._worked(stop):
                    self.engine.queue.wait(heard, self._idle_seconds)

    def _worked(self, stop: Event) -> bool:
        try:
            return self.run_once(stop)
        except Unavailable as error:
            log.warning("worker_waits", worker=self.name, reason=error.message)
            stop.wait(IDLE_SECONDS)
        except Conflict as error:
            log.info("worker_was_slower", worker=self.name, reason=error.message)
            return True
        except Exception:
            log.exception("worker_stumbled", worker=self.name)
            stop.wait(IDLE_SECONDS)
        return False

    def run_once(self, stop: Event | None = None) -> bool:
        """Run some jobs; before them now and then, and after them when there were none, what is due. False: nothing to do."""
        now = self._pace.now()
        looked = self._look_at is None or now >= self._look_at
        done = self._look(now) if looked else 0
        done += self._run_jobs(stop or Event())
        return done > 0 or (not looked and self._look(now) > 0)

    def run_until_idle(self) -> None:
        """Work until nothing is due any more: for tests, the demo and simulations with a virtual clock."""
        while self.run_once():
            pass

    def _look(self, now: datetime) -> int:
        """Fire some due timers and give out what was lost or became due; how much of that there was."""
        # should this look fail, then jobs are run before the next one
        self._look_at = now + timedelta(seconds=FAILED_LOOK_SECONDS)
        self._sweep(now)
        found = self.engine.fire_due_timers(TIMERS_AT_ONCE)
        found += self.engine.queue.tend(now=self.engine.clock.now(), seconds=self.lease_seconds)
        found += sum(map(_tended, self.engine.chores))
        self._look_at = now if found else now + timedelta(seconds=self._idle_seconds)
        return found

    def _sweep(self, now: datetime) -> None:
        """Once in a while, drop a batch of the messages that nobody took in time; after a full batch the next."""
        if now >= self._sweep_at:
            dropped = self.engine.drop_expired_messages(SWEPT_AT_ONCE)
            self._sweep_at = now + timedelta(seconds=SWEEP_SECONDS if dropped < SWEPT_AT_ONCE else 0)

    def _run_jobs(self, stop: Event) -> int:
        """Lease a few jobs and run them one after the other; how many were leased."""
        begun, now = self._pace.now(), self.engine.clock.now()
        leases = self.engine.queue.lease(worker=self.name, now=now, seconds=self.lease_seconds, limit=self._at_once)
        with self._renewal.of(leases):
            for index, lease in enumerate(leases):
                too_slow = self._pace.now() - begun > timedelta(seconds=SLOW_SECONDS)
                if not self._renewal.holds(lease) or (index and (too_slow or stop.is_set())):
                    self._give_back(lease)
                else:
                    self._run_job(lease)
        if leases:
            self._at_once = self._fitting((self._pace.now() - begun).total_seconds() / len(leases))
        return len(leases)

    def _fitting(self, seconds_each: float) -> int:
        fitting = MOST_AT_ONCE if seconds_each * MOST_AT_ONCE <= BATCH_SECONDS else int(BATCH_SECONDS / seconds_each)
        return max(1, min(fitting, 2 * self._at_once))

    def _run_job(self, lease: Lease) -> None:
        faults.reached(faults.JOB_LEASED)
        outcome = self._outcome(lease)
        faults.reached(faults.JOB_HANDLED)
        try:
            self._write_down(lease, outcome)
        except Unavailable:
            raise
        except Conflict as error:
            # its lease runs out, and it is done again
            log.warning("job_not_settled", job_id=lease.job.id, handler=lease.job.handler, reason=error.message)
        except Exception as error:
            log.exception("job_cannot_be_settled", job_id=lease.job.id, handler=lease.job.handler)
            self._give_up(lease, f"what it did can't be taken over: {explain(error)}")

    def _write_down(self, lease: Lease, outcome: JobOutcome) -> None:
        """Settle what was done. Losing against another transaction is tried again, since doing the job again costs more."""
        for tries_left in reversed(range(SETTLE_TRIES)):
            try:
                self.engine.db.run(lambda tx: self.settle(tx, lease, outcome))
                return
            except Conflict:
                if not tries_left:
                    raise

    def _give_up(self, lease: Lease, why: str) -> None:
        with self.engine.db.transaction() as tx:
            if self._holds(tx, lease):
                work.give_up(tx, self.engine.vault, lease.job, why, self.engine.clock.now())
                self.engine.queue.finish(tx, lease)

    def _give_back(self, lease: Lease) -> None:
        """Let another worker have a job that wasn't begun."""
        with self.engine.db.transaction() as tx:
            if self._holds(tx, lease):
                # it wasn't tried, so it doesn't count
                work.settle_job(tx, lease.job.id, JobState.AVAILABLE, attempt=lease.job.attempt - 1)
                self.engine.queue.finish(tx, lease)

    def _holds(self, tx: Transaction, lease: Lease) -> bool:
        """Whether the lease is still ours. One that isn't ends here, and a suspended instance's job may start with it again."""
        held = work.held_job(tx, lease.job)
        if not held:
            work.lay_down(tx, lease.job)
            self.engine.queue.forget(tx, lease)
        return held

    def _outcome(self, lease: Lease) -> JobOutcome:
        """What the handler answered; an exception counts as a failure with its text."""
        job = lease.job
        handler = self.engine.handlers.get(job.handler)
        if not isinstance(handler, Doer):
            return Fail(reason=f"There is no handler {job.handler!r} here. Install it, then retry.", permanent=True)
        try:
            return handler.do(_call(lease, self.engine.clock.now()))
        except Exception as error:
            log.exception("handler_failed", handler=job.handler, job_id=job.id, business_key=job.business_key)
            return Fail(reason=explain(error))

    def settle(self, tx: Transaction, lease: Lease, outcome: JobOutcome) -> None:
        """Write what became of a leased job; its token goes on in the same transaction. A lease that was lost changes nothing."""
        job = lease.job
        stored = self.engine.lock(tx, job.instance_id)
        if not self._holds(tx, lease):
            log.warning("lease_lost", job_id=job.id, handler=job.handler, business_key=job.business_key)
            return
        now = self.engine.clock.now()
        settlement = settle(job, outcome, now, self.engine.chance.fraction())
        settling.write(tx, job, settlement, now)
        self.engine.queue.finish(tx, lease)
        faults.reached(faults.JOB_SETTLING)
        if settlement.retry_at is None:
            settling.tell_instance(self.engine.take_up(tx, stored), job, outcome, settlement)


def _tended(chore: Chore) -> int:
    """Do some of a chore. One that fails keeps nobody from the rest; it is tried again at the next look."""
    try:
        return chore.tend()
    except (Conflict, Unavailable) as error:
        log.info("chore_waits", chore=type(chore).__name__, reason=error.message)
    except Exception:
        log.exception("chore_failed", chore=type(chore).__name__)
    return 0


def _call(lease: Lease, now: datetime) -> HandlerCall:
    job = lease.job
    return HandlerCall(
        handler=job.handler,
        instance_id=job.instance_id,
        business_key=job.business_key,
        process_key=lease.process_key,
        version=lease.version,
        activity_id=job.activity_id,
        activity_name=lease.call["name"],
        inputs=lease.call["inputs"],
        headers=lease.call["headers"],
        now=now,
        idempotency_key=job.idempotency_key,
        attempt=job.attempt,
    )
