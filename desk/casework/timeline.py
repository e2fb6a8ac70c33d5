"""What happened in a case, for people: the conversation, the rows of work and the process's own history in one order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bpmn.diagram import Process
from desk.casetasks import instance_of
from desk.context import DeskContext
from desk.limits.clockstory import turns
from desk.store import conversation, links, progress
from desk.store.conversation import Entry
from desk.store.links import Link, LinkKind
from engine.db import queries
from engine.history import (
    ActivityEntered,
    DecisionMade,
    HandlerDecided,
    HistoryEvent,
    IncidentRaised,
    InstanceCancelled,
    InstanceResumed,
    InstanceSuspended,
    MessageCorrelated,
    TaskClaimed,
    TaskCompleted,
    TaskReassigned,
    TaskReleased,
    TimerFired,
    TokenMoved,
    VariableSet,
)
from engine.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One thing that happened. `kind` is stable, for the page to word: reply, call, customer, note, request, urge, reminder,
    progress, entered, claimed, released, reassigned, completed, decided, classed, timer, message, incident, suspended, resumed,
    moved, cancelled; of its clocks clocks_paused, clocks_resumed, clocks_moved, clocks_kept, clocks_voided; of cases that
    belong with it follows, followed, split_off, split_into, merged, took_in.
    """

    at: datetime
    kind: str
    by: str
    activity_id: str | None = None
    name: str = ""
    text: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """A decision of the process. `what` is the decision table or handler; `reason` is in the diagram author's words, or
    a handler's, whose code and arguments say the same for any language.
    """

    at: datetime
    what: str
    activity_id: str | None
    name: str
    result: Any
    reason: str
    considered: tuple[Mapping[str, Any], ...]
    reason_code: str = ""
    reason_arguments: Mapping[str, Any] = field(default_factory=dict)


_KINDS: Mapping[type[HistoryEvent], str] = {
    TaskClaimed: "claimed",
    TaskReleased: "released",
    TaskReassigned: "reassigned",
    TaskCompleted: "completed",
    HandlerDecided: "decided",
    DecisionMade: "decided",
    TimerFired: "timer",
    MessageCorrelated: "message",
    IncidentRaised: "incident",
    InstanceSuspended: "suspended",
    InstanceResumed: "resumed",
    TokenMoved: "moved",
    InstanceCancelled: "cancelled",
    ActivityEntered: "entered",
    VariableSet: "classed",
}
CLASS_VARIABLES = ("classification", "case")
CLASS_PARTS = ("priority", "type", "tier", "tags")
_SILENT_ACTIVITIES = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "boundaryEvent"})


def timeline(tx: Transaction, context: DeskContext, number: str) -> list[TimelineItem]:
    """All items of a case by time."""
    own = (
        _worked(tx, context, number),
        _happened(tx, context, number),
        _linked(tx, context, number),
        _timed(tx, context, number),
    )
    items = [*_said(tx, context, number), *(item for some in own for item in some)]
    return sorted(items, key=lambda item: item.at)


def said(tx: Transaction, context: DeskContext, number: str, most: int) -> list[TimelineItem]:
    """The last `most` things said, by time; `details` name the entry's id, and the case when it was merged into this one."""
    numbers = (number, *links.merged_into(tx, number))
    return [_said_in(one, entry, number) for one, entry in conversation.latest(tx, context.vault, numbers, most)]


def _said(tx: Transaction, context: DeskContext, number: str) -> Iterator[TimelineItem]:
    """What was said in the case, and in those that were merged into it."""
    for one in (number, *links.merged_into(tx, number)):
        for entry in conversation.entries(tx, context.vault, one):
            yield _said_in(one, entry, number)


def _said_in(one: str, entry: Entry, number: str) -> TimelineItem:
    where = {} if one == number else {"case": one}
    details = {**where, "entry_id": entry.id}
    return TimelineItem(at=entry.at, kind=entry.kind.value, by=entry.by, text=entry.text, details=details)


_LINKED = {
    LinkKind.FOLLOWS: ("follows", "followed"),
    LinkKind.SPLIT_OFF: ("split_off", "split_into"),
    LinkKind.MERGED: ("merged", "took_in"),
}
"""How a link looks from its case, and from the other one."""


def look_of(link: Link, number: str) -> tuple[str, str]:
    """How a link looks from the case `number`, and which case is at its other end."""
    mine, theirs = _LINKED[link.kind]
    return (mine, link.other) if link.number == number else (theirs, link.number)


def _linked(tx: Transaction, context: DeskContext, number: str) -> Iterator[TimelineItem]:
    for link in links.of_case(tx, context.vault, number):
        kind, other = look_of(link, number)
        yield TimelineItem(at=link.at, kind=kind, by=link.by, name=other, text=link.reason)


