"""Levels of escalations that came, once per case, clock, round and level."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, insert, select, update

from desk import tables
from desk.escalating.choice import Escalated
from desk.store.cases import Readable
from desk.store.sealing import seal, unseal
from desk.tables import REASON
from engine.ports import Transaction
from engine.vault import KeyRing

_row = tables.escalation.c
_clock = tables.clock.c


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptEscalation:
    """A level with what became of it. Nobody in particular was told (an alarm) when `supervisor` is None."""

    case_number: str
    clock: str
    round: int
    level: int
    supervisor: str | None
    at: datetime
    urgent: bool
    next_at: datetime | None
    told_at: datetime | None
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    note: str = ""


def add(
    tx: Transaction,
    case_number: str,
    escalated: Escalated,
    at: datetime,
    *,
    urgent: bool = False,
    next_at: datetime | None = None,
) -> bool:
    """Record a level; the same clock, round and level a second time changes nothing and gives False."""
    table = tables.escalation
    values = {"clock": escalated.clock, "round": escalated.round, "level": escalated.level}
    if tx.execute(select(table.c.level).where(*_same(case_number, **values))).first() is not None:
        return False
    more = {"supervisor": escalated.supervisor, "at": at, "urgent": urgent, "next_at": next_at}
    tx.execute(insert(table).values(case_number=case_number, **values, **more))
    return True


def _same(case_number: str, **values: Any) -> list[ColumnElement[bool]]:
    return [_row.case_number == case_number, *(_row[name] == value for name, value in values.items())]


def levels(tx: Transaction, case_number: str) -> tuple[Escalated, ...]:
    """What was escalated in a case, in order."""
    return tuple(
        Escalated(clock=one.clock, round=one.round, level=one.level, supervisor=one.supervisor)
        for one in of_cases(tx, None, [case_number])
    )


def of_cases(tx: Transaction, vault: KeyRing | None, numbers: Collection[str]) -> list[KeptEscalation]:
    """All levels of the cases in order, with notes when there is a vault."""
    query = select(tables.escalation).where(_row.case_number.in_(list(numbers)))
    return [_kept(row, vault) for row in tx.execute(query.order_by(_row.case_number, _row.round, _row.at, _row.level))]


def untold(tx: Transaction, now: datetime, limit: int) -> list[KeptEscalation]:
    """Levels of which nobody was told yet, in the order in which they came, without those that are put off."""
    is_due = _row.next_at.is_(None) | (_row.next_at <= now)
    query = select(tables.escalation).where(_row.told_at.is_(None), is_due).order_by(_row.at, _row.case_number, _row.level)
    return [_kept(row, None) for row in tx.execute(query.limit(limit))]


def climbing(tx: Transaction, now: datetime, limit: int) -> list[KeptEscalation]:
    """Levels whose next one is due, in due order (E33)."""
    due = (_row.told_at.is_not(None), _row.next_at <= now)
    query = select(tables.escalation).where(*due).order_by(_row.next_at, _row.case_number, _row.clock)
    return [_kept(row, None) for row in tx.execute(query.limit(limit))]


def change(tx: Transaction, kept: KeptEscalation, **changes: Any) -> None:
    """Change what is kept of a level."""
    where = _same(kept.case_number, clock=kept.clock, round=kept.round, level=kept.level)
    tx.execute(update(tables.escalation).where(*where).values(**changes))


def look_again(tx: Transaction, numbers: Collection[str] | None, now: datetime) -> None:
    """Let the next levels of these cases, of all when None, be looked at now: what they follow has changed."""
    waits = [_row.told_at.is_not(None), _row.acknowledged_at.is_(None), _row.next_at > now]
    if numbers is not None:
        waits.append(_row.case_number.in_(list(numbers)))
    tx.execute(update(tables.escalation).where(*waits).values(next_at=now))


def put_off(tx: Transaction, seen: KeptEscalation, until: datetime) -> None:
    """Look at a level again no sooner than that, unless it was told, changed or acknowledged since it was seen."""
    where = _same(seen.case_number, clock=seen.clock, round=seen.round, level=seen.level)
    same = [_row[name].is_not_distinct_from(getattr(seen, name)) for name in ("told_at", "next_at", "acknowledged_at")]
    tx.execute(update(tables.escalation).where(*where, *same).values(next_at=until))


def acknowledge(
    tx: Transaction,
    vault: KeyRing,
    number: str,
    *,
    by: str,
    at: datetime,
    clock: str | None = None,
    round: int | None = None,
    note: str = "",
    told: str | None = None,
) -> int:
    """Acknowledge what waits for somebody, of all clocks and rounds without any named; how many levels.

    With `told`, only when one of these levels was told to that person or to everybody.
    """
    wanted = {name: value for name, value in (("clock", clock), ("round", round)) if value is not None}
    where = [*_same(number, **wanted), _row.acknowledged_at.is_(None)]
    if told is not None:
        where.append(_row.supervisor.is_(None) | (_row.supervisor == told))
    sealed = seal(vault, note, REASON) if note else None
    query = update(tables.escalation).where(*where)
    return tx.execute(query.values(acknowledged_by=by, acknowledged_at=at, next_at=None, note_sealed=sealed)).rowcount


def open_ones(tx: Transaction, vault: KeyRing, readable: Readable, *, limit: int, **wanted: str) -> list[KeptEscalation]:
    """The highest level of each clock that still runs or waits, of cases that may be read: nobody's first, then the oldest.

    `wanted` may name clock, supervisor and, of the case, team, type or priority.
    """
    query = _of_open_clocks(select(tables.escalation), readable, wanted)
    order = (_row.acknowledged_at.is_not(None), _row.supervisor.is_not(None), _row.at, _row.case_number, _row.clock)
    return [_kept(row, vault) for row in tx.execute(query.order_by(*order).limit(limit))]


def count_unacknowledged(tx: Transaction, readable: Readable) -> int:
    """How many clocks of cases that may be read wait for somebody."""
    query = _of_open_clocks(select(func.count()).select_from(tables.escalation), readable, {})
    return tx.execute(query.where(_row.acknowledged_at.is_(None))).scalar_one()


def _of_open_clocks(query: Select, readable: Readable, wanted: dict[str, str]) -> Select:
    higher = tables.escalation.alias("higher")
    same = [higher.c[name] == _row[name] for name in ("case_number", "clock", "round")]
    is_highest = ~select(higher.c.level).where(*same, higher.c.level > _row.level).exists()
    on_clock = and_(_clock.case_number == _row.case_number, _clock.name == _row.clock, _clock.round == _row.round)
    query = query.join(tables.clock, on_clock).join(tables.case, tables.case.c.number == _row.case_number)
    query = query.where(_clock.stopped_at.is_(None), is_highest, readable.condition())
    for name, value in wanted.items():
        column = _row[name] if name in ("clock", "supervisor") else tables.case.c[name]
        query = query.where(column == value)
    return query


def _kept(row: Row, vault: KeyRing | None) -> KeptEscalation:
    values = {name: getattr(row, name) for name in KeptEscalation.__slots__ if name != "note"}
    note = unseal(vault, row.note_sealed, REASON) if vault and row.note_sealed else ""
    return KeptEscalation(**values, note=note)
