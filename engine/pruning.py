"""The chore that deletes finished jobs and the keys of what was taken once, some time after they were last of use."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

import structlog

from engine.db import pruning
from engine.db.database import Database
from engine.ports import Clock, Transaction

MOST_AT_ONCE = 25
"""So few that people who write at the same time don't feel it."""

LOOK_AGAIN = timedelta(hours=1)
MORE_IN = timedelta(seconds=1)

Find = Callable[[Transaction, datetime, int], Collection[Any]]
Delete = Callable[[Transaction, Collection[Any], datetime], int]

log = structlog.get_logger()


class Pruning:
    """Jobs go `keep_jobs` after they were due last, keys `keep_keys` after they came; None: never.

    Kept are jobs that aren't over or raised an incident, and keys of messages that are still kept for who will await them. Any
    number of workers may do this at the same time.
    """

    def __init__(self, db: Database, clock: Clock, *, keep_jobs: timedelta | None, keep_keys: timedelta | None) -> None:
        self._db = db
        self._clock = clock
        self._keep_jobs = keep_jobs
        self._keep_keys = keep_keys
        self._look_at: datetime | None = None

    def tend(self) -> int:
        """Delete at most MOST_AT_ONCE of each, once an hour; every second while there is more."""
        now = self._clock.now()
        if self._look_at is not None and now < self._look_at:
            return 0
        # said first: the threads of a process share a chore, and one that failed isn't tried again at once
        self._look_at = now + LOOK_AGAIN
        jobs = self._prune(pruning.jobs, pruning.delete_jobs, now, self._keep_jobs)
        keys = self._prune(pruning.keys, pruning.delete_keys, now, self._keep_keys)
        if max(jobs, keys) >= MOST_AT_ONCE:
            self._look_at = now + MORE_IN
        if jobs or keys:
            log.info("pruned", jobs=jobs, keys=keys)
        return jobs + keys

    def _prune(self, find: Find, delete: Delete, now: datetime, keep: timedelta | None) -> int:
        if keep is None:
            return 0
        with self._db.reading() as tx:
            found = find(tx, now - keep, MOST_AT_ONCE)
        return self._db.run(lambda tx: delete(tx, found, now - keep)) if found else 0
