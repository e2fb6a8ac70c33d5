"""Agents, teams, failed log-ins."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from sqlalchemy import delete, insert, or_, select, update

from desk import tables
from desk.assignment.skills import MEDIUM_LEVEL, skill_text, skills_of
from desk.errors import AgentNotFound
from desk.model import Agent, Role, Team
from engine.db.among import Among
from engine.db.statements import Record, Statement, given, read_together
from engine.errors import StaleRevision
from engine.ports import Transaction

_LISTS = ("lines", "languages")
_COLUMNS = tuple(field for field in Agent.__slots__ if field not in ("team_keys", "skills", "levels", *_LISTS))


_member = tables.membership.c
_agent = tables.agent
MEMBERS = Statement(select(_member.login, _member.team_key).order_by(_member.position))
MEMBERS_AMONG = Statement(
    select(_member.login, _member.team_key).where(Among(_member.login, "logins")).order_by(_member.position)
)
EVERYBODY = Statement(select(_agent).order_by(_agent.c.login))
AMONG = Statement(select(_agent).where(Among(_agent.c.login, "logins")).order_by(_agent.c.login))
LEADS = Statement(
    select(_agent)
    .where(_agent.c.active, or_(_agent.c.role == Role.SUPERVISOR, _agent.c.role == Role.ADMIN))
    .order_by(_agent.c.login)
)
_ASSIGNED = Statement(
    update(_agent)
    .where(_agent.c.login == given(_agent.c.login, "was_login"))
    .values(last_assigned_at=given(_agent.c.last_assigned_at), times_assigned=_agent.c.times_assigned + 1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """How often somebody was assigned work, and when last."""

    times: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An agent with the secret half."""

    agent: Agent
    password_hash: str


def add_team(tx: Transaction, team: Team) -> None:
    """Keep a new team."""
    tx.execute(insert(tables.team).values(**{field: getattr(team, field) for field in Team.__slots__}))


def change_team(tx: Transaction, key: str, **changes: Any) -> None:
    """Change columns of a team; an unknown key changes nothing."""
    tx.execute(update(tables.team).where(tables.team.c.key == key).values(**changes))


def teams(tx: Transaction) -> dict[str, Team]:
    """All teams by key."""
    return {row.key: Team(**row._mapping) for row in tx.execute(select(tables.team).order_by(tables.team.c.key))}


def add_agent(tx: Transaction, agent: Agent, password_hash: str) -> None:
    """Add an agent with the memberships."""
    values = {field: getattr(agent, field) for field in _COLUMNS}
    lists = {field: json.dumps(getattr(agent, field)) for field in _LISTS}
    tx.execute(
        insert(tables.agent).values(**values, **lists, skills=_written(agent.skills, agent.levels), password_hash=password_hash)
    )
    _set_teams(tx, agent.login, agent.team_keys)


def change_agent(tx: Transaction, login: str, revision: int, **changes: Any) -> None:
    """Change columns of an agent, and the memberships with `team_keys`; `levels` come with `skills`. Raises StaleRevision."""
    team_keys = changes.pop("team_keys", None)
    if "skills" in changes:
        changes["skills"] = _written(changes["skills"], changes.pop("levels", {}))
    changes |= {field: json.dumps(changes[field]) for field in _LISTS if field in changes}
    where = (tables.agent.c.login == login, tables.agent.c.revision == revision)
    if tx.execute(update(tables.agent).where(*where).values(**changes, revision=revision + 1)).rowcount == 0:
        current = tx.execute(select(tables.agent.c.revision).where(tables.agent.c.login == login)).scalar_one_or_none()
        raise StaleRevision(f"Agent {login}", read=revision, current=current)
    if team_keys is not None:
        tx.execute(delete(tables.membership).where(tables.membership.c.login == login))
        _set_teams(tx, login, team_keys)


def _set_teams(tx: Transaction, login: str, team_keys: Collection[str]) -> None:
    if team_keys:
        rows = [{"login": login, "team_key": key, "position": n} for n, key in enumerate(dict.fromkeys(team_keys))]
        tx.execute(insert(tables.membership), rows)


