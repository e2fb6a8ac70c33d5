"""Deletes what is over and nobody asks for any more, a few rows at a time. Works in the caller's transaction and never commits.

First `jobs` and `keys` are looked for in a transaction that only reads: the latter have no index by their age, which every
order would pay for. Those that are deleted are looked at again.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select

from engine.db import tables
from engine.model import OVER_JOBS
from engine.ports import Transaction

_job, _taken = tables.job.c, tables.message_taken.c
_incident, _buffered = tables.incident.c, tables.buffered_message.c


def jobs(tx: Transaction, ended_before: datetime, limit: int) -> list[int]:
    """At most `limit` ids of jobs that ended before an instant and never raised an incident."""
    return list(tx.execute(select(_job.id).where(*_old_jobs(ended_before)).limit(limit)).scalars())


def delete_jobs(tx: Transaction, job_ids: Collection[int], ended_before: datetime) -> int:
    """Delete those of these jobs of which that holds still, and on which nobody works; how many."""
    query = select(_job.id).where(_job.id.in_(job_ids), *_old_jobs(ended_before)).with_for_update(skip_locked=True)
    free = list(tx.execute(query).scalars())
    return tx.execute(delete(tables.job).where(_job.id.in_(free))).rowcount


def keys(tx: Transaction, taken_before: datetime, limit: int) -> list[str]:
    """At most `limit` ids of messages and orders that were taken before an instant and aren't kept for anybody."""
    return list(tx.execute(select(_taken.message_id).where(*_old_keys(taken_before)).limit(limit)).scalars())


def delete_keys(tx: Transaction, message_ids: Collection[str], taken_before: datetime) -> int:
    """Delete those of these ids of which that holds still, and on which nobody works; how many."""
    found = select(_taken.message_id).where(_taken.message_id.in_(message_ids), *_old_keys(taken_before))
    free = list(tx.execute(found.with_for_update(skip_locked=True)).scalars())
    return tx.execute(delete(tables.message_taken).where(_taken.message_id.in_(free))).rowcount


def _old_jobs(ended_before: datetime) -> tuple[ColumnElement[bool], ...]:
    told = select(_incident.job_id).where(_incident.job_id.is_not(None))
    # SQLite would give the id of the newest row, were it deleted, to the next one
    newest = select(func.max(_job.id)).scalar_subquery()
    return _job.state.in_(OVER_JOBS), _job.available_at < ended_before, _job.id.not_in(told), _job.id < newest


def _old_keys(taken_before: datetime) -> tuple[ColumnElement[bool], ...]:
    kept = select(_buffered.message_id).where(_buffered.message_id.is_not(None))
    return _taken.taken_at < taken_before, _taken.message_id.not_in(kept)
