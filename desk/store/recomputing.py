"""Open clocks whose calendar changed, and the instances of their cases: in pages, by case number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, and_, func, or_, select

from desk import tables
from desk.clocks import ClockRetargeted
from desk.clocks.targets import team_calendar
from engine.db import tables as engine_tables
from engine.db.arrays import is_among
from engine.model import OPEN_INSTANCES
from engine.ports import Transaction

CLOCK, EVENT = tables.clock, tables.clock_event


class Touched(Protocol):
    """What a change of the calendars may touch, see desk.calendaring.calendarscope."""

    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def from_at(self) -> datetime | None: ...
    @property
    def until_at(self) -> datetime | None: ...


def open_between(tx: Transaction, keys: Collection[str]) -> tuple[datetime | None, datetime | None]:
    """When the first open clock of these calendars began, and when the last is due; None where there is none."""
    query = select(func.min(CLOCK.c.started_at), func.max(CLOCK.c.due_at))
    row = tx.execute(query.where(CLOCK.c.stopped_at.is_(None), CLOCK.c.calendar.in_(list(keys)))).one()
    return row[0], row[1]


def team_calendars(tx: Transaction) -> list[str]:
    """The keys by which open clocks name the calendars of teams."""
    query = (
        select(CLOCK.c.calendar).distinct().where(CLOCK.c.calendar.startswith(team_calendar("")), CLOCK.c.stopped_at.is_(None))
    )
    return sorted(tx.execute(query).scalars())


def count_cases(tx: Transaction, touched: Touched) -> int:
    """How many cases have a clock that may move."""
    return tx.execute(select(func.count(CLOCK.c.case_number.distinct())).where(_is_touched(touched))).scalar_one()


def names(tx: Transaction, touched: Touched) -> list[str]:
    """What clocks that may move are called."""
    return list(tx.execute(select(CLOCK.c.name).distinct().where(_is_touched(touched))).scalars())


def cases_after(tx: Transaction, touched: Touched, after: str, limit: int | None, *, up_to: str | None = None) -> list[str]:
    """The numbers of the next cases that have a clock that may move, in order; none behind `up_to`."""
    query = select(CLOCK.c.case_number).distinct().where(_is_touched(touched), CLOCK.c.case_number > after)
    if up_to is not None:
        query = query.where(CLOCK.c.case_number <= up_to)
    return list(tx.execute(query.order_by(CLOCK.c.case_number).limit(limit)).scalars())


def _is_touched(touched: Touched) -> ColumnElement[bool]:
    is_open = and_(CLOCK.c.stopped_at.is_(None), CLOCK.c.calendar.in_(touched.keys))
    if touched.from_at is None:
        return and_(is_open, CLOCK.c.provisional)
    is_due_later = or_(CLOCK.c.due_at.is_(None), CLOCK.c.due_at >= touched.from_at)
    return and_(is_open, or_(CLOCK.c.provisional, and_(CLOCK.c.started_at < touched.until_at, is_due_later)))


def cases_with_events_since(tx: Transaction, since: datetime) -> list[str]:
    """The cases to whose clocks something happened since then, other than a change of their limit."""
    query = select(EVENT.c.case_number).distinct().where(EVENT.c.at >= since, EVENT.c.kind != ClockRetargeted.__name__)
    return list(tx.execute(query.order_by(EVENT.c.case_number)).scalars())


def open_instances(tx: Transaction, numbers: Sequence[str]) -> dict[int, str]:
    """The open process instances of cases: the number by instance id."""
    instance, case = engine_tables.process_instance, tables.case
    same = and_(case.c.number == instance.c.business_key, case.c.process_key == instance.c.process_key)
    query = select(instance.c.id, case.c.number).join(case, same).where(is_among(tx, case.c.number, numbers))
    found = tx.execute(query.where(instance.c.state.in_(OPEN_INSTANCES)).order_by(instance.c.id))
    return {row.id: row.number for row in found}
