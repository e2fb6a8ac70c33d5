"""A case explained from its history alone: why it is here, why this person has it, when it is late, what was tried.

`explain` is pure; `explanation_of` reads for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bpmn.diagram import Process, feel_source
from bpmn.feel import Expression, parse
from desk.casetasks import instance_of
from desk.casework.timeline import Explained, as_explained, name_in
from desk.casework.whereabouts import Standing, standings
from desk.context import DeskContext
from desk.store import cases, clocks
from desk.store.clocks import ClockRow
from engine.db import queries
from engine.history import (
    ActivityCancelled,
    ActivityLeft,
    DecisionMade,
    HandlerDecided,
    HistoryEvent,
    IncidentRaised,
    IncidentResolved,
    InstanceCancelled,
    InstanceCompleted,
    JobCancelled,
    JobCreated,
    JobDone,
    TimerArmed,
    TimerFired,
    TimerMoved,
    VariableSet,
)
from engine.ports import Transaction

CLOCKS = "clocks"
_ENDED = (InstanceCompleted, InstanceCancelled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A timer's due instant changed because `variable` did, or because the lookup of that name answers otherwise.

    `by` and `reason` say who changed it and why, as far as told.
    """

    at: datetime
    before: datetime | None
    due_at: datetime | None
    variable: str = ""
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A timer that waits. `due_at` None: not armed. `follows` are the variables and lookups that move it.

    `last_move` None: never moved.
    """

    activity_id: str
    name: str
    due_at: datetime | None
    armed_at: datetime
    follows: tuple[str, ...]
    expression: str
    last_move: Move | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningClock:
    """A promise as it stands; `due_at` None once it is kept or no more, and while it is paused.

    `source` is the row that set it.
    """

    name: str
    started_at: datetime | None
    due_at: datetime | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Work given to a handler, or something that went wrong. `what` is the handler, or "incident" with its message.

    `outcome` is open, done, cancelled or resolved.
    """

    at: datetime
    activity_id: str
    name: str
    what: str
    outcome: str
    ended_at: datetime | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """All of it. `ended_at` and `end_reason` are of a case that is over, and then nothing stands or is due."""

    stands: tuple[Standing, ...]
    decisions: tuple[Explained, ...]
    due: tuple[Due, ...]
    clocks: tuple[RunningClock, ...]
    attempts: tuple[Attempt, ...]
    ended_at: datetime | None = None
    end_reason: str = ""


def explain(events: Sequence[HistoryEvent], process: Process) -> Explanation:
    """Explain a case from all its events in order and the process on whose version it runs.

    `decisions` has the latest of each activity, by time; `due` the first due in front; `attempts` all, the oldest first.
    """
    end = next((event for event in reversed(events) if isinstance(event, _ENDED)), None)
    latest = {event.activity_id: event for event in events if isinstance(event, DecisionMade | HandlerDecided)}
    return Explanation(
        stands=() if end else tuple(standings(events, process)),
        decisions=tuple(sorted((as_explained(event, process) for event in latest.values()), key=lambda one: one.at)),
        due=() if end else tuple(_timers(events, process)),
        clocks=() if end else _clocks(events),
        attempts=tuple(_attempts(events, process)),
        ended_at=end.at if end else None,
        end_reason=end.reason if isinstance(end, InstanceCancelled) else "",
    )


def _timers(events: Sequence[HistoryEvent], process: Process) -> list[Due]:
    waiting: dict[str | None, Due] = {}
    for index, event in enumerate(events):
        match event:
            case TimerArmed():
                waiting[event.token_id] = _armed(event, process)
            case TimerMoved() if event.token_id in waiting:
                due = waiting[event.token_id]
                move = _move(events[:index], event, due.follows)
                waiting[event.token_id] = replace(due, due_at=event.due_at, last_move=move)
            case TimerFired() | ActivityCancelled() | ActivityLeft():
                waiting.pop(event.token_id, None)
    return sorted(waiting.values(), key=lambda due: (due.due_at is None, due.due_at or due.armed_at))


