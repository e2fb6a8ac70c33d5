"""What departments were asked to do in a case, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Select, case, func, insert, select, update

from desk import tables
from desk.assignment import Wanted
from desk.assignment.line import WaitingCase
from desk.errors import ContributionNotFound
from desk.store.sealing import seal, unseal
from desk.tables import REASON, WANTED
from engine.ports import Transaction
from engine.vault import KeyRing

MOST_OF_CASE = 200
_row = tables.contribution.c


class ContributionState(StrEnum):
    OPEN = "open"  # asked for, not answered
    DONE = "done"  # the department did its part
    PASSED_ON = "passed_on"  # the department gave it to another one: a contribution of its own
    WITHDRAWN = "withdrawn"  # nobody needs it any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """`clock` is the department's own limit; `reason` why it was withdrawn or passed on; `passed_from` whence it came."""

    id: int
    case_number: str
    round: int
    team: str
    clock: str
    state: ContributionState
    task_id: int | None
    passed_from: int | None
    wanted: str
    asked_by: str
    asked_at: datetime
    reason: str
    ended_by: str | None
    ended_at: datetime | None

    @property
    def key(self) -> str:
        """By what messages of the process find it."""
        return key_of(self.case_number, self.id)


def key_of(number: str, contribution_id: int) -> str:
    """See Contribution.key."""
    return f"{number}:{contribution_id}"


def add(
    tx: Transaction,
    vault: KeyRing,
    number: str,
    *,
    round: int,
    team: str,
    clock: str,
    wanted: str,
    by: str,
    at: datetime,
    passed_from: int | None = None,
) -> int:
    """Keep what a department is asked for; its id."""
    values = {"case_number": number, "round": round, "team": team, "clock": clock, "passed_from": passed_from}
    values |= {"state": ContributionState.OPEN, "wanted_sealed": seal(vault, wanted, WANTED), "asked_by": by, "asked_at": at}
    return tx.execute(insert(tables.contribution).values(**values).returning(_row.id)).scalar_one()


def one(tx: Transaction, vault: KeyRing, contribution_id: int) -> Contribution:
    """One of them. Raises ContributionNotFound."""
    row = tx.execute(select(tables.contribution).where(_row.id == contribution_id)).one_or_none()
    if row is None:
        raise ContributionNotFound(contribution_id)
    return _contribution(vault, row)


def of_case(tx: Transaction, vault: KeyRing, number: str) -> list[Contribution]:
    """Those of a case, the oldest first, at most MOST_OF_CASE."""
    query = select(tables.contribution).where(_row.case_number == number).order_by(_row.id).limit(MOST_OF_CASE)
    return [_contribution(vault, row) for row in tx.execute(query)]


def clocks_of_tasks(tx: Transaction, task_ids: Collection[int]) -> dict[int, tuple[int, str]]:
    """Round and name of the clock of each task at which a department contributes."""
    query = select(_row.task_id, _row.round, _row.clock).where(_row.task_id.in_(list(task_ids)))
    return {row.task_id: (row.round, row.clock) for row in tx.execute(query)}


def begun(tx: Transaction, number: str, team: str, task_id: int, at: datetime) -> None:
    """A task for it is there. It is the one of that team without a task that was asked for just now, else the oldest."""
    without = select(_row.id).where(
        _row.case_number == number, _row.team == team, _row.state == ContributionState.OPEN, _row.task_id.is_(None)
    )
    just_now = case((_row.asked_at == at, 0), else_=1)
    wanted = without.order_by(just_now, _row.id).limit(1).scalar_subquery()
    tx.execute(update(tables.contribution).where(_row.id == wanted).values(task_id=task_id))


def end(
    tx: Transaction, vault: KeyRing, contribution_id: int, state: ContributionState, *, by: str, at: datetime, reason: str = ""
) -> None:
    """What became of it."""
    values = {"state": state, "ended_by": by, "ended_at": at}
    if reason:
        values["reason_sealed"] = seal(vault, reason, REASON)
    tx.execute(update(tables.contribution).where(_row.id == contribution_id).values(**values))


