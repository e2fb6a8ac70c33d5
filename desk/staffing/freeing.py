"""Whose load falls in one transaction's events on a case.

They are locked together once all events were followed, in the order of their logins, so that no two transactions wait for each
other. Who decides about their load at the same time either sees the fall or is seen waiting, so that no case is left waiting
while somebody is free.
"""

from __future__ import annotations

from datetime import datetime

from desk.store import assignments, candidates, people
from engine.ports import Transaction


class Freed:
    """Gathers people first, then has the lines looked through in which something waits for them."""

    def __init__(self, tx: Transaction) -> None:
        self._tx = tx
        self._since: dict[str, datetime] = {}

    def note(self, login: str | None, at: datetime) -> None:
        """Somebody's load falls; the last instant counts. None: nobody had it."""
        if login:
            self._since[login] = at

    def settle(self) -> None:
        """Lock who was noted, and have their lines looked through. Nobody of them has to be known here."""
        known = [account.agent for login in self._since if (account := people.account(self._tx, login)) is not None]
        if known:
            candidates.lock(self._tx, [agent.login for agent in known])
        for agent in known:
            assignments.free_again(self._tx, agent.team_keys, self._since[agent.login])
