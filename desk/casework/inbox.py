"""The work queue: open tasks, urgent ones first, then by time left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from desk.casetasks import numbers_of, tasks_of
from desk.casework.cases import ClockView, clock_views, next_clock
from desk.context import DeskContext
from desk.masking import mask_name
from desk.model import Agent, Case, Priority
from desk.rights import require_lead
from desk.store import cases, contributions, customers, people
from engine.db import queries
from engine.model import TaskState, UserTask
from engine.ports import Transaction

MOST_SORTED = 1000
_NO_LIMIT = datetime.max.replace(tzinfo=UTC)


class Scope(StrEnum):
    MINE = "mine"  # held by the viewer, or given to them and not yet claimed
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
    """One page of the queue. `total` counts all pages, up to MOST_SORTED."""

    items: tuple[InboxItem, ...]
    total: int
    page: int
    page_size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxCounts:
    """How many tasks each scope holds, each up to MOST_SORTED; `offered` are those of the teams that nobody holds."""

    scopes: Mapping[Scope, int]
    offered: int


class Inbox:
    """What is to be done, and by whom."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def tasks(self, login: str, *, scope: Scope | str = Scope.MINE, page: int = 1, page_size: int = 50) -> InboxPage:
        """A page of the queue. Raises RightMissing for `all` without the right, AgentNotFound."""
        start = page_size * (max(page, 1) - 1)
        with self._db.reading() as tx:
            items = self._items(tx, self._in_scope(tx, people.agent(tx, login), Scope(scope)))
            items.sort(key=_urgency)
            shown = self._named(tx, items[start : start + page_size])
        return InboxPage(items=tuple(shown), total=len(items), page=page, page_size=page_size)

    def counts(self, login: str) -> InboxCounts:
        """How many tasks there are in each scope that the agent may see. Raises AgentNotFound."""
        with self._db.reading() as tx:
            agent = people.agent(tx, login)
            found = {scope: self._in_scope(tx, agent, scope) for scope in Scope if scope is not Scope.ALL or agent.leads}
        return InboxCounts(
            scopes={scope: len(tasks) for scope, tasks in found.items()},
            offered=sum(task.assignee is None for task in found[Scope.TEAM]),
        )

    def of_case(self, number: str) -> list[UserTask]:
        """The open tasks of a case, those of the processes that it called behind its own."""
        with self._db.reading() as tx:
            return tasks_of(tx, number)

    def _in_scope(self, tx: Transaction, agent: Agent, scope: Scope) -> list[UserTask]:
        if scope is Scope.MINE:
            return queries.tasks(tx, assignee=agent.login, limit=MOST_SORTED)
        if scope is Scope.TEAM:
            return queries.tasks(tx, groups=agent.team_keys, limit=MOST_SORTED)
        require_lead(agent, "see everybody's tasks")
        return queries.tasks(tx, limit=MOST_SORTED)

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


def _urgency(item: InboxItem) -> tuple[bool, bool, datetime, int]:
    urgent = item.case is not None and item.case.priority == Priority.URGENT
    paused = item.clock is not None and item.clock.paused
    return paused, not urgent, item.due_at or _NO_LIMIT, item.task.id
