"""Where a case stands, how it came there and how each open task came to who has it: from history alone, purely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bpmn.diagram import Flow, Node, NodeKind, Process
from desk.casework.timeline import Explained, as_explained, name_in
from desk.model import DESK
from engine.history import (
    ActivityCancelled,
    ActivityEntered,
    ActivityLeft,
    DecisionMade,
    FlowTaken,
    HandlerDecided,
    HistoryEvent,
    InstanceStarted,
    MessageCorrelated,
    TaskClaimed,
    TaskCompleted,
    TaskCreated,
    TaskReassigned,
    TaskReleased,
    TimerFired,
)

MOST_STEPS = 40
GATEWAYS = frozenset({NodeKind.EXCLUSIVE_GATEWAY, NodeKind.INCLUSIVE_GATEWAY, NodeKind.PARALLEL_GATEWAY})
FROM_OUTSIDE = frozenset(
    {NodeKind.START_EVENT, NodeKind.USER_TASK, NodeKind.BOUNDARY_EVENT, NodeKind.INTERMEDIATE_CATCH_EVENT, NodeKind.RECEIVE_TASK}
)
_BROUGHT = (TaskCompleted, MessageCorrelated, TimerFired)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One node on the way. `flow` and `condition` are those by which a node with several ways out was left; else "".

    `by` is who completed it, when a person or a program from outside did; `why` are the texts of the table rows that fired.
    """

    at: datetime
    activity_id: str
    name: str
    kind: str
    by: str = ""
    flow: str = ""
    condition: str = ""
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """How a task came to who has it. `how` is offered, assigned, reassigned or claimed; `by` and `reason` are of that event.

    `decision` is the decider's answer that named the person, with everybody it considered; None when none did.
    """

    assignee: str | None
    groups: tuple[str, ...]
    how: str
    at: datetime
    by: str
    reason: str = ""
    decision: Explained | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A place where the case is, since when, and the steps from the last thing that came from outside, the oldest first."""

    activity_id: str
    name: str
    kind: str
    since: datetime
    steps: tuple[Step, ...]
    choice: Choice | None = None


def standings(events: Sequence[HistoryEvent], process: Process) -> list[Standing]:
    """Every activity that is open after these events, in the order in which they were entered; several runs of one, which stand
    there since the same instant by the same steps, once.
    """
    found: list[Standing] = []
    inside: dict[tuple[str | None, str | None], int] = {}
    for index, event in enumerate(events):
        if isinstance(event, ActivityEntered):
            inside[event.activity_id, event.token_id] = index
        elif isinstance(event, ActivityLeft | ActivityCancelled):
            inside.pop((event.activity_id, event.token_id), None)
    for (activity_id, token_id), index in inside.items():
        standing = Standing(
            activity_id=activity_id or "",
            name=name_in(process, activity_id),
            kind=events[index].kind,  # type: ignore[attr-defined]
            since=events[index].at,
            steps=tuple(reversed(list(_way(events, process, index)))),
            choice=_choice(events, process, token_id),
        )
        if standing.choice or not any(_same_place(standing, one) for one in found):
            found.append(standing)
    return found


def _same_place(one: Standing, other: Standing) -> bool:
    """Whether they are the same to a reader: a multi-instance activity and its runs differ in their kind alone."""
    return (one.activity_id, one.since, one.steps) == (other.activity_id, other.since, other.steps)


def _way(events: Sequence[HistoryEvent], process: Process, index: int) -> Iterator[Step]:
    """The steps that led to an entered activity, backwards, to the one that something from outside moved on."""
    for _ in range(MOST_STEPS):
        flow_index = _last(events, index, lambda event, at=index: _leads_to(process, event, events[at].activity_id))
        if flow_index is None:
            return
        flow = process.flows[events[flow_index].flow_id]  # type: ignore[attr-defined]
        left = _last(events, flow_index, lambda event, source=flow.source: _of(event, ActivityLeft, source))
        if left is None:
            return
        token_id = events[left].token_id
        entered = _last(
            events, left, lambda event, source=flow.source, token=token_id: _of(event, ActivityEntered, source, token)
        )
        if entered is None:
            return
        node = process.nodes[flow.source]
        if node.kind not in GATEWAYS or len(node.outgoing) > 1:
            yield _step(events, node, entered, left, flow)
        if node.kind in FROM_OUTSIDE:
            return
        index = entered


def _step(events: Sequence[HistoryEvent], node: Node, entered: int, left: int, flow: Flow) -> Step:
    """What happened while a token was in a node, and by which flow it went on."""
    token_id = events[left].token_id
    begins = node.kind is NodeKind.START_EVENT and node.parent_id is None
    kinds = (InstanceStarted,) if begins else _BROUGHT
    brought = _last(events, left, lambda event: isinstance(event, kinds) and (begins or event.token_id == token_id))
    decided = [event for event in events[entered:left] if isinstance(event, DecisionMade) and event.token_id == token_id]
    chosen = len(node.outgoing) > 1
    return Step(
        at=events[entered].at if brought is None else events[brought].at,
        activity_id=node.id,
        name=node.label,
        kind=node.kind,
        by="" if brought is None else events[brought].by,
        flow=flow.name if chosen else "",
        condition=(flow.condition or "") if chosen else "",
        why=tuple(str(row["why"]) for event in decided for row in event.rows if row.get("why")),
    )


def _last(events: Sequence[HistoryEvent], before: int, wanted: Any) -> int | None:
    return next((index for index in range(before - 1, -1, -1) if wanted(events[index])), None)


def _leads_to(process: Process, event: HistoryEvent, activity_id: str | None) -> bool:
    if not isinstance(event, FlowTaken) or event.flow_id not in process.flows:
        return False
    return process.flows[event.flow_id].target == activity_id


def _of(event: HistoryEvent, kind: type[HistoryEvent], activity_id: str, token_id: str | None = None) -> bool:
    return isinstance(event, kind) and event.activity_id == activity_id and token_id in (None, event.token_id)


def _choice(events: Sequence[HistoryEvent], process: Process, token_id: str | None) -> Choice | None:
    """How the open task of a token came to who has it; None where no task is open."""
    choice: Choice | None = None
    for index, event in enumerate(events):
        if event.token_id != token_id:
            continue
        match event:
            case TaskCreated():
                decision = _named(events[:index], process, event.assignee)
                how = "assigned" if event.assignee else "offered"
                given = {"assignee": event.assignee, "groups": event.candidate_groups, "decision": decision}
                choice = Choice(**given, how=how, at=event.at, by=event.by, reason=decision.reason if decision else "")
            case TaskClaimed() if choice:
                held = choice.assignee == event.by and choice.decision is not None
                choice = replace(choice, at=event.at, how=choice.how if held else "claimed", assignee=event.by, by=event.by)
            case TaskReleased() if choice:
                choice = replace(choice, at=event.at, how="offered", assignee=None, by=event.by, decision=None)
            case TaskReassigned() if choice:
                decision = _behind(events, index, process, event)
                changed = {"assignee": event.assignee, "reason": event.reason, "decision": decision}
                how = "reassigned" if event.assignee else "offered"
                choice = replace(choice, at=event.at, how=how, by=event.by, **changed)
    return choice


def _behind(events: Sequence[HistoryEvent], index: int, process: Process, event: TaskReassigned) -> Explained | None:
    """The decision by which a task was handed on: the desk's, or one that a person asked for; None when they chose themselves."""
    asked_for = index > 0 and isinstance(events[index - 1], HandlerDecided)
    return _named(events[:index], process, event.assignee) if event.assignee and (event.by == DESK or asked_for) else None


def _named(events: Sequence[HistoryEvent], process: Process, login: str | None) -> Explained | None:
    """The last decision of a handler that named this person, or for nobody the last that named nobody."""
    for event in reversed(events):
        if isinstance(event, HandlerDecided):
            answers = [event.result[name] for name in ("assignee", "supervisor") if name in event.result]
            if login in answers:
                return as_explained(event, process)
    return None
