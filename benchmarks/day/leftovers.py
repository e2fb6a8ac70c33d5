"""What workers have left to do: jobs, timers and levels of escalations that are due, and the cases that wait for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, exists, func, or_, select

from benchmarks.day.workers import LEASE_SECONDS
from desk.tables import clock, escalation
from engine.db.database import Database
from engine.db.tables import job, process_instance, timer
from engine.model import InstanceState, JobState


class Leftovers:
    """Looks into a database, as of instants that are given."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def count(self, now: datetime) -> int:
        """How many jobs and timers are due and not taken, without jobs that wait until a worker is done with another one."""
        held = job.alias()
        waits = exists().where(held.c.instance_id == job.c.instance_id, held.c.state == JobState.LEASED)
        is_due = (job.c.state == JobState.AVAILABLE, job.c.available_at <= now)
        jobs = select(func.count()).select_from(job).where(*is_due, ~waits)
        timers = select(func.count()).select_from(timer).where(timer.c.due_at <= now)
        with self._db.reading() as tx:
            return tx.execute(jobs).scalar_one() + tx.execute(timers).scalar_one()

    def behind(self, numbers: Collection[str], now: datetime) -> set[str]:
        """The cases of these in which something is due by the clock alone, and not done: a timer, a level, the end of a wait."""
        at = timer.join(process_instance, process_instance.c.id == timer.c.instance_id)
        fires = select(process_instance.c.business_key).select_from(at).where(timer.c.due_at <= now)
        level = escalation.c
        untold = and_(level.told_at.is_(None), or_(level.next_at.is_(None), level.next_at <= now))
        climbs = select(level.case_number).where(or_(untold, level.next_at <= now))
        waited = select(clock.c.case_number).where(clock.c.stopped_at.is_(None), clock.c.paused_until <= now)
        own = [
            fires.where(process_instance.c.business_key.in_(numbers)),
            climbs.where(level.case_number.in_(numbers)),
            waited.where(clock.c.case_number.in_(numbers)),
        ]
        with self._db.reading() as tx:
            return {row[0] for query in own for row in tx.execute(query)}

    def open(self) -> int:
        """How many process instances aren't over."""
        query = select(func.count()).select_from(process_instance).where(process_instance.c.state == InstanceState.ACTIVE)
        with self._db.reading() as tx:
            return tx.execute(query).scalar_one()

    def next_at(self, now: datetime) -> datetime | None:
        """When the next timer is due, and not before what a dead worker holds comes free; None when nothing will happen."""
        with self._db.reading() as tx:
            due_at = tx.execute(select(func.min(timer.c.due_at))).scalar_one()
            held = tx.execute(select(func.count()).select_from(job).where(job.c.state == JobState.LEASED)).scalar_one()
        return now + timedelta(seconds=LEASE_SECONDS) if held else due_at
