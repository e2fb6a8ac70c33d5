"""The targets as people read them: what the table of a process version promises for each combination, and for one request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from desk.clocks import Anchors, Calendars, Targets, strictest_targets
from desk.context import DeskContext
from desk.limits.targeting import target_rows
from desk.model import CaseType, Priority
from engine.db import queries
from engine.definition import Definition
from engine.errors import CaseloopError, NotFound
from engine.model import Deployment
from engine.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a table: a request as it could come in."""

    type: str
    priority: str
    received_at: datetime
    channel: str | None = None
    customer_kind: str | None = None
    tier: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """What the table promises: the strictest target of each clock, and every row that was looked at. Or why it can't say.

    `targets` is None with a `problem`, or when the process asks no table. `provisional` names the clocks whose due instants rest
    on a year whose statutory days aren't published (E7).
    """

    targets: Targets | None
    problem: CaseloopError | None = None
    provisional: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetBoard:
    """All types by all priorities of one version."""

    version: str
    promised: Mapping[tuple[str, str], Promised]


class TargetBook:
    """Each method reads. Versions are those that are deployed of the desk's process."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db

    def versions(self) -> list[Deployment]:
        """All deployed versions, the newest last."""
        with self._db.reading() as tx:
            return queries.deployments(tx, key=self._context.settings.process_key)

    def board(self, version: str, received_at: datetime, **more: Any) -> TargetBoard:
        """What is promised for a request received then; `more` are further fields of Request (channel, tier, tags …).

        Raises NotFound for a version that isn't deployed.
        """
        with self._db.reading() as tx:
            definition, calendars = self._definition(tx, version), self._context.calendars_in(tx)
        asked = {"received_at": received_at, **more}
        return TargetBoard(
            version=version,
            promised={
                (type.value, priority.value): _promised(definition, calendars, Request(type=type, priority=priority, **asked))
                for type in CaseType
                for priority in Priority
            },
        )

    def what_if(self, version: str, request: Request) -> Promised:
        """What is promised for one request. Raises NotFound for a version that isn't deployed."""
        with self._db.reading() as tx:
            definition, calendars = self._definition(tx, version), self._context.calendars_in(tx)
        return _promised(definition, calendars, request)

    def _definition(self, tx: Transaction, version: str) -> Definition:
        key = self._context.settings.process_key
        found = [one for one in queries.deployments(tx, key=key) if one.version == version]
        if not found:
            raise NotFound(f"{key} {version} isn't deployed. Choose one of the versions that are.", key=key, version=version)
        return self._engine.definition(found[-1].id, tx)


def _promised(definition: Definition, calendars: Calendars, request: Request) -> Promised:
    """A table that can't answer for one combination still answers for the others."""
    try:
        rows = target_rows(definition, _variables(request), request.received_at)
        if rows is None:
            return Promised(targets=None)
        targets = strictest_targets(rows, Anchors(received_at=request.received_at), calendars)
        return Promised(targets=targets, provisional=_provisional(targets, calendars))
    except CaseloopError as error:
        return Promised(targets=None, problem=error)


def _provisional(targets: Targets, calendars: Calendars) -> frozenset[str]:
    found = targets.clocks.items()
    return frozenset(name for name, one in found if calendars.of(one.calendar).is_provisional(one.started_at, one.due_at))


def _variables(request: Request) -> dict[str, Any]:
    said = {"type": request.type, "priority": request.priority, "subtype": None, "needs_tech": False}
    case = {"channel": request.channel, "customer_kind": request.customer_kind, "received_at": request.received_at}
    case |= {"tier": request.tier, "tags": list(request.tags)}
    more = {"team": None, "created_by": None, "preferred_channel": None}
    return {"classification": said, "case": {**case, **more}, "intake": {**said, **case}}
