"""External tasks for programs that come by a token: each order in a transaction of its own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from desk.casetasks import CALLED
from desk.context import DeskContext
from desk.masking import withheld
from desk.store import cases, notices, people
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
from engine.ports import Transaction


class ExternalWork:
    """The orders of `engine.external`, for programs of active agents. What they raise is told there."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._tasks = ExternalTasks(context.engine)
        self._db = context.engine.db

    def fetch(self, command: FetchExternalTasks, *, by: str) -> list[ExternalTask]:
        """Lease what waits longest. Who is given what says who a case's customer is, is logged. Raises AgentNotFound."""

        def lease(tx: Transaction) -> list[ExternalTask]:
            people.agent(tx, by)
            return self._tasks.fetch(tx, command)

        found = self._db.run(lease)
        if telling := [task for task in found if withheld(task.inputs)]:
            # on its own, since a case may be locked by who waits for a leased task; nobody has seen anything before it
            self._db.run(lambda tx: self._disclosed(tx, telling, by))
        return found

    def _disclosed(self, tx: Transaction, tasks: Iterable[ExternalTask], by: str) -> None:
        for task in tasks:
            number = task.business_key.partition(CALLED)[0]
            if cases.known(tx, number):
                logged = {"by": by, "what": "inputs", "reason": f"{task.topic}: {task.activity_name}"}
                notices.add_disclosure(tx, self._context.vault, number=number, **logged, at=self._context.now())

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
