"""Which start events of a deployment wait for a message, a signal or an instant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bpmn.diagram import EventKind, Node, NodeKind, Process, TimerKind
from engine.db.starts import TIMER
from engine.definition import Definition
from engine.errors import ExpressionFailed, Invalid
from engine.model import SubscriptionKind
from engine.timers import MOMENT, cycle_instant, due_instant


def waits_to_start(process: Process) -> bool:
    """Whether any start event of a process has a trigger."""
    return any(map(_waits, process.inside(None)))


def start_events(definition: Definition, now: datetime) -> list[dict[str, Any]]:
    """Rows for `engine.db.starts`: kind, name and due instant of each start event that has a trigger.

    Raises Invalid for a timer whose expression gives no instant: no variable is known before an instance starts.
    """
    return [_row(definition, node, now) for node in definition.process.inside(None) if _waits(node)]


def _waits(node: Node) -> bool:
    return node.kind is NodeKind.START_EVENT and node.event is not None


def _row(definition: Definition, node: Node, now: datetime) -> dict[str, Any]:
    event = node.event
    row: dict[str, Any] = {"activity_id": node.id, "kind": TIMER, "name": None, "due_at": None}
    if event is None or event.kind is EventKind.TIMER:
        return row | {"due_at": _due(definition, node, now)}
    if event.kind is EventKind.SIGNAL:
        return row | {"kind": SubscriptionKind.SIGNAL, "name": event.name}
    return row | {"kind": SubscriptionKind.MESSAGE, "name": event.message_name}


def next_start(definition: Definition, activity_id: str, after: datetime) -> datetime | None:
    """When a timer that starts instances and was due at `after` is due again; None when it doesn't repeat any more."""
    node = definition.node(activity_id)
    if node.event is None or node.event.timer_kind is not TimerKind.CYCLE:
        return None
    return _due(definition, node, definition.deployment.deployed_at, after=after)


def _due(definition: Definition, node: Node, now: datetime, *, after: datetime | None = None) -> datetime | None:
    event = node.event
    try:
        value = definition.value(node.id, event.expression if event else None, {}, now)
        if event is not None and event.timer_kind is TimerKind.CYCLE:
            return cycle_instant(value, now, after or now - MOMENT)
        return due_instant(value, now)
    except (ExpressionFailed, ValueError) as error:
        raise Invalid(f"The timer {node.label} of the process can't start it: {error}. Give it a fixed time.") from error
