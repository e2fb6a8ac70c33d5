"""Whether a signed-in person still is who signed in: a session ends with the password and the account that began it."""

from __future__ import annotations

from desk.context import DeskContext
from desk.model import Agent
from desk.store import people
from desk.store.people import Account

STAMP_LENGTH = 16


class Sessions:
    """Stamps for sessions. A stamp tells nothing about the password."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def stamp(self, login: str) -> str:
        """The text that a session of this agent has to show until the password changes. Raises AgentNotFound."""
        with self._db.reading() as tx:
            people.agent(tx, login)
            found = people.account(tx, login)
        return self._stamp(found) if found else ""

    def agent(self, login: str, stamp: str) -> Agent | None:
        """The active agent behind a session; None when the password was changed since, or the account is off."""
        with self._db.reading() as tx:
            found = people.account(tx, login)
        if found is None or not found.agent.active or stamp != self._stamp(found):
            return None
        return found.agent

    def _stamp(self, account: Account) -> str:
        secret = self._context.vault.blind_index(account.password_hash, purpose="desk session")
        return secret.hex()[:STAMP_LENGTH]
