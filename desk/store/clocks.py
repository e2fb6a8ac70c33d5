"""Running clocks and escalations of cases."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, insert, select, update

from desk import tables
from desk.clocks import verdict
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
        return self.verdict or verdict(self.due_at, None, now)


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
    table = tables.clock
    for clock in of_cases(tx, [case_number]):
        if clock.stopped_at is None and (names is None or clock.name in names):
            where = (table.c.case_number == case_number, table.c.round == clock.round, table.c.name == clock.name)
            tx.execute(update(table).where(*where).values(stopped_at=at, verdict=verdict(clock.due_at, at, at)))


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
