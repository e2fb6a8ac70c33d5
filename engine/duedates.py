"""The due dates of open user tasks that follow a lookup. Those that read variables only stay as they were set."""

from __future__ import annotations

from engine import results
from engine.db import user_tasks
from engine.errors import ExpressionFailed
from engine.history import TaskDueMoved
from engine.ledger import Ledger


class DueDates:
    """The due dates of the instance at hand. Moving one leaves the task's revision: it is nobody's conflict."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._seen = 0
        definition = ledger.definition
        self._asked = {node.id: asked for node in definition.dated if (asked := definition.lookups_asked(node.work.due_date))}

    def ask_lookups(self) -> bool:
        """Whether the due date of any task here asks a lookup."""
        return bool(self._asked)

    def follow_changes(self) -> None:
        """Move the due dates of open tasks that ask a lookup which may answer otherwise."""
        ledger, seen, self._seen = self._ledger, self._seen, self._ledger.change
        changed = {name for name in ledger.causes if ledger.changes[name] > seen}
        stale = {activity_id: min(asked & changed) for activity_id, asked in self._asked.items() if asked & changed}
        for task in user_tasks.open_dates(ledger.tx, ledger.instance.id) if stale else ():
            if task.activity_id in stale:
                self._follow(task, stale[task.activity_id])

    def _follow(self, task: user_tasks.OpenDate, lookup: str) -> None:
        ledger, cause = self._ledger, self._ledger.causes[lookup]
        node = ledger.definition.node(task.activity_id)
        try:
            due_at = results.instant_of(ledger.definition, node, node.work.due_date, ledger.seen_by(task.token_id), ledger.at)
        except ExpressionFailed as error:
            ledger.raise_incident(task.activity_id, task.token_id, error.message)
            return
        if due_at == task.due_at:
            return
        user_tasks.move_due(ledger.tx, task.id, due_at)
        where = {"activity_id": task.activity_id, "token_id": task.token_id, "task_id": task.id}
        moved = TaskDueMoved(
            at=ledger.at, by=cause.by, before=task.due_at, due_at=due_at, lookup=lookup, reason=cause.reason, **where
        )
        ledger.record(moved)
