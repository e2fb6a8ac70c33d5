"""What the product recorded of a case's clocks: due instants, verdicts, and breaches that came before a supervisor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from caseloop.bootstrap import Services
from desk import tables
from desk.clocks.names import WAITING, kind_of
from desk.store import clocks, conversation
from engine import history
from engine.db import queries
from engine.history import HistoryEvent
from engine.ports import Transaction

WATCHES = {"respond_breach": "respond", "solve_breach": "solve"}


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedClock:
    """A clock of a round. `levels` are its escalations in order: which level, and as of when."""

    round: int
    clock: str
    due_at: datetime | None
    stopped_at: datetime | None
    verdict: str
    levels: tuple[tuple[int, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All of a case; of its clocks those of what we owe, not the customer's own.

    `fired` are the breach timers of its diagram, by clock; `state` is its instance's.
    """

    number: str
    state: str
    events: Sequence[HistoryEvent]
    said: Sequence[conversation.Entry]
    clocks: tuple[RecordedClock, ...]
    fired: tuple[tuple[str, datetime], ...]


def record(tx: Transaction, services: Services, number: str) -> Record:
    """Read one case."""
    instance = queries.instance_by_key(tx, number)
    events = queries.history(tx, services.vault, instance.id)
    fired = [event for event in events if isinstance(event, history.TimerFired) and event.activity_id in WATCHES]
    of_case = select(tables.escalation).where(tables.escalation.c.case_number == number)
    escalations = tx.execute(of_case.order_by(tables.escalation.c.level)).all()
    return Record(
        number=number,
        state=instance.state,
        events=events,
        said=conversation.entries(tx, services.vault, number),
        clocks=tuple(
            RecordedClock(
                round=row.round,
                clock=row.name,
                due_at=row.due_at,
                stopped_at=row.stopped_at,
                verdict=str(row.verdict),
                levels=tuple((one.level, one.at) for one in escalations if (one.round, one.clock) == (row.round, row.name)),
            )
            for row in clocks.of_cases(tx, [number])
            if kind_of(row.name) != WAITING
        ),
        fired=tuple((WATCHES[str(event.activity_id)], event.at) for event in fired),
    )
