"""The work queue: open tasks, urgent ones first, then by time left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from desk.casetasks import numbers_of, tasks_of
from desk.casework.cases import ClockView, clock_views, next_clock
from desk.context import DeskContext
from desk.masking import mask_name
from desk.model import Agent, Case
from desk.rights import require_lead
from desk.store import cases, contributions, customers, people, queue
from desk.store.queue import QueueFilter
from engine.model import TaskState, UserTask
from engine.ports import Transaction

MOST_SEARCHED = 1000


class Scope(StrEnum):
    MINE = "mine"  # held by the viewer, or given to them and not yet claimed
    FREE = "free"  # offered to a team of the viewer, held by nobody yet
    TEAM = "team"  # offered to a team of the viewer, held by nobody yet or by a colleague
    ALL = "all"  # everybody's; for supervisors


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxItem:
    """A task in the queue. `due_at` is that of the case's next clock, of a contribution that of its own, else of the task.

    `left` is negative when it has passed.

    While the clock is paused both are None, and the task stands behind those that are timed.

    `number` is the case's, also for a task of a process that it called; `case` is None for a task that belongs to none.
    """

    task: UserTask
    number: str
    case: Case | None
    customer: str
    clock: ClockView | None
    due_at: datetime | None
    left: timedelta | None
    claimed: bool

    @property
    def title(self) -> str:
        return self.task.name


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage:
    """One page of the queue. `total` counts all pages."""

    items: tuple[InboxItem, ...]
    total: int
    page: int
    page_size: int


class Inbox:
    """What is to be done, and by whom."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def tasks(
        self,
        login: str,
        *,
        scope: Scope | str = Scope.MINE,
        page: int = 1,
        page_size: int = 50,
        priority: str | None = None,
        type: str | None = None,
        tier: str | None = None,
    ) -> InboxPage:
        """A page of the queue, the last one for a page behind it.

        Raises RightMissing for `all` without the right, AgentNotFound.
        """
        with self._db.reading() as tx:
            wanted = replace(self._in_scope(people.agent(tx, login), Scope(scope)), priority=priority, type=type, tier=tier)
            total = queue.count(tx, wanted)
            page = max(1, min(page, -(-total // page_size)))
            found = queue.page(tx, wanted, limit=page_size, offset=page_size * (page - 1))
            shown = self._named(tx, self._items(tx, found))
        return InboxPage(items=tuple(shown), total=total, page=page, page_size=page_size)

    def counts(self, login: str) -> Mapping[Scope, int]:
        """How many tasks there are in each scope that the agent may see. Raises AgentNotFound."""
        with self._db.reading() as tx:
            agent = people.agent(tx, login)
            seen = [scope for scope in Scope if scope is not Scope.ALL or agent.leads]
            return {scope: queue.count(tx, self._in_scope(agent, scope)) for scope in seen}

    def of_case(self, number: str) -> list[UserTask]:
        """The open tasks of a case, those of the processes that it called behind its own."""
        with self._db.reading() as tx:
            return tasks_of(tx, number)

    def _in_scope(self, agent: Agent, scope: Scope) -> QueueFilter:
        if scope is Scope.MINE:
            return QueueFilter(assignee=agent.login)
        if scope in (Scope.FREE, Scope.TEAM):
            return QueueFilter(groups=agent.team_keys, unassigned=scope is Scope.FREE)
        require_lead(agent, "see everybody's tasks")
        return QueueFilter()

    def _items(self, tx: Transaction, tasks: Sequence[UserTask]) -> list[InboxItem]:
        now = self._context.now()
        number_of = numbers_of(tx, tasks)
        numbers = list(set(number_of.values()))
        known = cases.cases(tx, numbers)
        views, parts = clock_views(tx, numbers, now), contributions.clocks_of_tasks(tx, [task.id for task in tasks])
        items = []
        for task in tasks:
            case = known.get(number_of[task.id])
            timed = views.get(number_of[task.id], ())
            own = [view for view in timed if (view.round, view.name) == parts.get(task.id)]
            clock = next(iter(own), None) or next_clock(timed)
            due_at = clock.due_at if clock else task.due_at
            items.append(
                InboxItem(
                    task=task,
                    number=number_of[task.id],
                    case=case,
                    customer="",
                    clock=clock,
                    due_at=due_at,
                    left=due_at - now if due_at else None,
                    claimed=task.state is TaskState.CLAIMED,
                )
            )
        return items

    def _named(self, tx: Transaction, items: Sequence[InboxItem]) -> list[InboxItem]:
        """The items with their customers' masked names; only those shown are unsealed."""
        who = customers.by_id(tx, self._context.vault, {item.case.customer_id for item in items if item.case})
        return [replace(item, customer=mask_name(who[item.case.customer_id].name)) if item.case else item for item in items]
