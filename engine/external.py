"""External tasks: work for other programs, which fetch it by topic and say what came of it.

They get the promises that our own workers get: a lease that runs out gives the task to the next program, with the same
idempotency key; who comes late is told what happened; failures are tried again with growing delay, then an incident is raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from engine import settling
from engine.commands import (
    CompleteExternalTask,
    ExtendExternalTask,
    FailExternalTask,
    FetchExternalTasks,
    HeldTask,
    ThrowExternalError,
)
from engine.db import external, work
from engine.errors import ExternalTaskLost
from engine.jobs import Settlement, settle
from engine.model import Job, JobState
from engine.ports import Done, Fail, JobOutcome, Throw, Transaction
from engine.service import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalTask:
    """A task that a program holds until `lease_until`.

    `attempt` counts how often it was given out and is named with every answer. `idempotency_key` is the same in each attempt.
    """

    id: int
    topic: str
    instance_id: int
    business_key: str
    process_key: str
    version: str
    activity_id: str
    activity_name: str
    inputs: Mapping[str, Any]
    headers: Mapping[str, str]
    idempotency_key: str
    attempt: int
    retries: int
    created_at: datetime
    lease_until: datetime


class ExternalTasks:
    """Each method is one order, worked inside the caller's transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def fetch(self, tx: Transaction, command: FetchExternalTasks) -> list[ExternalTask]:
        """Lease what waits longest, at most `command.most`; nothing when nothing is ready."""
        found = external.lease(
            tx,
            self._engine.vault,
            worker=command.worker,
            topics=command.topics,
            most=command.most,
            now=self._engine.clock.now(),
            seconds=command.seconds,
        )
        return [_task(each) for each in found]

    def complete(self, tx: Transaction, command: CompleteExternalTask) -> None:
        """Take over the result; the token goes on. The same answer again is taken as said.

        Raises NotFound, ExternalTaskLost.
        """
        job = self._locked(tx, command.held)
        if job.state is JobState.DONE and job.attempt == command.held.attempt:
            return
        _require_held(job, command.held)
        self._settle(tx, job, Done(result=command.result), self._decided(job, Done()), command.by)

    def fail(self, tx: Transaction, command: FailExternalTask) -> JobState:
        """Try again later, or raise an incident when no retries are left: `available` or `failed`.

        Raises NotFound, ExternalTaskLost.
        """
        job = self._locked(tx, command.held)
        _require_held(job, command.held)
        settlement = self._failed(job, command)
        self._settle(tx, job, Fail(reason=command.reason), settlement, command.by)
        return settlement.state

    def throw(self, tx: Transaction, command: ThrowExternalError) -> None:
        """End the activity with an error; one that nothing in the diagram catches becomes an incident.

        Raises NotFound, ExternalTaskLost.
        """
        job = self._locked(tx, command.held)
        _require_held(job, command.held)
        thrown = Throw(error_code=command.error_code, variables=command.variables)
        self._settle(tx, job, thrown, self._decided(job, thrown), command.by)

    def extend(self, tx: Transaction, command: ExtendExternalTask) -> datetime:
        """Hold the task longer; until when. Raises NotFound, ExternalTaskLost."""
        _require_held(external.task(tx, command.held.task_id, lock=True), command.held)
        until = self._engine.clock.now() + timedelta(seconds=command.seconds)
        external.extend(tx, command.held.task_id, until)
        return until

    def unlock(self, tx: Transaction, held: HeldTask) -> None:
        """Give the task back at once, without costing a retry. Raises NotFound, ExternalTaskLost."""
        job = external.task(tx, held.task_id, lock=True)
        _require_held(job, held)
        work.settle_job(tx, job.id, JobState.AVAILABLE, retries=job.retries, available_at=self._engine.clock.now())

    def _locked(self, tx: Transaction, held: HeldTask) -> Job:
        """The task, its instance locked before it, here as everywhere."""
        self._engine.lock(tx, external.task(tx, held.task_id).instance_id)
        return external.task(tx, held.task_id, lock=True)

    def _decided(self, job: Job, outcome: JobOutcome) -> Settlement:
        return settle(job, outcome, self._engine.clock.now(), self._engine.chance.fraction())

    def _failed(self, job: Job, command: FailExternalTask) -> Settlement:
        left = job.retries - 1 if command.retries is None else command.retries
        settlement = self._decided(replace(job, retries=max(left, 0) + 1), Fail(reason=command.reason))
        if settlement.retry_at is None or command.retry_seconds is None:
            return settlement
        return replace(settlement, retry_at=self._engine.clock.now() + timedelta(seconds=command.retry_seconds))

    def _settle(self, tx: Transaction, job: Job, outcome: JobOutcome, settlement: Settlement, by: str) -> None:
        settling.write(tx, job, settlement, self._engine.clock.now())
        if settlement.retry_at is None:
            stored = self._engine.lock(tx, job.instance_id)
            settling.tell_instance(self._engine.take_up(tx, stored), job, outcome, settlement, by=by)


def _require_held(job: Job, held: HeldTask) -> None:
    if job.state is JobState.LEASED and (job.lease_owner, job.attempt) == (held.worker, held.attempt):
        return
    raise ExternalTaskLost(job.id, state=job.state, holder=job.lease_owner, attempt=job.attempt)


def _task(fetched: external.FetchedTask) -> ExternalTask:
    job, instance = fetched.job, fetched.instance
    assert job.topic is not None
    assert job.lease_until is not None
    return ExternalTask(
        id=job.id,
        topic=job.topic,
        instance_id=job.instance_id,
        business_key=job.business_key,
        process_key=instance.process_key,
        version=instance.version,
        activity_id=job.activity_id,
        activity_name=fetched.call["name"],
        inputs=fetched.call["inputs"],
        headers=fetched.call["headers"],
        idempotency_key=job.idempotency_key,
        attempt=job.attempt,
        retries=job.retries,
        created_at=job.created_at,
        lease_until=job.lease_until,
    )
