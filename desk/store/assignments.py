"""What was asked for when a case was assigned, the lines of the teams, and when a line is to be looked through."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from desk import tables
from desk.assignment import ASKED, Wanted
from desk.assignment.line import WaitingCase
from engine.db import advisory
from engine.db import tables as engine_tables
from engine.db.arrays import is_among
from engine.db.queries import OPEN_TASKS
from engine.db.statements import Statement, given, update_where
from engine.ports import Transaction

NOBODY = ""
"""Stands among those who were told when it is known that nobody may answer."""

_row = tables.assignment.c
_LOGINS = ("avoid", "told")
_WANTED = Statement(select(_row.wanted).where(_row.case_number == given(_row.case_number)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is kept of a case's assignment. `wanted` has the case's present priority, and in its `avoid` who never gets the case;
    the own `avoid` are who gave it back or let it lie since somebody last worked on it, `requeued` how often it was taken away.
    `told` are who was told since it waits that they answer for it; NOBODY among them: that nobody may is known.
    """

    number: str
    wanted: Wanted
    task_id: int | None
    team: str
    owner: str | None
    received_at: datetime
    waiting_since: datetime | None
    look_again_at: datetime | None
    avoid: frozenset[str]
    requeued: int
    told: frozenset[str]

    @property
    def wanted_now(self) -> Wanted:
        """What is wanted for the next turn: also not those to `avoid`."""
        return replace(self.wanted, avoid=self.wanted.avoid | self.avoid)


def keep(tx: Transaction, number: str, *, team: str, **changes: Any) -> None:
    """Keep, or change what is kept. `wanted` as a mapping, `avoid` and `told` as logins."""
    changes |= {name: json.dumps(sorted(changes[name])) for name in _LOGINS if name in changes}
    if "wanted" in changes:
        asked = {name: changes["wanted"][name] for name in (*ASKED, "avoid") if changes["wanted"].get(name) is not None}
        changes |= {"wanted": json.dumps(asked), "fallback_team": asked.get("fallback_team")}
    fresh = {"wanted": json.dumps({"team": team}), "avoid": "[]", "told": "[]", "requeued": 0, **changes}
    values = {"case_number": number, "team": team, **fresh}
    _keep(tx.dialect.name, tuple(values), ("team", *changes)).run(tx, **values)


@cache
def _keep(dialect: str, names: tuple[str, ...], changing: tuple[str, ...]) -> Statement:
    """Insert, or change some columns of what is there."""
    kind = postgresql if dialect == "postgresql" else sqlite
    query = kind.insert(tables.assignment).values({name: given(_row[name]) for name in names})
    changes = {name: query.excluded[name] for name in changing}
    return Statement(query.on_conflict_do_update(index_elements=[_row.case_number], set_=changes))


def change(tx: Transaction, number: str, **changes: Any) -> None:
    """Change what is kept, if anything is."""
    changes |= {name: json.dumps(sorted(changes[name])) for name in _LOGINS if name in changes}
    update_where(tables.assignment, tuple(changes), ("case_number",)).run(tx, **changes, was_case_number=number)


def kept(tx: Transaction, number: str) -> Kept | None:
    """What is kept of a case; None when it was never assigned nor offered."""
    row = tx.execute(_query().where(_row.case_number == number)).one_or_none()
    return _kept(row) if row else None


def waiting(tx: Transaction, team: str, limit: int) -> list[WaitingCase]:
    """The cases for which this team is asked, as the team in charge or instead of it; those that came first, at most `limit`."""
    query = _query().where(_waits_for((team,))).order_by(_row.waiting_since, _row.case_number).limit(limit)
    found = [_kept(row) for row in tx.execute(query)]
    return [
        WaitingCase(number=one.number, wanted=one.wanted_now, received_at=one.received_at, since=one.waiting_since)
        for one in found
        if one.waiting_since is not None
    ]


def in_line(tx: Transaction, numbers: Collection[str]) -> frozenset[str]:
    """Which of these cases wait in a line: nobody has them."""
    query = select(_row.case_number).where(is_among(tx, _row.case_number, numbers), _row.waiting_since.is_not(None))
    return frozenset(tx.execute(query).scalars())


def lengths(tx: Transaction) -> Mapping[str, tuple[int, datetime]]:
    """Of each team in charge for which a case waits: how many, and since when the first one."""
    query = select(_row.team, func.count(), func.min(_row.waiting_since)).where(_row.waiting_since.is_not(None))
    return {team: (count, since) for team, count, since in tx.execute(query.group_by(_row.team))}