def account(tx: Transaction, login: str) -> Account | None:
    """The account of a login, active or not."""
    wanted = {"logins": [login]}
    found, members = read_together(tx, [(AMONG, wanted), (MEMBERS_AMONG, wanted)])
    if not found:
        return None
    return Account(agent=as_agent(found[0], [row["team_key"] for row in members]), password_hash=found[0]["password_hash"])


def agent(tx: Transaction, login: str) -> Agent:
    """An active agent. Raises AgentNotFound."""
    found = account(tx, login)
    if found is None or not found.agent.active:
        raise AgentNotFound(login)
    return found.agent


def agents(tx: Transaction) -> list[Agent]:
    """Everybody, active or not, by login."""
    members, found = read_together(tx, [(MEMBERS, {}), (EVERYBODY, {})])
    keys = teams_of(members)
    return [as_agent(row, keys.get(row["login"], ())) for row in found]


def teams_of(members: Iterable[Record]) -> dict[str, list[str]]:
    """The keys of each person's teams, the first one in front, from rows of MEMBERS."""
    found: dict[str, list[str]] = {}
    for member in members:
        found.setdefault(member["login"], []).append(member["team_key"])
    return found


def as_agent(row: Mapping[str, Any], team_keys: Sequence[str]) -> Agent:
    """An agent of a row of AMONG, EVERYBODY or LEADS."""
    values = {field: row[field] for field in _COLUMNS if field != "role"}
    lists = {field: _texts(row[field]) for field in _LISTS}
    levels = _levels(row["skills"])
    return Agent(**values, **lists, role=Role(row["role"]), skills=tuple(levels), levels=levels, team_keys=tuple(team_keys))


@lru_cache(maxsize=4096)
def _texts(written: str) -> tuple[str, ...]:
    return tuple(json.loads(written))


@lru_cache(maxsize=4096)
def _levels(written: str) -> Mapping[str, int]:
    """Assignment looks at everybody each time; skills change once in a while."""
    return MappingProxyType(skills_of(json.loads(written)))


def _written(skills: Iterable[str], levels: Mapping[str, int]) -> str:
    return json.dumps([skill_text(name, levels.get(name, MEDIUM_LEVEL)) for name in skills])


def set_password(tx: Transaction, login: str, password_hash: str, *, temporary: bool) -> None:
    """Replace a password; `temporary` says that it should be changed at the next log-in."""
    where = tables.agent.c.login == login
    tx.execute(update(tables.agent).where(where).values(password_hash=password_hash, password_is_temporary=temporary))


def end_availability(tx: Transaction, now: datetime) -> None:
    """Make those available again whose time of being busy or away is over."""
    over = tables.agent.c.availability_until <= now
    tx.execute(update(tables.agent).where(over).values(available=True, busy=False, availability_until=None))


def note_assigned(tx: Transaction, login: str, at: datetime) -> None:
    """Remember when somebody last got work, for fair turns, and that what others read of them is old now."""
    _ASSIGNED.run(tx, last_assigned_at=at, was_login=login)


def failures(tx: Transaction, *, since: datetime, login: str | None = None, address: str | None = None) -> list[datetime]:
    """When log-ins failed for a login or from an address, oldest first."""
    table = tables.login_failure
    whose = table.c.login == login if login is not None else table.c.address == address
    return list(tx.execute(select(table.c.at).where(whose, table.c.at > since).order_by(table.c.at)).scalars())


def add_failure(tx: Transaction, *, login: str, address: str, at: datetime) -> None:
    """Count a log-in as failed, until `forget_failures`."""
    tx.execute(insert(tables.login_failure).values(login=login[:100], address=address[:60], at=at))


def forget_failures(tx: Transaction, *, login: str, before: datetime) -> None:
    """Forget a login's failures, and everybody's that are too old to count."""
    table = tables.login_failure
    tx.execute(delete(table).where((table.c.login == login) | (table.c.at <= before)))
