"""The open tasks in the order in which they should be done, page by page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, FromClause, and_, case, false, func, not_, or_, select

from desk import tables
from desk.clocks.names import CONDITIONAL, FOLLOW_UP, NOT_PROMISED
from desk.model import Priority
from engine.db import rows
from engine.db import tables as engine_tables
from engine.db.queries import OPEN_TASKS
from engine.model import UserTask
from engine.ports import Transaction

_task = engine_tables.user_task.c
_clock = tables.clock.c


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """Which tasks: held by `assignee`, offered to one of `groups`, of cases that are so; None means any."""

    assignee: str | None = None
    groups: Collection[str] | None = None
    unassigned: bool = False
    priority: str | None = None
    type: str | None = None
    tier: str | None = None


def count(tx: Transaction, wanted: QueueFilter) -> int:
    """How many open tasks there are."""
    found = _scope(tx, wanted)
    query = select(func.count()).select_from(_with_cases(found)).where(*_of_cases(wanted))
    return tx.execute(query).scalar_one()


def page(tx: Transaction, wanted: QueueFilter, *, limit: int, offset: int = 0) -> list[UserTask]:
    """Open tasks: what is timed before what is paused, urgent cases first, then by time left.

    The time is that of the contribution's own clock, else of the clock that is due first of those that the case's customer was
    promised (the follow-up comes behind all others), else the task's.
    """
    found = _scope(tx, wanted)
    own, promised = _own(found), _promised(found)
    timed_at, is_paused = _time_left(found, own, promised)
    source = _with_cases(found).outerjoin(own, own.c.task_id == found.c.id)
    source = source.outerjoin(promised, promised.c.case_number == found.c.number)
    urgent = case((tables.case.c.priority == Priority.URGENT, 0), else_=1)
    query = (
        select(found.c.id)
        .select_from(source)
        .where(*_of_cases(wanted))
        .order_by(is_paused, urgent, timed_at.is_(None), timed_at, found.c.id)
    )
    ids = tx.execute(query.limit(limit).offset(offset)).scalars().all()
    tasks = {row.id: rows.user_task(row._mapping) for row in tx.execute(select(engine_tables.user_task).where(_task.id.in_(ids)))}
    return [tasks[each] for each in ids]


def _scope(tx: Transaction, wanted: QueueFilter) -> CTE:
    key = _task.business_key
    number: ColumnElement[Any] = (
        func.split_part(key, "/", 1)
        if tx.dialect.name == "postgresql"
        else func.substr(key, 1, func.instr(key.concat("/"), "/") - 1)
    )
    query = select(_task.id, _task.due_at, number.label("number")).where(_task.state.in_(OPEN_TASKS))
    if wanted.assignee is not None:
        query = query.where(_task.assignee == wanted.assignee)
    if wanted.unassigned:
        query = query.where(_task.assignee.is_(None))
    if wanted.groups is not None:
        offered = engine_tables.user_task_group.c
        query = query.where(_task.id.in_(select(offered.task_id).where(offered.group_key.in_(list(wanted.groups)))))
    return query.cte("found")


def _with_cases(found: CTE) -> FromClause:
    return found.outerjoin(tables.case, tables.case.c.number == found.c.number)


def _of_cases(wanted: QueueFilter) -> list[ColumnElement[bool]]:
    asked = ((name, getattr(wanted, name)) for name in ("priority", "type", "tier"))
    return [tables.case.c[name] == value for name, value in asked if value]


def _own(found: CTE) -> FromClause:
    """The clocks of contributions, by task."""
    part = tables.contribution.c
    same = and_(_clock.case_number == part.case_number, _clock.round == part.round, _clock.name == part.clock)
    query = select(part.task_id, _clock.due_at, _clock.stopped_at).join(tables.contribution, same)
    return query.where(part.task_id.in_(select(found.c.id))).subquery("own")


def _promised(found: CTE) -> FromClause:
    """When the open clocks of which a case's customer knows are due, and how many there are, the follow-up apart."""
    follows = _clock.name == FOLLOW_UP
    kinds = (or_(_clock.name == kind, _clock.name.startswith(f"{kind}:")) for kind in sorted(NOT_PROMISED))
    hidden = or_(_clock.name.in_(CONDITIONAL), *kinds)
    query = select(
        _clock.case_number,
        func.min(case((not_(follows), _clock.due_at))).label("due_at"),
        func.min(case((follows, _clock.due_at))).label("follow_up_at"),
        func.count(case((not_(follows), 1))).label("promised"),
    ).where(_clock.stopped_at.is_(None), not_(hidden), _clock.case_number.in_(select(found.c.number)))
    return query.group_by(_clock.case_number).subquery("promised")


def _time_left(found: CTE, own: FromClause, promised: FromClause) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """When each task is due, null for never, and 1 for one whose clock is paused."""
    by_case = case((promised.c.promised > 0, promised.c.due_at), else_=promised.c.follow_up_at)
    at = case((own.c.task_id.is_not(None), own.c.due_at), (promised.c.case_number.is_not(None), by_case), else_=found.c.due_at)
    timed = or_(own.c.task_id.is_not(None), promised.c.case_number.is_not(None), false())
    return at, case((and_(timed, at.is_(None)), 1), else_=0)
