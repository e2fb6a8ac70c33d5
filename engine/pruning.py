"""The chores that delete finished jobs and the keys of what was taken once, some time after they were last of use."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, ClassVar

import structlog

from engine.db import pruning
from engine.db.database import Database
from engine.ports import Clock, Transaction

MOST_AT_ONCE = 25
"""So few that people who write at the same time don't feel it."""

LOOK_AGAIN = timedelta(hours=1)
AFTER_TROUBLE = timedelta(minutes=1)
MORE_IN = timedelta(seconds=1)

Find = Callable[[Transaction, datetime, int], Collection[Any]]
Delete = Callable[[Transaction, Collection[Any], datetime], int]

log = structlog.get_logger()


class Pruning:
    """Deletes `what` is older than `keep`; None: never. Any number of workers may do this at the same time."""

    what: ClassVar[str]
    find: ClassVar[Find]
    delete: ClassVar[Delete]

    def __init__(self, db: Database, clock: Clock, keep: timedelta | None) -> None:
        self._db = db
        self._clock = clock
        self._keep = keep
        self._look_at: datetime | None = None

    def tend(self) -> int:
        """Delete at most MOST_AT_ONCE, once an hour; every second while there is more."""
        now = self._clock.now()
        if self._keep is None or (self._look_at is not None and now < self._look_at):
            return 0
        # said first: the threads of a process share a chore, and one that failed isn't tried again at once
        self._look_at = now + AFTER_TROUBLE
        found, deleted = self._prune(now - self._keep)
        # what somebody holds just now is to go as well
        self._look_at = now + (MORE_IN if found >= MOST_AT_ONCE else LOOK_AGAIN)
        if deleted:
            log.info("pruned", **{self.what: deleted})
        return deleted

    def _prune(self, before: datetime) -> tuple[int, int]:
        """How many were found, and how many of them deleted."""
        with self._db.reading() as tx:
            found = self.find(tx, before, MOST_AT_ONCE)
        return len(found), self._db.run(lambda tx: self.delete(tx, found, before)) if found else 0


class JobPruning(Pruning):
    """Jobs go some time after they ended. Kept are those that aren't over or raised an incident."""

    what = "jobs"
    find = staticmethod(pruning.jobs)
    delete = staticmethod(pruning.delete_jobs)


class KeyPruning(Pruning):
    """Keys go some time after they came. Kept are those of messages that are still kept for who will await them."""

    what = "keys"
    find = staticmethod(pruning.keys)
    delete = staticmethod(pruning.delete_keys)


def chores(db: Database, clock: Clock, *, keep_jobs: timedelta | None, keep_keys: timedelta | None) -> tuple[Pruning, ...]:
    """One for each, so that neither keeps the other back when it fails."""
    return JobPruning(db, clock, keep_jobs), KeyPruning(db, clock, keep_keys)
