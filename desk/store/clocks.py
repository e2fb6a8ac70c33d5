"""Clocks of cases: their events, which only grow, and the rows that say how they stood when they were last looked at."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, and_, exists, insert, or_, select, update

from desk import tables
from desk.clocks import CONDITIONAL, ClockEvent, ClockPaused, ClockPhase, ClockRetargeted, decode, verdict
from desk.clocks.encoding import decode_verdict, encode_text, encode_verdict
from desk.clocks.verdicts import VerdictFact
from desk.model import Verdict
from desk.store.sealing import seal, unseal
from desk.tables import CLOCK_NOTE
from engine.db.arrays import insert_all, is_among, update_all
from engine.ports import Transaction
from engine.vault import KeyRing

_NOTED = (ClockPaused, ClockRetargeted)
_REASONS = ("reason", "cause", "what", "anchor")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRow:
    """A clock as of its last event. `due_at` is None while it is paused; `remaining` may be negative.

    `verdict` is a fact once it has stopped, never computed anew. `paused_for` are the reasons, apart by commas. `provisional`:
    the due instant stands on a year whose working days weren't published yet.
    """

    case_number: str
    round: int
    name: str
    state: ClockPhase
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    warn_fraction: float
    remaining: timedelta
    paused_since: datetime | None
    paused_until: datetime | None
    paused_for: str
    breached_at: datetime | None
    breach_cause: str | None
    calendar: str
    calendar_version: str
    policy_version: str
    provisional: bool
    source: str
    stopped_at: datetime | None = None
    verdict: Verdict | None = None

    def verdict_at(self, now: datetime) -> Verdict:
        """The stored verdict, or that of the moment."""
        if self.verdict:
            return self.verdict
        if self.name in CONDITIONAL:
            return Verdict.RUNNING
        return Verdict.BREACHED if self.breached_at else verdict(self.due_at, None, now)


KEY = ("case_number", "round", "name")
EVENT_COLUMNS = (*KEY, "seq", "kind", "at", "by", "reason", "data", "note_sealed")
_FIELDS = tuple(field for field in ClockRow.__slots__ if field != "remaining")
COLUMNS = (*_FIELDS, "remaining_seconds")


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptClock:
    """A clock with all its events, whose notes are left out unless they were asked for."""

    row: ClockRow
    events: tuple[ClockEvent, ...]


def kept(
    tx: Transaction,
    numbers: Collection[str],
    *,
    vault: KeyRing | None = None,
    only_open: bool = False,
    names: Collection[str] | None = None,
) -> list[KeptClock]:
    """The clocks of the cases with their events, by case, round and name, in one statement. With a `vault` also the notes.

    `names` keeps those that are called so.
    """
    clock, event = tables.clock, tables.clock_event
    same = and_(*(clock.c[name] == event.c[name] for name in KEY))
    query = select(*(clock.c[name] for name in COLUMNS), event.c.data, event.c.note_sealed).join(event, same)
    query = query.where(is_among(tx, clock.c.case_number, numbers))
    if only_open:
        query = query.where(clock.c.stopped_at.is_(None))
    if names is not None:
        query = query.where(clock.c.name.in_(names))
    found: dict[Sequence[Any], tuple[Row, list[ClockEvent]]] = {}
    for row in tx.execute(query.order_by(*(clock.c[name] for name in KEY), event.c.seq)).all():
        _, events = found.setdefault(row[: len(KEY)], (row, []))
        events.append(_event(row, vault))
    return [KeptClock(row=_clock(row), events=tuple(events)) for row, events in found.values()]


def _event(row: Row, vault: KeyRing | None) -> ClockEvent:
    event = decode(json.loads(row.data))
    if vault is None or row.note_sealed is None or not isinstance(event, _NOTED):
        return event
    return replace(event, note=unseal(vault, row.note_sealed, CLOCK_NOTE))


def append(tx: Transaction, vault: KeyRing, news: Iterable[tuple[ClockRow, int, Sequence[ClockEvent]]]) -> None:
    """Add events of clocks behind the first so many, whose rows are there."""
    values = [_values(vault, row, seq, event) for row, before, events in news for seq, event in enumerate(events, start=before)]
    insert_all(tx, tables.clock_event, EVENT_COLUMNS, values)


def _values(vault: KeyRing, row: ClockRow, seq: int, event: ClockEvent) -> dict[str, Any]:
    note = getattr(event, "note", "")
    where = {"case_number": row.case_number, "round": row.round, "name": row.name, "seq": seq}
    return {
        **where,
        "kind": type(event).__name__,
        "at": event.at,
        "by": event.by,
        "reason": next((str(reason) for name in _REASONS if (reason := getattr(event, name, None))), ""),
        "data": encode_text(event, without="note"),
        "note_sealed": seal(vault, note, CLOCK_NOTE) if note else None,
    }


def save(tx: Transaction, fresh: Sequence[ClockRow], changed: Sequence[ClockRow]) -> None:
    """Keep rows: those of new clocks, and what others say now."""
    insert_all(tx, tables.clock, COLUMNS, [_columns(row) for row in fresh])
    _update(tx, COLUMNS[len(KEY) :], [_columns(row) for row in changed])


def save_changes(tx: Transaction, changed: Sequence[tuple[ClockRow, ClockRow]]) -> None:
    """Keep what rows say now instead of what they said before: only the columns in which any of them differs."""
    said = [(_columns(before), _columns(after)) for before, after in changed]
    names = tuple(name for name in COLUMNS if any(before[name] != after[name] for before, after in said))
    _update(tx, names, [after for _, after in said])


def _update(tx: Transaction, names: tuple[str, ...], rows: Sequence[dict[str, Any]]) -> None:
    update_all(tx, tables.clock, names, KEY, [{**row, **{f"was_{name}": row[name] for name in KEY}} for row in rows])


def _columns(row: ClockRow) -> dict[str, Any]:
    values = {field: getattr(row, field) for field in _FIELDS}
    return {**values, "remaining_seconds": row.remaining.total_seconds()}


def _clock(row: Row) -> ClockRow:
    read = dict(zip(COLUMNS, row, strict=False))
    read["state"] = ClockPhase(read["state"])
    read["verdict"] = Verdict(read["verdict"]) if read["verdict"] else None
    remaining = timedelta(seconds=read.pop("remaining_seconds"))
    return ClockRow(**read, remaining=remaining)


def _rows() -> Select[Any]:
    return select(*(tables.clock.c[name] for name in COLUMNS))


def of_cases(tx: Transaction, numbers: Collection[str]) -> list[ClockRow]:
    """All clocks of the cases, round by round, the earliest due first."""
    table = tables.clock
    query = _rows().where(table.c.case_number.in_(list(numbers))).order_by(table.c.round, table.c.due_at, table.c.name)
    return [_clock(row) for row in tx.execute(query)]


def reached(tx: Transaction, now: datetime, limit: int, *, but: Collection[str] = ()) -> list[str]:
    """Cases, without some, with a clock that waits up to a date which is reached, the earliest first."""
    table = tables.clock.c
    paused = (table.stopped_at.is_(None), table.due_at.is_(None), table.paused_until <= now, table.case_number.not_in(list(but)))
    query = select(table.case_number).where(*paused).order_by(table.paused_until).limit(limit)
    return list(dict.fromkeys(tx.execute(query).scalars()))


def unreminded(
    tx: Transaction, kinds: Collection[str], now: datetime, limit: int, *, but: Collection[str] = ()
) -> list[ClockRow]:
    """Clocks of these kinds that run, are due, and of which nobody was reminded, the first due in front, without some cases' and
    without those of departments' parts.
    """
    table, part = tables.clock.c, tables.contribution.c
    same = (part.case_number == table.case_number, part.round == table.round, part.clock == table.name)
    named = or_(*(or_(table.name == kind, table.name.startswith(f"{kind}:")) for kind in kinds))
    running = (table.stopped_at.is_(None), table.due_at <= now, table.reminded_at.is_(None), named)
    running += (table.case_number.not_in(list(but)), ~exists().where(*same))
    return [_clock(row) for row in tx.execute(_rows().where(*running).order_by(table.due_at).limit(limit))]


def take_reminder(tx: Transaction, row: ClockRow, at: datetime) -> bool:
    """Note that somebody is reminded of a clock now; False when it is over, paused, later due, or was reminded of before."""
    table = tables.clock
    same = [table.c[name] == getattr(row, name) for name in ("case_number", "round", "name")]
    due = (table.c.stopped_at.is_(None), table.c.due_at <= at, table.c.reminded_at.is_(None))
    return tx.execute(update(table).where(*same, *due).values(reminded_at=at)).rowcount == 1


def judge(tx: Transaction, judged: Iterable[tuple[ClockRow, VerdictFact]]) -> None:
    """Keep verdicts, each a version of its own; none is ever replaced (E44)."""
    values = [
        {
            **{name: getattr(row, name) for name in ("case_number", "round", "name")},
            **{name: getattr(fact, name) for name in ("version", "verdict", "decided_at", "by", "why")},
            "data": json.dumps(encode_verdict(fact), ensure_ascii=False),
        }
        for row, fact in judged
    ]
    if values:
        tx.execute(insert(tables.clock_verdict), values)


def verdicts(tx: Transaction, case_number: str) -> dict[tuple[int, str], tuple[VerdictFact, ...]]:
    """All versions of a case's verdicts in order, by round and clock; the last version is the one that holds."""
    table = tables.clock_verdict
    query = select(table.c.round, table.c.name, table.c.data).where(table.c.case_number == case_number)
    found: dict[tuple[int, str], tuple[VerdictFact, ...]] = {}
    for row in tx.execute(query.order_by(table.c.round, table.c.name, table.c.version)):
        found[row.round, row.name] = (*found.get((row.round, row.name), ()), decode_verdict(json.loads(row.data)))
    return found
