"""Messages and signals that programs bring to processes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.context import DeskContext
from desk.rights import readable, require_lead, require_operator
from desk.store import cases, people
from engine.commands import BroadcastSignal, CorrelateMessage
from engine.db.database import tried_again


class Messages:
    """Each method is one use case in one transaction; `by` is a login.

    Supervisors, analysts and administrators bring messages, those of a case and signals only who leads. Raise RightMissing.
    """

    def __init__(self, context: DeskContext) -> None:
        self._engine = context.engine
        self._db = context.engine.db

    @tried_again
    def correlate(
        self,
        name: str,
        correlation_key: str,
        *,
        data: Mapping[str, Any],
        message_id: str | None = None,
        ttl_seconds: float | None = None,
        by: str,
    ) -> bool:
        """Bring a message to whom it concerns, once per `message_id`; with `ttl_seconds` it is kept so long.

        False when nobody takes it. Raises CaseNotFound.
        """
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            require_operator(agent, "bring messages to processes")
            if cases.known(tx, correlation_key):
                cases.case(tx, correlation_key, readable=readable(agent))
                require_lead(agent, f"bring messages to case {correlation_key}")
            own_id = f"message:{by}:{message_id}" if message_id else None
            order = {"correlation_key": correlation_key, "message_id": own_id, "ttl_seconds": ttl_seconds}
            command = CorrelateMessage(name=name, by=by, data=data, **order)
            return self._engine.correlate(tx, command)

    @tried_again
    def broadcast(self, name: str, *, data: Mapping[str, Any], by: str) -> int:
        """Bring a signal to all who wait for it; how many instances took it or were started by it."""
        with self._db.transaction() as tx:
            require_lead(people.agent(tx, by), "broadcast signals")
            return self._engine.broadcast(tx, BroadcastSignal(name=name, by=by, data=data))
