"""User tasks in pages, for programs: by id, so that a page neither leaves out nor repeats what the one before had."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from desk.casework.inbox import Scope
from desk.context import DeskContext
from desk.rights import require_lead
from desk.store import people
from engine.db import lists
from engine.model import TaskState, UserTask
from engine.ports import Transaction


class TaskLists:
    """What an agent may see, as in the inbox."""

    def __init__(self, context: DeskContext) -> None:
        self._db = context.engine.db

    def page(
        self, *, viewer: str, scope: Scope, states: Collection[TaskState], after: int, limit: int, **filters: Any
    ) -> list[UserTask]:
        """Tasks by id, those behind `after`; `filters` are columns of a task (process_key, business_key, activity_id).

        Raises RightMissing for everybody's tasks without the right.
        """
        with self._db.reading() as tx:
            return self._page(tx, viewer, scope, {"states": states, "after": after, "limit": limit, **filters})

    def _page(self, tx: Transaction, viewer: str, scope: Scope, wanted: dict[str, Any]) -> list[UserTask]:
        agent = people.agent(tx, viewer)
        if scope is Scope.MINE:
            return lists.tasks(tx, assignee=agent.login, **wanted)
        if scope is not Scope.ALL:
            return lists.tasks(tx, groups=agent.team_keys, unassigned=scope is Scope.FREE, **wanted)
        require_lead(agent, "see everybody's tasks")
        return lists.tasks(tx, **wanted)
