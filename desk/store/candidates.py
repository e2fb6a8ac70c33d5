"""People as assignment sees them, with what they carry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from desk import tables
from desk.assignment import Candidate
from desk.assignment.absences import Absence, stand_ins
from desk.assignment.shifts import Shift
from desk.model import Agent, Availability, Role
from desk.store import loads, people, staffing
from desk.store.loads import NOTHING, Carried
from engine.db.statements import Record, Statement, read_together
from engine.ports import Transaction


def lock(tx: Transaction, logins: Iterable[str]) -> None:
    """Keep others from deciding about these people's load until this transaction ends; in the order of logins, so that no two
    transactions wait for each other. SQLite's transaction holds the lock of all from its beginning.
    """
    agent = tables.agent
    query = select(agent.c.login).where(agent.c.login.in_(list(logins))).order_by(agent.c.login)
    # "no key": who only adds rows that refer to the agent needn't wait
    tx.execute(query.with_for_update(key_share=True)).all()


HOLD = Statement(
    text(
        "SELECT agent.login"
        " FROM unnest(CAST(:logins AS text[]), CAST(:times AS integer[])) WITH ORDINALITY AS seen (login, times, place)"
        " JOIN desk_agent AS agent ON agent.login = seen.login AND agent.times_assigned = seen.times"
        " ORDER BY seen.place LIMIT 1 FOR NO KEY UPDATE OF agent SKIP LOCKED"
    ).columns(tables.agent.c.login)
)


def hold_first(tx: Transaction, people_in_order: Sequence[Candidate]) -> str | None:
    """Lock the first of these people to whom nothing was assigned since they were read, and about whom nobody decides now.

    Never waits. None when there is no such person. SQLite's transaction holds the lock of all from its beginning.
    """
    if tx.dialect.name != "postgresql":
        return people_in_order[0].login if people_in_order else None
    seen = {"logins": [one.login for one in people_in_order], "times": [one.times_assigned for one in people_in_order]}
    return next(iter(HOLD.column(tx, **seen)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Office:
    """What is known of all people at once. `delegates` are those who stand in, by who is absent."""

    now: datetime
    known: Mapping[str, Agent]
    delegates: Mapping[str, str | None]
    shifts: Mapping[tuple[str, str], Shift]
    carried: Mapping[str, Carried]
    turns: Mapping[str, people.Turns]


def candidates(
    tx: Transaction, team_keys: Collection[str], now: datetime, *, lock: bool = False, also: Iterable[Absence] = ()
) -> list[Candidate]:
    """The members of the teams, and who stands in for those on leave; with `lock` their loads stay what they are.

    `also` is leave that isn't entered yet.
    """
    members, absences = read_together(tx, [(people.MEMBERS, {}), (staffing.CURRENT, {"after": now})])
    delegates = stand_ins([*map(staffing.as_absence, absences), *also], now)
    logins = {row["login"] for row in members if row["team_key"] in team_keys}
    logins |= {delegate for login, delegate in delegates.items() if login in logins and delegate}
    if lock:
        _lock(tx, logins)
    wanted = {"logins": sorted(logins)}
    # who was assigned what is read before what they carry: what comes between makes hold_first pass the person over
    asked: list[tuple[Statement, Mapping[str, object]]] = [(people.AMONG, wanted), (loads.CARRIED, wanted)]
    found, carried, hours, days = read_together(tx, [*asked, (staffing.SHIFTS, {}), (staffing.SHIFT_DAYS, {})])
    teams_of = people.teams_of(members)
    office = _Office(
        now=now,
        known={row["login"]: people.as_agent(row, teams_of.get(row["login"], ())) for row in found},
        delegates=delegates,
        shifts=staffing.as_shifts(hours, days),
        carried=loads.by_login(carried),
        turns={row["login"]: people.Turns(times=row["times_assigned"], last_at=row["last_assigned_at"]) for row in found},
    )
    return [_candidate(agent, office, team_keys) for agent in office.known.values()]


_lock = lock


def _candidate(one: Agent, office: _Office, team_keys: Collection[str]) -> Candidate:
    known, delegates, now = office.known, office.delegates, office.now
    absent = sorted(login for login, delegate in delegates.items() if delegate == one.login and login in known)
    stepped_in = {key for login in absent for key in known[login].team_keys if key in team_keys} - set(one.team_keys)
    shift = shift_of(one, office.shifts)
    switch = one.available_at(now)
    carried, turns = office.carried.get(one.login, NOTHING), office.turns[one.login]
    return Candidate(
        login=one.login,
        team_keys=frozenset({*one.team_keys, *stepped_in}),
        skills=frozenset(one.skills),
        levels=one.levels,
        lines=frozenset(one.lines),
        languages=frozenset(one.languages),
        active=one.active,
        signed_in=not one.password_is_temporary,
        may_read=one.role is not Role.ANALYST,
        available=switch is not Availability.AWAY,
        busy=switch is Availability.BUSY,
        on_shift=shift is None or shift.covers(now),
        on_leave=one.login in delegates,
        delegate=delegates.get(one.login),
        stands_in_for=absent[0] if stepped_in else None,
        load=carried.load,
        contributions=sum(carried.contributions.values()),
        capacity=one.capacity,
        last_assigned_at=turns.last_at,
        times_assigned=turns.times,
    )


def is_gone(tx: Transaction, login: str, at: datetime) -> bool:
    """Whether a case can't stay with somebody: their account is off, they are away or on leave."""
    found, absences = read_together(tx, [(people.AMONG, {"logins": [login]}), (staffing.CURRENT, {"after": at})])
    return not found or _is_gone(people.as_agent(found[0], ()), absences, at)


def _is_gone(agent: Agent, absences: Iterable[Record], at: datetime) -> bool:
    if not agent.active or agent.available_at(at) is Availability.AWAY:
        return True
    return any(one.login == agent.login and one.covers(at) for one in map(staffing.as_absence, absences))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """Somebody whose role leads and whose account is on. `is_gone` as the function of that name says it."""

    login: str
    role: Role
    is_gone: bool


def leads(tx: Transaction, at: datetime) -> list[Lead]:
    """All who lead, by login."""
    found, absences = read_together(tx, [(people.LEADS, {}), (staffing.CURRENT, {"after": at})])
    agents = (people.as_agent(row, ()) for row in found)
    return [Lead(login=one.login, role=one.role, is_gone=_is_gone(one, absences, at)) for one in agents]


def shift_of(agent: Agent, shifts: Mapping[tuple[str, str], Shift]) -> Shift | None:
    """The agent's own shift, else that of the first of their teams that has one; None: always on."""
    holders = [(staffing.AGENT, agent.login), *((staffing.TEAM, key) for key in agent.team_keys)]
    return next((shifts[holder] for holder in holders if holder in shifts), None)
