"""External tasks for programs that come by a token: each order in a transaction of its own."""

from __future__ import annotations

from datetime import datetime

from desk.context import DeskContext
from desk.store import people
from engine.commands import (
    CompleteExternalTask,
    ExtendExternalTask,
    FailExternalTask,
    FetchExternalTasks,
    HeldTask,
    ThrowExternalError,
)
from engine.db.database import tried_again
from engine.external import ExternalTask, ExternalTasks
from engine.model import JobState


class ExternalWork:
    """The orders of `engine.external`, for programs of active agents. What they raise is told there."""

    def __init__(self, context: DeskContext) -> None:
        self._tasks = ExternalTasks(context.engine)
        self._db = context.engine.db

    @tried_again
    def fetch(self, command: FetchExternalTasks, *, by: str) -> list[ExternalTask]:
        """Lease what waits longest. Raises AgentNotFound."""
        with self._db.transaction() as tx:
            people.agent(tx, by)
            return self._tasks.fetch(tx, command)

    @tried_again
    def complete(self, command: CompleteExternalTask) -> None:
        with self._db.transaction() as tx:
            self._tasks.complete(tx, command)

    @tried_again
    def fail(self, command: FailExternalTask) -> JobState:
        with self._db.transaction() as tx:
            return self._tasks.fail(tx, command)

    @tried_again
    def throw(self, command: ThrowExternalError) -> None:
        with self._db.transaction() as tx:
            self._tasks.throw(tx, command)

    @tried_again
    def extend(self, command: ExtendExternalTask) -> datetime:
        with self._db.transaction() as tx:
            return self._tasks.extend(tx, command)

    @tried_again
    def unlock(self, held: HeldTask) -> None:
        with self._db.transaction() as tx:
            self._tasks.unlock(tx, held)