def is_anybody_waiting(tx: Transaction, team_keys: Collection[str]) -> bool:
    """Whether a case, or a contribution to one, waits for one of these teams."""
    part = tables.contribution.c
    parts = select(part.case_number).where(part.team.in_(list(team_keys)), part.waiting_since.is_not(None))
    return any(tx.execute(query.limit(1)).first() for query in (select(_row.case_number).where(_waits_for(team_keys)), parts))


def kept_from(tx: Transaction, number: str) -> frozenset[str]:
    """Who never gets the case."""
    found = _WANTED.column(tx, case_number=number)
    return frozenset(json.loads(found[0]).get("avoid", ())) if found else frozenset()


def kept_from_each(tx: Transaction, numbers: Collection[str]) -> Mapping[str, frozenset[str]]:
    """Who never gets these cases: the logins by number."""
    query = select(_row.case_number, _row.wanted).where(is_among(tx, _row.case_number, numbers))
    return {number: frozenset(json.loads(wanted).get("avoid", ())) for number, wanted in tx.execute(query)}


def keep_from(tx: Transaction, number: str, logins: Collection[str], *, team: str) -> None:
    """Let these never get the case; `team` is the one in charge, should the case not have been assigned nor offered yet."""
    if not logins:
        return
    found = _WANTED.column(tx, case_number=number)
    wanted = json.loads(found[0]) if found else {"team": team}
    wanted["avoid"] = sorted({*wanted.get("avoid", ()), *logins})
    if found:
        tx.execute(update(tables.assignment).where(_row.case_number == number).values(wanted=json.dumps(wanted)))
    else:
        keep(tx, number, team=team, wanted=wanted)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLook:
    """A case whose assignment is to be looked at again. `waits`: nobody has its task, so that `owner` only answers for it;
    `never` are those from whom it is kept, `told` as in Kept.
    """

    number: str
    team: str
    owner: str | None
    priority: str
    never: frozenset[str]
    told: frozenset[str]
    waits: bool
    look_again_at: datetime | None
    task_id: int | None
    task_revision: int | None


def is_look_due(tx: Transaction, now: datetime) -> bool:
    """Whether any assignment is to be looked at again by now."""
    return tx.execute(select(_row.case_number).where(_row.look_again_at <= now).limit(1)).first() is not None


def may_choose_looks(tx: Transaction) -> bool:
    """Whether no other worker chooses just now what it looks at: until this transaction ends, none will."""
    return advisory.take(tx, advisory.Lock.CHOICE_OF_LOOKS)


def due_looks(tx: Transaction, now: datetime, limit: int) -> list[DueLook]:
    """What is to be looked at by now and nobody else looks at, locked: what somebody has before what waits."""
    return _looks(tx, _row.look_again_at <= now, (_row.waiting_since.is_not(None), _row.look_again_at), limit)


def waiting_looks(tx: Transaction, team: str, limit: int) -> list[DueLook]:
    """What waits in a team's line and nobody else looks at, locked, whether it is due by now or not: what came first."""
    return _looks(tx, and_(_row.team == team, _row.waiting_since.is_not(None)), (_row.waiting_since, _row.case_number), limit)


def answered_by(tx: Transaction, login: str, limit: int) -> list[DueLook]:
    """What waits and somebody answers for, not locked: what came first."""
    which = and_(tables.case.c.owner == login, _row.waiting_since.is_not(None))
    found = _looks(tx, which, (_row.waiting_since, _row.case_number), limit, hold=False)
    return [one for one in found if one.waits]


def _looks(
    tx: Transaction, which: ColumnElement[bool], order: tuple[ColumnElement[Any], ...], limit: int, *, hold: bool = True
) -> list[DueLook]:
    case, task = tables.case.c, engine_tables.user_task.c
    columns = (_row.case_number, _row.team, _row.wanted, _row.told, _row.look_again_at)
    columns += (case.owner, case.priority, task.id, task.revision)
    waits = and_(_row.waiting_since.is_not(None), task.assignee.is_(None), task.state.in_(OPEN_TASKS))
    query = select(*columns, waits.label("waits")).join(tables.case, case.number == _row.case_number)
    query = query.outerjoin(engine_tables.user_task, task.id == _row.task_id).where(which)
    query = query.order_by(*order).limit(limit)
    held = query.with_for_update(skip_locked=True, of=tables.assignment) if hold else query
    return [
        DueLook(
            number=row.case_number,
            team=row.team,
            owner=row.owner,
            priority=row.priority,
            never=frozenset(json.loads(row.wanted).get("avoid", ())),
            told=frozenset(json.loads(row.told)),
            waits=bool(row.waits),
            look_again_at=row.look_again_at,
            task_id=row.id,
            task_revision=row.revision,
        )
        for row in tx.execute(held)
    ]