def _armed(event: TimerArmed, process: Process) -> Due:
    node = process.nodes.get(event.activity_id or "")
    expression = (node.event.expression if node and node.event else None) or ""
    source = feel_source(expression)
    return Due(
        activity_id=event.activity_id or "",
        name=name_in(process, event.activity_id),
        due_at=event.due_at,
        armed_at=event.at,
        follows=() if source is None else _follows(parse(source)),
        expression=expression,
    )


def _follows(expression: Expression) -> tuple[str, ...]:
    return tuple(sorted(expression.names | expression.calls))


def _move(events: Sequence[HistoryEvent], event: TimerMoved, follows: tuple[str, ...]) -> Move:
    if event.lookup:
        because = {"variable": event.lookup, "by": event.by, "reason": event.reason}
        return Move(at=event.at, before=event.before, due_at=event.due_at, **because)
    for before in reversed(events):
        if isinstance(before, VariableSet) and before.name in follows:
            because = {"variable": before.name, "by": before.by, "reason": before.reason}
            return Move(at=event.at, before=event.before, due_at=event.due_at, **because)
    return Move(at=event.at, before=event.before, due_at=event.due_at)


def _clocks(events: Sequence[HistoryEvent]) -> tuple[RunningClock, ...]:
    """The clocks as the process's variable last had them."""
    known: Mapping[str, Any] = {}
    for event in events:
        if isinstance(event, VariableSet) and event.name == CLOCKS and isinstance(event.value, Mapping):
            known = event.value
    return tuple(
        RunningClock(
            name=name,
            started_at=_instant(clock.get("started_at")),
            due_at=_instant(clock["due_at"]),
            source=str(clock.get("source") or ""),
        )
        for name, clock in known.items()
        if isinstance(clock, Mapping) and "due_at" in clock
    )


def _instant(value: Any) -> datetime | None:
    # what stands in a variable may be anything
    return value if isinstance(value, datetime) else None


def _attempts(events: Sequence[HistoryEvent], process: Process) -> list[Attempt]:
    found: dict[tuple[str, int], Attempt] = {}
    for event in events:
        where = {"at": event.at, "activity_id": event.activity_id or "", "name": name_in(process, event.activity_id)}
        match event:
            case JobCreated():
                found["job", event.job_id] = Attempt(**where, what=event.handler, outcome="open")
            case JobDone():
                _end(found, ("job", event.job_id), event, "done")
            case JobCancelled():
                _end(found, ("job", event.job_id), event, "cancelled", event.reason)
            case IncidentRaised():
                found["incident", event.incident_id] = Attempt(**where, what="incident", outcome="open", message=event.message)
            case IncidentResolved():
                _end(found, ("incident", event.incident_id), event, "resolved")
    return list(found.values())


def _end(found: dict[tuple[str, int], Attempt], key: tuple[str, int], event: HistoryEvent, outcome: str, why: str = "") -> None:
    if key in found:
        found[key] = replace(found[key], outcome=outcome, ended_at=event.at, message=why or found[key].message)


def explanation_of(tx: Transaction, context: DeskContext, number: str) -> Explanation:
    """Read and explain a case. Raises NotFound, and VaultError for an event that can't be read."""
    instance = instance_of(tx, number)
    process = context.engine.definition(instance.deployment_id, tx).process
    explained = explain(queries.history(tx, context.vault, instance.id), process)
    round = cases.case(tx, number).round
    kept = [row for row in clocks.of_cases(tx, [number]) if row.round == round]
    return replace(explained, clocks=tuple(map(_running, kept))) if kept and not explained.ended_at else explained


def _running(row: ClockRow) -> RunningClock:
    """A clock as the desk keeps it, which knows of pauses and answers what the process's variable doesn't."""
    due_at = None if row.stopped_at else row.due_at
    return RunningClock(name=row.name, started_at=row.started_at, due_at=due_at, source=row.source)
