"""Agents and teams: adding, changing, logging in."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from desk.assignment import skills_of
from desk.context import DeskContext
from desk.errors import (
    AgentNotFound,
    AnswersInvalid,
    NameTaken,
    PasswordChanged,
    PasswordTooWeak,
    TeamNotFound,
    TooManyAttempts,
    WrongPassword,
)
from desk.masking import mask_name
from desk.model import Agent, NewAgent, Team
from desk.rights import require_admin
from desk.staffing.staffing_errors import CannotHead
from desk.store import people as store
from desk.store.assignments import free_again, look_at_waiting
from desk.wordings import NO_LOGIN, REQUIRED
from engine.db.database import tried_again
from engine.ports import Transaction

MIN_PASSWORD = 10
_LOGIN = re.compile(r"\w[\w.@+-]{0,99}")  # it stands in addresses
WINDOW = timedelta(minutes=15)
MAX_FAILURES_OF_LOGIN = 5
MAX_FAILURES_FROM_ADDRESS = 20


class People:
    """Who works here. Logins are compared in lower case. `by` is an administrator's login, or a program's name."""

    def __init__(self, context: DeskContext, *, hasher: PasswordHasher | None = None) -> None:
        self._context = context
        self._db = context.engine.db
        self._hasher = hasher or PasswordHasher()
        self._nobody = self._hasher.hash("nobody has this password")

    @tried_again
    def add_team(
        self, key: str, name: str, name_en: str, supervisor: str | None = None, deputy: str | None = None, *, by: str
    ) -> Team:
        """Add a team. Raises NameTaken, RightMissing."""
        team = Team(key=key, name=name, name_en=name_en, supervisor=supervisor, deputy=deputy)
        with self._db.transaction() as tx:
            _require_admin(tx, by, "add teams")
            if key in store.teams(tx):
                raise NameTaken("team", key)
            store.add_team(tx, team)
        return team

    @tried_again
    def change_team(self, key: str, *, supervisor: str | None, deputy: str | None = None, by: str) -> Team:
        """Give a team another supervisor and deputy. Raises TeamNotFound, AgentNotFound, CannotHead, RightMissing."""
        with self._db.transaction() as tx:
            _require_admin(tx, by, "change teams")
            _require_teams(tx, (key,))
            for login in filter(None, (supervisor, deputy)):
                if not store.agent(tx, login).leads:
                    raise CannotHead(login, key)
            store.change_team(tx, key, supervisor=supervisor, deputy=deputy)
            look_at_waiting(tx, key, self._context.now(), anew=True)
            return store.teams(tx)[key]

    def teams(self) -> list[Team]:
        """All teams by key."""
        with self._db.reading() as tx:
            return list(store.teams(tx).values())

    @tried_again
    def add_agent(self, new: NewAgent, *, by: str) -> Agent:
        """Add somebody.

        Raises RightMissing, NameTaken, TeamNotFound, PasswordTooWeak, SkillInvalid, AnswersInvalid for a login or name that
        can't be.
        """
        login = new.login.strip().lower()
        wrong = {field: REQUIRED for field in ("login", "name") if not getattr(new, field).strip()}
        if login and not _LOGIN.fullmatch(login):
            wrong["login"] = NO_LOGIN
        if wrong:
            raise AnswersInvalid(wrong)
        _check_password(new.password)
        values = {field: getattr(new, field) for field in ("role", "language", "email", "capacity", "lines", "languages")}
        levels = skills_of(new.skills)
        agent = Agent(
            login=login,
            name=new.name,
            shown_as=new.shown_as or mask_name(new.name),
            team_keys=tuple(dict.fromkeys(new.team_keys)),
            active=True,
            available=True,
            password_is_temporary=new.password_is_temporary,
            revision=1,
            skills=tuple(levels),
            levels=levels,
            **values,
        )
        with self._db.transaction() as tx:
            _require_admin(tx, by, "add people")
            if store.account(tx, login) is not None:
                raise NameTaken("login", login)
            _require_teams(tx, new.team_keys)
            store.add_agent(tx, agent, self._hasher.hash(new.password))
        return agent

    @tried_again
    def change_agent(
        self,
        login: str,
        *,
        by: str,
        revision: int,
        active: bool | None = None,
        available: bool | None = None,
        team_keys: tuple[str, ...] | None = None,
        skills: tuple[str, ...] | None = None,
        language: str | None = None,
        email: str | None = None,
        capacity: int | None = None,
        lines: tuple[str, ...] | None = None,
        languages: tuple[str, ...] | None = None,
    ) -> Agent:
        """Change what isn't None; a skill without a level keeps the one that it had.

        Raises StaleRevision, AgentNotFound, TeamNotFound, SkillInvalid, RightMissing.
        """
        given = {"active": active, "team_keys": team_keys, "lines": lines, "languages": languages}
        given |= {"language": language, "email": email, "capacity": capacity}
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        with self._db.transaction() as tx:
            _require_admin(tx, by, "change people")
            found = store.account(tx, login)
            if found is None:
                raise AgentNotFound(login)
            _require_teams(tx, team_keys or ())
            if skills is not None:
                levels = skills_of(skills, found.agent.levels)
                changes |= {"skills": tuple(levels), "levels": levels}
            if available is not None and available != found.agent.available:
                changes |= {"available": available, "busy": False, "availability_until": None}
            store.change_agent(tx, login, revision, **changes)
            free_again(tx, replace(found.agent, **changes).team_keys, self._context.now())
            return replace(found.agent, **changes, revision=revision + 1)

    def agent(self, login: str) -> Agent:
        """An active agent. Raises AgentNotFound."""
        with self._db.reading() as tx:
            return store.agent(tx, login)

    def agents(self) -> list[Agent]:
        """Everybody by login, inactive ones too."""
        with self._db.reading() as tx:
            return store.agents(tx)

    def authenticate(self, login: str, password: str, *, from_address: str) -> Agent:
        """The agent with that login and password.

        Raises WrongPassword, and TooManyAttempts after 5 failures of the login or 20 of the address in 15 minutes: then not
        even the right password is looked at.
        """
        login, now = login.strip().lower(), self._context.now()
        found = self._db.run(lambda tx: _counted(tx, login, from_address, now))
        stored = found.password_hash if found else self._nobody
        if not self._fits(stored, password) or found is None or not found.agent.active:
            raise WrongPassword
        self._db.run(lambda tx: store.forget_failures(tx, login=login, before=now - WINDOW))
        if self._hasher.check_needs_rehash(stored):
            self._write_password(login, password, expected=stored, temporary=found.agent.password_is_temporary)
        return found.agent

    def change_password(self, login: str, old: str, new: str) -> None:
        """Change the own password. Raises WrongPassword, PasswordTooWeak."""
        _check_password(new)
        if old == new:
            raise PasswordTooWeak("is the old one")
        with self._db.reading() as tx:
            found = store.account(tx, login)
        if found is None or not found.agent.active or not self._fits(found.password_hash, old):
            raise WrongPassword
        self._write_password(login, new, expected=found.password_hash, temporary=False)

    def reset_password(self, login: str, new: str, *, by: str) -> None:
        """Give somebody a temporary password, which they should change; it ends their sessions.

        Raises AgentNotFound, PasswordTooWeak, RightMissing.
        """
        _check_password(new)
        with self._db.reading() as tx:
            _require_admin(tx, by, "reset passwords")
            found = store.account(tx, login)
        if found is None:
            raise AgentNotFound(login)
        self._write_password(login, new, expected=found.password_hash, temporary=True)

    @tried_again
    def _write_password(self, login: str, password: str, *, expected: str, temporary: bool) -> None:
        fresh = self._hasher.hash(password)
        with self._db.transaction() as tx:
            found = store.account(tx, login)
            if found is None or found.password_hash != expected:
                raise PasswordChanged(login)
            store.set_password(tx, login, fresh, temporary=temporary)
            if found.agent.password_is_temporary and not temporary:
                free_again(tx, found.agent.team_keys, self._context.now())

    def _fits(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (Argon2Error, InvalidHashError):
            return False


def _counted(tx: Transaction, login: str, address: str, now: datetime) -> store.Account | None:
    """The account, after this try was counted as one that failed. Raises TooManyAttempts."""
    if (until := _blocked_until(tx, login, address, now)) is not None:
        raise TooManyAttempts(until)
    # counted before the slow comparison, so that parallel guesses all count
    store.add_failure(tx, login=login, address=address, at=now)
    return store.account(tx, login)


def _require_admin(tx: Transaction, by: str, what: str) -> None:
    """Raises RightMissing for somebody who is no administrator; `by` that is no agent is a program."""
    account = store.account(tx, by)
    if account is not None and not account.agent.active:
        raise AgentNotFound(by)
    if account is not None:
        require_admin(account.agent, what)


def _blocked_until(tx: Transaction, login: str, address: str, now: datetime) -> datetime | None:
    """When the next try counts, or None when it counts now."""
    since = now - WINDOW
    limits = (
        (store.failures(tx, since=since, login=login), MAX_FAILURES_OF_LOGIN),
        (store.failures(tx, since=since, address=address), MAX_FAILURES_FROM_ADDRESS),
    )
    blocked = [failures[-limit] + WINDOW for failures, limit in limits if len(failures) >= limit]
    return max(blocked, default=None)


def _check_password(password: str) -> None:
    if len(password) < MIN_PASSWORD:
        raise PasswordTooWeak(f"has fewer than {MIN_PASSWORD} characters")
    if len(password) > 200:
        raise PasswordTooWeak("has more than 200 characters")
    if len(set(password)) < 4:
        raise PasswordTooWeak("repeats the same few characters")


def _require_teams(tx: Transaction, keys: tuple[str, ...]) -> None:
    known = store.teams(tx)
    for key in keys:
        if key not in known:
            raise TeamNotFound(key)
