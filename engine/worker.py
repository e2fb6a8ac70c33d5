"""Runs jobs and fires timers, in any number of threads or processes. May die at any point: whatever it held is taken over."""

from __future__ import annotations

from datetime import timedelta
from threading import Event

import structlog

from engine import settling
from engine.db import work
from engine.errors import Conflict, Unavailable
from engine.jobs import settle
from engine.ledger import explain
from engine.model import InstanceState, Job
from engine.ports import Doer, Fail, HandlerCall, JobOutcome, Transaction
from engine.service import Engine

LEASE_SECONDS = 60.0
IDLE_SECONDS = 0.5
SWEEP_SECONDS = 60
SWEPT_AT_ONCE = 500
log = structlog.get_logger()


class Worker:
    """One worker. `name` stands in the leases that it holds."""

    def __init__(self, engine: Engine, *, name: str, lease_seconds: float = LEASE_SECONDS) -> None:
        self.engine = engine
        self.name = name
        self.lease_seconds = lease_seconds
        self._sweep_at = engine.clock.now()

    def run(self, stop: Event) -> None:
        """Work until told to stop. A database that doesn't answer is waited for."""
        while not stop.is_set():
            try:
                busy = self.run_once()
            except Unavailable as error:
                log.warning("worker_waits", worker=self.name, reason=error.message)
                busy = False
            except Conflict as error:
                log.info("worker_was_slower", worker=self.name, reason=error.message)
                busy = True
            if not busy:
                stop.wait(IDLE_SECONDS)

    def run_once(self) -> bool:
        """Fire due timers, then run one job. False when there was nothing to do."""
        fired = self.engine.fire_due_timers()
        self._sweep()
        return self._run_job() or fired > 0

    def run_until_idle(self) -> None:
        """Work until nothing is due any more: for tests, the demo and simulations with a virtual clock."""
        while self.run_once():
            pass

    def _sweep(self) -> None:
        """Once in a while, drop a batch of the messages that nobody took in time; after a full batch the next."""
        now = self.engine.clock.now()
        if now >= self._sweep_at:
            dropped = self.engine.drop_expired_messages(SWEPT_AT_ONCE)
            self._sweep_at = now + timedelta(seconds=SWEEP_SECONDS if dropped < SWEPT_AT_ONCE else 0)

    def _run_job(self) -> bool:
        clock, vault = self.engine.clock, self.engine.vault
        with self.engine.db.transaction() as tx:
            leased = work.lease_job(tx, vault, owner=self.name, now=clock.now(), seconds=self.lease_seconds)
        if leased is None:
            return False
        outcome = self._outcome(leased)
        try:
            with self.engine.db.transaction() as tx:
                self._settle(tx, leased.job, outcome)
        except (Unavailable, Conflict):
            raise
        except Exception as error:
            log.exception("job_cannot_be_settled", job_id=leased.job.id, handler=leased.job.handler)
            with self.engine.db.transaction() as tx:
                work.give_up(tx, vault, leased.job, f"what it did can't be taken over: {explain(error)}", clock.now())
        return True

    def _outcome(self, leased: work.LeasedJob) -> JobOutcome:
        """What the handler answered; an exception counts as a failure with its text."""
        job, call = leased.job, leased.call
        handler = self.engine.handlers.get(job.handler)
        if not isinstance(handler, Doer):
            return Fail(reason=f"There is no handler {job.handler!r} here. Install it, then retry.", permanent=True)
        try:
            return handler.do(
                HandlerCall(
                    handler=job.handler,
                    instance_id=job.instance_id,
                    business_key=job.business_key,
                    process_key="",
                    version="",
                    activity_id=job.activity_id,
                    activity_name=call["name"],
                    inputs=call["inputs"],
                    headers=call["headers"],
                    now=self.engine.clock.now(),
                    idempotency_key=job.idempotency_key,
                    attempt=job.attempt,
                )
            )
        except Exception as error:
            log.exception("handler_failed", handler=job.handler, job_id=job.id, business_key=job.business_key)
            return Fail(reason=explain(error))

    def _settle(self, tx: Transaction, job: Job, outcome: JobOutcome) -> None:
        """Write what became of the job; its token goes on in the same transaction."""
        stored = self.engine.lock(tx, job.instance_id)
        if not work.held_job(tx, job):
            log.warning("lease_lost", job_id=job.id, handler=job.handler, business_key=job.business_key)
            return
        settlement = settle(job, outcome, self.engine.clock.now(), self.engine.chance.fraction())
        work.settle_job(
            tx,
            job.id,
            settlement.state,
            retries=settlement.retries,
            available_at=settlement.retry_at or job.available_at,
        )
        if settlement.retry_at is None and stored.instance.state is InstanceState.ACTIVE:
            settling.tell_instance(self.engine.resume(tx, job.instance_id), job, outcome, settlement)
