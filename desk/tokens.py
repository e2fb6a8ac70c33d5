"""API tokens: by them programs act for an agent, with the agent's rights and within the token's scopes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.context import DeskContext
from desk.errors import AgentNotFound, AnswersInvalid, TokenInvalid
from desk.model import COMMAND_LINE, Agent, ApiToken, Scope
from desk.rights import require_admin
from desk.store import people
from desk.store import tokens as store
from desk.wordings import IN_THE_PAST, REQUIRED
from engine.db.database import tried_again
from engine.ports import Transaction

MARK = "caseloop_"
"""What every secret begins with, so that scanners of source code find one that was committed."""
LONGEST_NAME = 100
USE_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who is before us by a token: the agent for whom it acts, and how far."""

    agent: Agent
    token: ApiToken


class Tokens:
    """Making, using and ending tokens. `by` is an administrator's login; None is whoever has the command line."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    @tried_again
    def create(
        self, name: str, *, login: str, scopes: Collection[Scope], expires_at: datetime | None = None, by: str | None
    ) -> tuple[ApiToken, str]:
        """Make a token for an agent; the record and the secret, which is told this once and kept nowhere.

        Raises AgentNotFound, RightMissing, AnswersInvalid.
        """
        name, now = name.strip(), self._context.now()
        wrong = {field: REQUIRED for field, given in (("name", name[:LONGEST_NAME]), ("scopes", scopes)) if not given}
        if expires_at is not None and expires_at <= now:
            wrong["expires_at"] = IN_THE_PAST
        if wrong:
            raise AnswersInvalid(wrong)
        secret = MARK + self._context.chance.token() + self._context.chance.token()
        with self._db.transaction() as tx:
            _require_admin(tx, by)
            token_id = store.add(
                tx,
                name=name[:LONGEST_NAME],
                login=people.agent(tx, login).login,
                scopes=tuple(scope for scope in Scope if scope in scopes),
                secret_hash=hashed(secret),
                created_at=now,
                created_by=by or COMMAND_LINE,
                expires_at=expires_at,
            )
            return store.token(tx, token_id), secret

    def caller(self, secret: str) -> Caller:
        """Who shows this secret. Raises TokenInvalid when it is unknown, revoked or over, or its agent may not log in."""
        now = self._context.now()
        with self._db.reading() as tx:
            found = store.by_hash(tx, hashed(secret))
            if found is None or not found.valid_at(now):
                raise TokenInvalid
            agent = _agent(tx, found.login)
        if found.last_used_at is None or now - found.last_used_at >= USE_IS_NOTED_EVERY:
            self._db.run(lambda tx: store.note_used(tx, found.id, now))
        return Caller(agent=agent, token=found)

    @tried_again
    def revoke(self, token_id: int, *, by: str | None) -> ApiToken:
        """End a token for good; one that is over already stays so. Raises NotFound, RightMissing."""
        with self._db.transaction() as tx:
            _require_admin(tx, by)
            store.revoke(tx, store.token(tx, token_id).id, self._context.now())
            return store.token(tx, token_id)

    def all(self, *, by: str | None) -> list[ApiToken]:
        """Every token, the newest first, without secrets. Raises RightMissing."""
        with self._db.reading() as tx:
            _require_admin(tx, by)
            return store.tokens(tx)


def hashed(secret: str) -> str:
    """What is kept of a secret: its SHA-256 in hex. A text that can't be encoded hashes to what no secret has."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()


def _agent(tx: Transaction, login: str) -> Agent:
    try:
        return people.agent(tx, login)
    except AgentNotFound:
        raise TokenInvalid from None


def _require_admin(tx: Transaction, by: str | None) -> None:
    if by is not None:
        require_admin(people.agent(tx, by), "keep API tokens")