def look_at_waiting(tx: Transaction, team: str, at: datetime, *, anew: bool = False) -> None:
    """Have who answers for what waits in a team's line looked at, where that isn't to happen anyway; `anew` where it is, too."""
    where = [_row.team == team, _row.waiting_since.is_not(None)]
    if not anew:
        where.append(_row.look_again_at.is_(None))
    tx.execute(update(tables.assignment).where(*where).values(look_again_at=at))


def look_now(tx: Transaction, numbers: Collection[str], now: datetime) -> None:
    """Have assignments looked at by now, whenever that was to happen."""
    tx.execute(update(tables.assignment).where(is_among(tx, _row.case_number, numbers)).values(look_again_at=now))


def note_told(tx: Transaction, told: Mapping[str, Collection[str]]) -> None:
    """Note of each of these cases who was told that they answer for it."""
    alike: dict[frozenset[str], list[str]] = {}
    for number, logins in told.items():
        alike.setdefault(frozenset(logins), []).append(number)
    for logins, numbers in alike.items():
        values = {"told": json.dumps(sorted(logins))}
        tx.execute(update(tables.assignment).where(is_among(tx, _row.case_number, numbers)).values(values))


def put_off(tx: Transaction, numbers: Collection[str], until: datetime) -> None:
    """Look at assignments again no sooner than that, if they are to be looked at again at all."""
    where = (is_among(tx, _row.case_number, numbers), _row.look_again_at < until)
    tx.execute(update(tables.assignment).where(*where).values(look_again_at=until))


def _waits_for(team_keys: Collection[str]) -> ColumnElement[bool]:
    asked = or_(_row.team.in_(list(team_keys)), _row.fallback_team.in_(list(team_keys)))
    return asked & _row.waiting_since.is_not(None)


def _query() -> Any:
    case = tables.case.c
    columns = (tables.assignment, case.priority, case.owner, case.received_at)
    return select(*columns).join(tables.case, case.number == _row.case_number)


def _kept(row: Row) -> Kept:
    avoid, told = frozenset(json.loads(row.avoid)), frozenset(json.loads(row.told))
    values = {name: getattr(row, name) for name in ("task_id", "team", "owner", "received_at", "waiting_since", "requeued")}
    return Kept(
        number=row.case_number,
        wanted=wanted_of(json.loads(row.wanted), priority=row.priority),
        look_again_at=row.look_again_at,
        avoid=avoid,
        told=told,
        **values,
    )


def wanted_of(asked: Mapping[str, Any], *, priority: str) -> Wanted:
    """What was asked for, as it was kept."""
    given = {name: asked[name] for name in ASKED if name in asked}
    return Wanted(**given, priority=priority, avoid=frozenset(asked.get("avoid", ())))


# -- when lines are looked through


def free_again(tx: Transaction, team_keys: Collection[str], at: datetime) -> None:
    """Somebody of these teams may be free then: have the lines looked through in which a case waits for them."""
    if team_keys and is_anybody_waiting(tx, team_keys):
        for team in sorted(set(team_keys)):
            add_drain(tx, team, at)


def add_drain(tx: Transaction, team: str, due_at: datetime) -> None:
    """Have a team's line looked through at an instant."""
    tx.execute(insert(tables.drain).values(team=team, due_at=due_at))


def is_drain_due(tx: Transaction, now: datetime) -> bool:
    """Whether any line is to be looked through by now."""
    return tx.execute(select(tables.drain.c.id).where(tables.drain.c.due_at <= now).limit(1)).first() is not None


def take_drains(tx: Transaction, now: datetime, lease: timedelta) -> Mapping[str, list[int]]:
    """The ids of what is due, by team. Each is put off for the time of the lease: should who took it die, another one does it."""
    due = tables.drain.c.due_at <= now
    query = update(tables.drain).where(due).values(due_at=now + lease).returning(tables.drain.c.id, tables.drain.c.team)
    taken: dict[str, list[int]] = {}
    for row in tx.execute(query):
        taken.setdefault(row.team, []).append(row.id)
    return taken


def drop_drains(tx: Transaction, ids: Collection[int]) -> None:
    """What was taken is done."""
    tx.execute(delete(tables.drain).where(tables.drain.c.id.in_(list(ids))))
