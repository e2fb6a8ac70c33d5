"""Running clocks and escalations of cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from desk import tables
from desk.clocks import CONDITIONAL, verdict
from desk.escalation import Escalated
from desk.model import Verdict
from engine.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """A promise to a customer in one round. `verdict` is a fact once it has stopped, never computed anew."""

    case_number: str
    round: int
    name: str
    started_at: datetime
    due_at: datetime
    warn_at: datetime | None
    source: str
    stopped_at: datetime | None = None
    verdict: Verdict | None = None

    def verdict_at(self, now: datetime) -> Verdict:
        """The stored verdict, or that of the moment."""
        return self.verdict or (Verdict.RUNNING if self.name in CONDITIONAL else verdict(self.due_at, None, now))


def start(tx: Transaction, clock: ClockRow) -> None:
    """Start a clock, or give a running one other instants."""
    table = tables.clock
    where = (table.c.case_number == clock.case_number, table.c.round == clock.round, table.c.name == clock.name)
    instants = {field: getattr(clock, field) for field in ("started_at", "due_at", "warn_at", "source")}
    if tx.execute(select(table.c.name).where(*where)).first() is None:
        tx.execute(insert(table).values(**{field: getattr(clock, field) for field in ClockRow.__slots__}))
    else:
        tx.execute(update(table).where(*where, table.c.stopped_at.is_(None)).values(**instants))


def stop(tx: Transaction, case_number: str, names: Collection[str] | None, at: datetime) -> None:
    """Stop the running clocks of a case (all without `names`) and write their verdicts. A stopped clock stays as it is."""
    for clock in _running(tx, case_number):
        if names is None or clock.name in names:
            _write_verdict(tx, clock, verdict(clock.due_at, at, at), at)


def void(tx: Transaction, case_number: str, names: Collection[str], at: datetime) -> None:
    """Stop running clocks of what never had to be done."""
    for clock in _running(tx, case_number):
        if clock.name in names:
            _write_verdict(tx, clock, Verdict.VOID, at)


def _running(tx: Transaction, case_number: str) -> list[ClockRow]:
    table = tables.clock
    query = select(table).where(table.c.case_number == case_number, table.c.stopped_at.is_(None))
    return [_clock(row) for row in tx.execute(query)]


def _write_verdict(tx: Transaction, clock: ClockRow, found: Verdict, at: datetime) -> None:
    table = tables.clock
    where = (table.c.case_number == clock.case_number, table.c.round == clock.round, table.c.name == clock.name)
    tx.execute(update(table).where(*where).values(stopped_at=at, verdict=found))


def of_cases(tx: Transaction, numbers: Collection[str]) -> list[ClockRow]:
    """All clocks of the cases, round by round, the earliest due first."""
    table = tables.clock
    query = select(table).where(table.c.case_number.in_(list(numbers))).order_by(table.c.round, table.c.due_at, table.c.name)
    return [_clock(row) for row in tx.execute(query)]


def _clock(row: Row) -> ClockRow:
    return ClockRow(**{**row._mapping, "verdict": Verdict(row.verdict) if row.verdict else None})


def add_escalation(tx: Transaction, case_number: str, escalated: Escalated, at: datetime) -> None:
    """Record an escalation; the same clock, round and level a second time changes nothing."""
    table = tables.escalation
    values = {"clock": escalated.clock, "round": escalated.round, "level": escalated.level}
    where = [table.c.case_number == case_number, *(table.c[name] == value for name, value in values.items())]
    if tx.execute(select(table.c.level).where(*where)).first() is None:
        query = insert(table).values(case_number=case_number, **values, supervisor=escalated.supervisor, at=at)
        tx.execute(query)


def escalations(tx: Transaction, case_number: str) -> tuple[Escalated, ...]:
    """What was escalated in a case, in order."""
    table = tables.escalation
    query = select(table).where(table.c.case_number == case_number).order_by(table.c.round, table.c.at, table.c.level)
    return tuple(
        Escalated(clock=row.clock, round=row.round, level=row.level, supervisor=row.supervisor) for row in tx.execute(query)
    )
