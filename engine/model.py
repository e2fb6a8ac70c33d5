"""The records of the engine and their lifecycles. Every state says what it means; every lifecycle is a table of moves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

LEASE_SECONDS = 60.0
"""So long a worker holds a job, unless it says that it still lives; then another one takes it over."""


class InstanceState(StrEnum):
    ACTIVE = "active"  # at least one token waits for something
    SUSPENDED = "suspended"  # held by a person, with a reason: no timer fires, no job starts, no task can be worked on
    COMPLETED = "completed"  # an end was reached and nothing is open
    CANCELLED = "cancelled"  # stopped by a person, with a reason


class TaskState(StrEnum):
    CREATED = "created"  # open, held by nobody
    CLAIMED = "claimed"  # open, held by its assignee
    COMPLETED = "completed"  # done, answers taken over
    CANCELLED = "cancelled"  # withdrawn by the process; never answered


class JobState(StrEnum):
    AVAILABLE = "available"  # to be run from `available_at` on
    LEASED = "leased"  # a worker runs it until `lease_until`; after that anybody may take it
    HELD = "held"  # its instance is suspended; what a worker that had leased it brings back isn't taken
    DONE = "done"  # ran to its end once, as far as we know
    FAILED = "failed"  # no retries left; an incident waits for a person
    CANCELLED = "cancelled"  # its activity was withdrawn before it ran, or its handler called it off


class IncidentState(StrEnum):
    OPEN = "open"  # a person must repair something
    RESOLVED = "resolved"  # retried with success, closed by a person with a reason, or its activity is gone


INSTANCE_MOVES: Mapping[InstanceState, frozenset[InstanceState]] = {
    InstanceState.ACTIVE: frozenset({InstanceState.SUSPENDED, InstanceState.COMPLETED, InstanceState.CANCELLED}),
    InstanceState.SUSPENDED: frozenset({InstanceState.ACTIVE, InstanceState.CANCELLED}),
    InstanceState.COMPLETED: frozenset(),
    InstanceState.CANCELLED: frozenset(),
}

OPEN_INSTANCES = (InstanceState.ACTIVE, InstanceState.SUSPENDED)
OVER_JOBS = (JobState.DONE, JobState.CANCELLED)

TASK_MOVES: Mapping[TaskState, frozenset[TaskState]] = {
    TaskState.CREATED: frozenset({TaskState.CLAIMED, TaskState.COMPLETED, TaskState.CANCELLED}),
    TaskState.CLAIMED: frozenset({TaskState.CREATED, TaskState.CLAIMED, TaskState.COMPLETED, TaskState.CANCELLED}),
    TaskState.COMPLETED: frozenset(),
    TaskState.CANCELLED: frozenset(),
}

JOB_MOVES: Mapping[JobState, frozenset[JobState]] = {
    JobState.AVAILABLE: frozenset({JobState.LEASED, JobState.HELD, JobState.CANCELLED}),
    JobState.LEASED: frozenset(
        {JobState.LEASED, JobState.AVAILABLE, JobState.HELD, JobState.DONE, JobState.FAILED, JobState.CANCELLED}
    ),
    JobState.HELD: frozenset({JobState.AVAILABLE, JobState.LEASED, JobState.CANCELLED}),
    JobState.FAILED: frozenset({JobState.AVAILABLE, JobState.CANCELLED}),
    JobState.CANCELLED: frozenset({JobState.AVAILABLE}),
    JobState.DONE: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A package made runnable; never edited after."""

    id: int
    key: str
    version: str
    name: str
    content_hash: str
    deployed_at: datetime
    deployed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInstance:
    """One life of a definition, pinned to its version. `revision` grows by one with each commit.

    `parent_id` and `parent_token_id` name the call activity that started it, if one did.
    """

    id: int
    deployment_id: int
    process_key: str
    version: str
    business_key: str
    state: InstanceState
    revision: int
    started_at: datetime
    ended_at: datetime | None = None
    parent_id: int | None = None
    parent_token_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTask:
    """Work for a person. `assignee` holds it; members of `candidate_groups` (team keys) may claim it."""

    id: int
    instance_id: int
    business_key: str
    process_key: str
    version: str
    token_id: str
    activity_id: str
    name: str
    state: TaskState
    assignee: str | None
    candidate_groups: tuple[str, ...]
    candidate_users: tuple[str, ...]
    form_id: str | None
    priority: int
    due_at: datetime | None
    follow_up_at: datetime | None
    created_at: datetime
    claimed_at: datetime | None
    ended_at: datetime | None
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timer:
    """A due instant that a token waits for. `due_at` is None while the diagram's expression gives no instant."""

    id: int
    instance_id: int
    token_id: str
    activity_id: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Durable work. `token_id` is None when no token waits for it (a send task).

    With a `topic` it is an external task: work for another program, which fetches it; without, for our own workers.
    `available_at` of a job that is over tells when it ended.
    """

    id: int
    instance_id: int
    business_key: str
    token_id: str | None
    activity_id: str
    handler: str
    state: JobState
    retries: int
    attempt: int
    available_at: datetime
    lease_until: datetime | None
    lease_owner: str | None
    idempotency_key: str
    created_at: datetime
    topic: str | None = None


class SubscriptionKind(StrEnum):
    MESSAGE = "message"  # one token takes it, found by name and correlation key
    SIGNAL = "signal"  # every token that waits takes it, found by name


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSubscription:
    """A token that waits for the message `message_name` with `correlation_key`, or for a signal of that name."""

    id: int
    instance_id: int
    token_id: str
    activity_id: str
    kind: SubscriptionKind
    message_name: str
    correlation_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BufferedMessage:
    """A message that nobody awaited when it was published, and what it brings is sealed: the first token that awaits it before
    `expires_at` takes it.
    """

    id: int
    name: str
    correlation_key: str
    message_id: str | None
    by: str
    published_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """What a person must repair: the activity, what happened, since when."""

    id: int
    instance_id: int
    business_key: str
    token_id: str | None
    activity_id: str
    job_id: int | None
    state: IncidentState
    message: str
    created_at: datetime
    resolved_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Who suspended an instance, since when and why. `caller_id` is the instance that took this one down with it, if one did."""

    by: str
    since: datetime
    reason: str
    caller_id: int | None = None
