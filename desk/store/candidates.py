"""People as assignment sees them, with what they carry."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import func, select

from desk import tables
from desk.assignment import Candidate, weight_of
from desk.assignment.absences import stand_ins
from desk.assignment.shifts import Shift
from desk.model import Agent, Availability, CaseState, Role
from desk.store import people, staffing
from engine.ports import Transaction

WORKING = (CaseState.OPEN, CaseState.IN_PROGRESS)


def lock(tx: Transaction, logins: Iterable[str]) -> None:
    """Keep others from deciding about these people's load until this transaction ends; in the order of logins, so that no two
    transactions wait for each other. SQLite's transaction holds the lock of all from its beginning.
    """
    agent = tables.agent
    query = select(agent.c.login).where(agent.c.login.in_(list(logins))).order_by(agent.c.login)
    # "no key": who only adds rows that refer to the agent needn't wait
    tx.execute(query.with_for_update(key_share=True)).all()


def candidates(tx: Transaction, team_keys: Collection[str], now: datetime, *, lock: bool = False) -> list[Candidate]:
    """The members of the teams, and who stands in for those on leave; with `lock` their loads stay what they are."""
    member = select(tables.membership.c.login).where(tables.membership.c.team_key.in_(list(team_keys)))
    logins = set(tx.execute(member).scalars())
    delegates = stand_ins(staffing.absences(tx, until_after=now), now)
    logins |= {delegate for login, delegate in delegates.items() if login in logins and delegate}
    if lock:
        _lock(tx, logins)
    known = {agent.login: agent for agent in people.agents(tx) if agent.login in logins}
    shifts, carried, last = staffing.shifts(tx), loads(tx, logins), _last_assigned(tx, logins)
    return [
        _candidate(agent, now, delegates, known, shifts, team_keys, load=carried.get(login, 0), last_assigned_at=last.get(login))
        for login, agent in known.items()
    ]


_lock = lock


def _candidate(
    one: Agent,
    now: datetime,
    delegates: Mapping[str, str | None],
    known: Mapping[str, Agent],
    shifts: Mapping[tuple[str, str], Shift],
    team_keys: Collection[str],
    *,
    load: int,
    last_assigned_at: datetime | None,
) -> Candidate:
    absent = sorted(login for login, delegate in delegates.items() if delegate == one.login and login in known)
    stepped_in = {key for login in absent for key in known[login].team_keys if key in team_keys} - set(one.team_keys)
    shift = shift_of(one, shifts)
    switch = one.available_at(now)
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
        load=load,
        capacity=one.capacity,
        last_assigned_at=last_assigned_at,
    )


def is_gone(tx: Transaction, login: str, at: datetime) -> bool:
    """Whether a case can't stay with somebody: their account is off, they are away or on leave."""
    account = people.account(tx, login)
    if account is None or not account.agent.active or account.agent.available_at(at) is Availability.AWAY:
        return True
    return any(one.covers(at) for one in staffing.absences(tx, until_after=at, logins=(login,)))


def shift_of(agent: Agent, shifts: Mapping[tuple[str, str], Shift]) -> Shift | None:
    """The agent's own shift, else that of the first of their teams that has one; None: always on."""
    holders = [(staffing.AGENT, agent.login), *((staffing.TEAM, key) for key in agent.team_keys)]
    return next((shifts[holder] for holder in holders if holder in shifts), None)


def loads(tx: Transaction, logins: Collection[str]) -> dict[str, int]:
    """The weighted number of cases that each works on."""
    return {login: load_of(counts) for login, counts in carried(tx, logins).items()}


def load_of(counts: Mapping[str, int]) -> int:
    """What open cases weigh, from their numbers by priority."""
    return sum(count * weight_of(priority) for priority, count in counts.items())


def carried(tx: Transaction, logins: Collection[str]) -> dict[str, dict[str, int]]:
    """How many cases of each priority each works on. A case that waits in a line burdens nobody, whoever owned it before."""
    case, assignment = tables.case, tables.assignment
    waiting = select(assignment.c.case_number).where(
        assignment.c.case_number == case.c.number, assignment.c.waiting_since.is_not(None)
    )
    query = (
        select(case.c.owner, case.c.priority, func.count())
        .where(case.c.owner.in_(list(logins)), case.c.state.in_(WORKING), ~waiting.exists())
        .group_by(case.c.owner, case.c.priority)
    )
    found: dict[str, dict[str, int]] = {}
    for owner, priority, count in tx.execute(query):
        found.setdefault(owner, {})[priority] = count
    return found


def open_of_teams(tx: Transaction, team_keys: Collection[str]) -> dict[str, dict[str, int]]:
    """How many cases of each priority each team works on or has waiting."""
    case = tables.case.c
    query = select(case.team, case.priority, func.count()).where(case.team.in_(list(team_keys)), case.state.in_(WORKING))
    found: dict[str, dict[str, int]] = {}
    for team, priority, count in tx.execute(query.group_by(case.team, case.priority)):
        found.setdefault(team, {})[priority] = count
    return found


def _last_assigned(tx: Transaction, logins: Collection[str]) -> Mapping[str, datetime | None]:
    agent = tables.agent.c
    query = select(agent.login, agent.last_assigned_at).where(agent.login.in_(list(logins)))
    return {row.login: row.last_assigned_at for row in tx.execute(query)}
