"""What a job's answer does to its instance: the token goes on, an error is thrown, an incident is raised.

The same for our own workers and for the programs that take external tasks.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.db import work
from engine.execution import Execution
from engine.history import JobCancelled, JobDone
from engine.jobs import Settlement
from engine.model import OVER_JOBS, Job, JobState
from engine.ports import Cancel, Done, JobOutcome, Throw, Transaction


def write(tx: Transaction, job: Job, settlement: Settlement, now: datetime) -> None:
    """Write what became of a job, in the transaction in which its instance or a person is told."""
    tried = {"retries": settlement.retries, "attempt": settlement.attempt}
    ended_at = now if settlement.state in OVER_JOBS else job.available_at
    work.settle_job(tx, job.id, settlement.state, **tried, available_at=settlement.retry_at or ended_at)


def tell_instance(execution: Execution, job: Job, outcome: JobOutcome, settlement: Settlement, *, by: str = "engine") -> None:
    """Take over the answer of a job that is settled for good, in the transaction in which it is settled."""
    ledger = execution.ledger
    if settlement.state is JobState.FAILED:
        message = f"{job.handler} failed for good: {settlement.error}. Repair the cause, then retry."
        ledger.raise_incident(job.activity_id, job.token_id, message, job_id=job.id)
    elif isinstance(outcome, Cancel):
        _call_off(execution, job, outcome, by)
    elif isinstance(outcome, Throw):
        _throw(execution, job, outcome)
    else:
        _finish(execution, job, outcome.result if isinstance(outcome, Done) else {}, by)
    execution.settle()


def _finish(execution: Execution, job: Job, result: Mapping[str, Any], by: str) -> None:
    ledger = execution.ledger
    ledger.record(
        JobDone(
            at=ledger.now,
            by=by,
            activity_id=job.activity_id,
            token_id=job.token_id,
            job_id=job.id,
            handler=job.handler,
            result=dict(result),
        )
    )
    # a timer that was due may have withdrawn the token while the job ran
    if job.token_id is not None and execution.waits_for_work(job.token_id):
        execution.finish_activity(ledger.definition.node(job.activity_id), job.token_id, dict(result), by=by)


def _call_off(execution: Execution, job: Job, cancelled: Cancel, by: str) -> None:
    """Note why the job won't be done; a token that waits for it needs a person, since the diagram has no way for that."""
    ledger = execution.ledger
    where = {"at": ledger.now, "by": by, "activity_id": job.activity_id, "token_id": job.token_id}
    ledger.record(JobCancelled(**where, job_id=job.id, handler=job.handler, reason=cancelled.reason))
    if job.token_id is not None and execution.waits_for_work(job.token_id):
        message = f"{job.handler} called it off: {cancelled.reason}. Retry when it shall be done, or cancel the instance."
        ledger.raise_incident(job.activity_id, job.token_id, message, job_id=job.id)


def _throw(execution: Execution, job: Job, thrown: Throw) -> None:
    """End the job's activity with an error; one that nothing catches fails the job for good."""
    ledger = execution.ledger
    if job.token_id is not None and not execution.waits_for_work(job.token_id):
        return
    if job.token_id is not None:
        node = ledger.definition.node(job.activity_id)
        if execution.throw_error(node, job.token_id, thrown.error_code, thrown.variables):
            return
    error = f'the error "{thrown.error_code}", which nothing in the diagram catches'
    work.settle_job(ledger.tx, job.id, JobState.FAILED, retries=0)
    message = f"{job.handler} ended with {error}. Repair the cause, then retry, or cancel the instance."
    ledger.raise_incident(job.activity_id, job.token_id, message, job_id=job.id)
