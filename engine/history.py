"""What happened, past tense. Written in the transaction in which it happened; never changed, never rebuilt from the flow.

`at` is the instant at which it counts: for a timer its due instant, even when a worker looked only a day later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """Base of all events. `by` is a login, a program's name, or "engine"."""

    at: datetime
    by: str = "engine"
    activity_id: str | None = None
    token_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceStarted(HistoryEvent):
    process_key: str
    version: str
    business_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceCompleted(HistoryEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceCancelled(HistoryEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceSuspended(HistoryEvent):
    """`caller_id` is the instance that took this one down with it, if one did."""

    reason: str
    caller_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceResumed(HistoryEvent):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMoved(HistoryEvent):
    """A person took a token from `activity_id`; at `to_activity_id` a fresh one was entered."""

    to_activity_id: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityEntered(HistoryEvent):
    """`properties` are the node's zeebe:properties, so that a projection needs no diagram."""

    kind: str
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLeft(HistoryEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCancelled(HistoryEvent):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTaken(HistoryEvent):
    flow_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableSet(HistoryEvent):
    name: str
    value: Any
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunVariableSet(HistoryEvent):
    """A variable that only one run of a multi-instance activity sees; `token_id` is that run."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionMade(HistoryEvent):
    """A decision table answered. `rows` are the 1-based rows that fired, each with its annotation."""

    decision_id: str
    rows: tuple[Mapping[str, Any], ...]
    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerDecided(HistoryEvent):
    """A decider answered, and why. `considered` keeps what it looked at (candidates with scores, say).

    `reason_code` is "" where the decider gave none, and in history that is older than codes.
    """

    handler: str
    result: Mapping[str, Any]
    reason: str
    reason_code: str = ""
    reason_arguments: Mapping[str, Any] = field(default_factory=dict)
    considered: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCreated(HistoryEvent):
    task_id: int
    name: str
    assignee: str | None
    candidate_groups: tuple[str, ...]
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskClaimed(HistoryEvent):
    task_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReleased(HistoryEvent):
    task_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReassigned(HistoryEvent):
    """`assignee` None: it is offered to its candidates again. `candidate_groups` are the new ones, when they changed."""

    task_id: int
    assignee: str | None
    before: str | None
    reason: str = ""
    candidate_groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompleted(HistoryEvent):
    """`claimed_at` to `at` is the time that the agent held it; `data` are the checked answers."""

    task_id: int
    name: str
    claimed_at: datetime | None
    data: Mapping[str, Any]
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCancelled(HistoryEvent):
    task_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDueMoved(HistoryEvent):
    """The due date of an open task follows a lookup; see TimerMoved."""

    task_id: int
    before: datetime | None
    due_at: datetime | None
    lookup: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerArmed(HistoryEvent):
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerMoved(HistoryEvent):
    """`lookup` is the lookup whose answer changed, and `by` with `reason` who changed it and why; "" when variables did."""

    before: datetime | None
    due_at: datetime | None
    lookup: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired(HistoryEvent):
    """`at` is the due instant; `noticed_at` is when a worker or a user's action came upon it."""

    noticed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionMet(HistoryEvent):
    """The condition of a conditional event came to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCreated(HistoryEvent):
    job_id: int
    handler: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDone(HistoryEvent):
    job_id: int
    handler: str
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCancelled(HistoryEvent):
    """Its handler called it off; `reason` is the handler's."""

    job_id: int
    handler: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAwaited(HistoryEvent):
    message_name: str
    correlation_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCorrelated(HistoryEvent):
    """A token took a message. `published_at` is set for one that was there before its token."""

    message_name: str
    data: Mapping[str, Any]
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalAwaited(HistoryEvent):
    signal_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalReceived(HistoryEvent):
    """A signal came from outside the instance; one that the diagram throws shows as its events entered and left."""

    signal_name: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorThrown(HistoryEvent):
    """A handler, or a called process, ended its activity with an error; `caught_by` is the event that took it."""

    error_code: str
    caught_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationBegun(HistoryEvent):
    """A compensation event began to undo one completed run of an activity; `undone_token_id` is the token that completed it."""

    undone_activity_id: str
    undone_token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentRaised(HistoryEvent):
    incident_id: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(HistoryEvent):
    """`reason` is set when a person closed it without trying again."""

    incident_id: int
    reason: str = ""