def team_at(tx: Transaction, task_id: int) -> str | None:
    """The department whose open contribution a task is; None when it is none."""
    query = select(_row.team).where(_row.task_id == task_id, _row.state == ContributionState.OPEN)
    return tx.execute(query).scalar_one_or_none()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingPart:
    """A contribution for which nobody of its department was free. `wanted` is for the next turn."""

    id: int
    task_id: int
    number: str
    wanted: Wanted
    received_at: datetime
    since: datetime

    @property
    def in_line(self) -> WaitingCase:
        """How it stands in the line of its department."""
        same = {"number": self.number, "wanted": self.wanted, "received_at": self.received_at, "since": self.since}
        return WaitingCase(**same, task_id=self.task_id)


def wait(tx: Transaction, task_id: int, at: datetime, *, given_back_by: str | None = None) -> None:
    """Let the contribution of a task wait for somebody of its department."""
    changes: dict[str, Any] = {"waiting_since": at}
    if given_back_by is not None:
        avoid = tx.execute(select(_row.avoid).where(_row.task_id == task_id)).scalar_one()
        changes["avoid"] = json.dumps(sorted({*json.loads(avoid), given_back_by}))
    tx.execute(update(tables.contribution).where(_row.task_id == task_id).values(**changes))


def taken(tx: Transaction, task_id: int) -> None:
    """Somebody has the contribution of a task, or it is over."""
    tx.execute(update(tables.contribution).where(_row.task_id == task_id).values(waiting_since=None, avoid="[]"))


def waiting(tx: Transaction, team: str, limit: int) -> list[WaitingPart]:
    """The contributions for which nobody of a department was free, those that came first, at most `limit`."""
    found = tx.execute(_waiting().where(_row.team == team).order_by(_row.waiting_since, _row.id).limit(limit))
    return [_part(row) for row in found]


def lengths(tx: Transaction) -> Mapping[str, tuple[int, datetime]]:
    """Of each department for which a contribution waits: how many, and since when the first one."""
    found = _waiting().subquery()
    query = select(found.c.team, func.count(), func.min(found.c.waiting_since)).group_by(found.c.team)
    return {team: (count, since) for team, count, since in tx.execute(query)}


def waiting_at(tx: Transaction, task_id: int) -> WaitingPart | None:
    """The contribution of a task when it waits."""
    row = tx.execute(_waiting().where(_row.task_id == task_id)).one_or_none()
    return _part(row) if row else None


def _waiting() -> Select[Any]:
    owned, kept = tables.case.c, tables.assignment.c
    holder = case((kept.waiting_since.is_(None), owned.owner), else_=None).label("holder")
    columns = (_row.id, _row.task_id, _row.case_number, _row.team, _row.avoid, _row.waiting_since)
    query = select(*columns, owned.priority, owned.received_at, holder, kept.wanted)
    query = query.join(tables.case, owned.number == _row.case_number)
    query = query.outerjoin(tables.assignment, kept.case_number == owned.number)
    return query.where(_row.waiting_since.is_not(None), _row.state == ContributionState.OPEN)


def _part(row: Row) -> WaitingPart:
    never = json.loads(row.wanted).get("avoid", ()) if row.wanted else ()
    avoid = frozenset({*never, *json.loads(row.avoid), *((row.holder,) if row.holder else ())})
    wanted = Wanted(team=row.team, priority=row.priority, avoid=avoid)
    same = {"received_at": row.received_at, "since": row.waiting_since}
    return WaitingPart(id=row.id, task_id=row.task_id, number=row.case_number, wanted=wanted, **same)


def open_at(tx: Transaction, task_id: int) -> tuple[int, int, str] | None:
    """Id, round and clock of the open contribution of a task; None when it has none."""
    query = select(_row.id, _row.round, _row.clock).where(_row.task_id == task_id, _row.state == ContributionState.OPEN)
    row = tx.execute(query).one_or_none()
    return (row.id, row.round, row.clock) if row else None


def _contribution(vault: KeyRing, row: Row) -> Contribution:
    same = ("id", "case_number", "round", "team", "clock", "task_id", "passed_from", "asked_by", "asked_at")
    return Contribution(
        **{name: getattr(row, name) for name in same},
        state=ContributionState(row.state),
        wanted=unseal(vault, row.wanted_sealed, WANTED),
        reason=unseal(vault, row.reason_sealed, REASON) if row.reason_sealed else "",
        ended_by=row.ended_by,
        ended_at=row.ended_at,
    )