def _worked(tx: Transaction, context: DeskContext, number: str) -> Iterator[TimelineItem]:
    for row in progress.rows(tx, context.vault, [number]):
        details = {"started_at": row.started_at, "ended_at": row.ended_at, "next_action": row.next_action}
        details["customer_feedback"] = row.customer_feedback
        yield TimelineItem(at=row.ended_at, kind="progress", by=row.by, name=row.stage, text=row.content, details=details)


def _timed(tx: Transaction, context: DeskContext, number: str) -> Iterator[TimelineItem]:
    """What happened to the clocks; `details` have why, until when, and each clock's move."""
    for turn in turns(tx, context, number):
        details = {"why": turn.why, "until": turn.until, "moves": turn.moves}
        yield TimelineItem(at=turn.at, kind=f"clocks_{turn.kind}", by=turn.by, text=turn.note, details=details)


def _happened(tx: Transaction, context: DeskContext, number: str) -> Iterator[TimelineItem]:
    instance = instance_of(tx, number)
    process = context.engine.definition(instance.deployment_id, tx).process
    for event in queries.history(tx, context.vault, instance.id):
        kind = _KINDS.get(type(event))
        if kind is None or _is_silent(event):
            continue
        yield TimelineItem(
            at=event.at,
            kind="offered" if isinstance(event, TaskReassigned) and event.assignee is None else kind,
            by=event.by,
            activity_id=event.activity_id,
            name=name_in(process, event.activity_id),
            text=_text(event),
            details=_details(event, process),
        )


def _is_silent(event: HistoryEvent) -> bool:
    """What is nobody's to read: gateways, and what the process itself notes. Who classes a case anew gives a reason."""
    match event:
        case ActivityEntered(kind=kind):
            return kind in _SILENT_ACTIVITIES
        case VariableSet(name=name, reason=reason):
            return name not in CLASS_VARIABLES or not reason
    return False


def _text(event: HistoryEvent) -> str:
    match event:
        case HandlerDecided(reason=reason) | TaskReassigned(reason=reason) | InstanceCancelled(reason=reason):
            return reason
        case VariableSet(reason=reason):
            return reason
        case InstanceSuspended(reason=reason) | InstanceResumed(reason=reason) | TokenMoved(reason=reason):
            return reason
        case DecisionMade(rows=rows):
            return _why(rows)
        case IncidentRaised(message=message):
            return message
    return ""


def _details(event: HistoryEvent, process: Process) -> Mapping[str, Any]:
    match event:
        case HandlerDecided(result=result):
            said = {"reason_code": event.reason_code, "reason_arguments": event.reason_arguments}
            return {"result": result, "handler": event.handler, **said}
        case DecisionMade(result=result):
            return {"result": result, "decision": event.decision_id}
        case VariableSet(value=value) if isinstance(value, Mapping):
            return {"class": {name: value[name] for name in CLASS_PARTS if name in value}}
        case TaskReassigned():
            return {"before": event.before, "assignee": event.assignee}
        case TimerFired(noticed_at=noticed_at):
            return {"noticed_at": noticed_at}
        case TokenMoved(to_activity_id=target):
            return {"target": name_in(process, target)}
    return {}


def explained(tx: Transaction, context: DeskContext, number: str) -> list[Explained]:
    """The decisions of a case in order."""
    instance = instance_of(tx, number)
    process = context.engine.definition(instance.deployment_id, tx).process
    events = queries.history(tx, context.vault, instance.id)
    return [as_explained(event, process) for event in events if isinstance(event, DecisionMade | HandlerDecided)]


def as_explained(event: DecisionMade | HandlerDecided, process: Process) -> Explained:
    """A decision with the name that its node has in the diagram."""
    where = {
        "at": event.at,
        "activity_id": event.activity_id,
        "name": name_in(process, event.activity_id),
        "result": event.result,
    }
    if isinstance(event, DecisionMade):
        return Explained(**where, what=event.decision_id, reason=_why(event.rows), considered=event.rows)
    said = {"reason": event.reason, "reason_code": event.reason_code, "reason_arguments": event.reason_arguments}
    return Explained(**where, what=event.handler, considered=event.considered, **said)


def _why(rows: tuple[Mapping[str, Any], ...]) -> str:
    return "; ".join(str(row["why"]) for row in rows if row.get("why"))


def name_in(process: Process, activity_id: str | None) -> str:
    """What the diagram calls an activity; its id when it isn't drawn."""
    node = process.nodes.get(activity_id or "")
    return node.label if node else activity_id or ""
