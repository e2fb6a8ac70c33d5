"""Shifts and absences."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from desk import tables
from desk.assignment.absences import Absence, OpenWork
from desk.assignment.shifts import Shift
from desk.staffing.staffing_errors import AbsenceNotFound
from engine.db import tables as engine_tables
from engine.db.queries import OPEN_TASKS
from engine.db.statements import Record, Statement, given, read_together
from engine.ports import Transaction

AGENT, TEAM = "agent", "team"
MOST_ABSENCES = 1000
_absence = tables.absence.c
_ABSENCE = [_absence[field] for field in Absence.__slots__]
SHIFTS = Statement(select(tables.shift.c["kind", "holder", "hours", "zone"]))
SHIFT_DAYS = Statement(select(tables.shift_day).order_by(tables.shift_day.c.day))
CURRENT = Statement(
    select(*_ABSENCE)
    .where(_absence.until_at > given(_absence.until_at, "after"), _absence.cancelled_at.is_(None))
    .order_by(_absence.from_at, _absence.id)
    .limit(MOST_ABSENCES)
)
"""Absences that aren't over at `after` nor called off."""


def set_shift(tx: Transaction, kind: str, holder: str, shift: Shift | None, *, by: str, at: datetime) -> None:
    """Replace the shift of an agent or a team; None: always on."""
    for table in (tables.shift, tables.shift_day):
        tx.execute(delete(table).where(table.c.kind == kind, table.c.holder == holder))
    if shift is None:
        return
    whose = {"kind": kind, "holder": holder}
    tx.execute(insert(tables.shift).values(**whose, hours=shift.hours, zone=shift.zone, changed_by=by, changed_at=at))
    days = [{**whose, "day": day.isoformat(), "spans": spans} for day, spans in shift.days.items()]
    if days:
        tx.execute(insert(tables.shift_day), days)


def shifts(tx: Transaction) -> Mapping[tuple[str, str], Shift]:
    """All shifts by kind (AGENT or TEAM) and holder."""
    hours, days = read_together(tx, [(SHIFTS, {}), (SHIFT_DAYS, {})])
    return as_shifts(hours, days)


def as_shifts(hours: Iterable[Record], days: Iterable[Record]) -> Mapping[tuple[str, str], Shift]:
    """Rows of SHIFTS and SHIFT_DAYS by kind and holder."""
    of: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in days:
        of.setdefault((row["kind"], row["holder"]), []).append((row["day"], row["spans"]))
    return {
        (row["kind"], row["holder"]): _shift(row["hours"], row["zone"], tuple(of.get((row["kind"], row["holder"]), ())))
        for row in hours
    }


@lru_cache(maxsize=4096)
def _shift(hours: str, zone: str, days: tuple[tuple[str, str], ...]) -> Shift:
    """Shifts are read at each assignment, and change once in a while."""
    return Shift(hours=hours, zone=zone, days={date.fromisoformat(day): spans for day, spans in days})


def add_absence(tx: Transaction, absence: Absence, *, by: str, at: datetime) -> int:
    """Keep a new absence; the id of it."""
    values = {field: getattr(absence, field) for field in Absence.__slots__ if field != "id"}
    query = insert(tables.absence).values(**values, entered_by=by, entered_at=at).returning(tables.absence.c.id)
    return int(tx.execute(query).scalar_one())


def change_absence(tx: Transaction, absence_id: int, **changes: datetime) -> None:
    """Note that an absence began or was cancelled."""
    tx.execute(update(tables.absence).where(tables.absence.c.id == absence_id).values(**changes))


def absence(tx: Transaction, absence_id: int, *, lock: bool = False) -> Absence:
    """One absence. Raises AbsenceNotFound."""
    query = select(*_ABSENCE).where(tables.absence.c.id == absence_id)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise AbsenceNotFound(absence_id)
    return as_absence(row._mapping)


def absences(
    tx: Transaction, *, until_after: datetime, logins: Collection[str] | None = None, limit: int = MOST_ABSENCES
) -> list[Absence]:
    """Absences that aren't over by then nor cancelled, the earliest first, at most `limit`."""
    table = tables.absence.c
    query = select(*_ABSENCE).where(table.until_at > until_after, table.cancelled_at.is_(None))
    if logins is not None:
        query = query.where(table.login.in_(list(logins)))
    return [as_absence(row._mapping) for row in tx.execute(query.order_by(table.from_at, table.id).limit(limit))]


def beginning(tx: Transaction, now: datetime, limit: int) -> list[Absence]:
    """Absences that have come, and whose open work nobody looked at yet."""
    table = tables.absence.c
    come = (table.begun_at.is_(None), table.from_at <= now, table.until_at > now, table.cancelled_at.is_(None))
    return [as_absence(row._mapping) for row in tx.execute(select(*_ABSENCE).where(*come).order_by(table.id).limit(limit))]


def with_work_left(tx: Transaction, now: datetime, limit: int) -> list[Absence]:
    """Leave that has begun and should leave nothing with who is absent, but something is; the longest begun first."""
    task = engine_tables.user_task.c
    mine = select(task.id).where(task.assignee == _absence.login, task.state.in_(OPEN_TASKS))
    before = mine.where(or_(task.claimed_at.is_(None), task.claimed_at < _absence.begun_at))
    lasting = (_absence.begun_at <= now, _absence.until_at > now, _absence.cancelled_at.is_(None))
    query = select(*_ABSENCE).where(*lasting, _absence.open_work != OpenWork.KEEP, before.exists())
    return [as_absence(row._mapping) for row in tx.execute(query.order_by(_absence.begun_at, _absence.id).limit(limit))]


def as_absence(row: Mapping[str, Any]) -> Absence:
    """An absence of a row with its columns."""
    return Absence(**{**row, "open_work": OpenWork(row["open_work"])})
