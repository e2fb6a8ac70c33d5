"""Orders to the engine. `by` is the login of the person, or the name of the program, that gives the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class StartInstance:
    """Start a process. `form` answers the start event's form and is checked against it; `variables` come from programs.

    `started_at` is the instant from which history counts (a call noted later); default now. `at` is the start event by
    which it begins; default the one without a trigger.
    """

    deployment_id: int
    business_key: str
    by: str
    form: Mapping[str, Any] | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTask:
    task_id: int
    by: str
    groups: frozenset[str] = frozenset()
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseTask:
    task_id: int
    by: str
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignTask:
    """Give an open task to `assignee`; None: offer it to its candidates again. Whether `by` may is the caller's question.

    With `candidate_groups` it is offered to these from now on, instead of those that it had.
    """

    task_id: int
    assignee: str | None
    by: str
    reason: str = ""
    revision: int | None = None
    candidate_groups: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteTask:
    """Answer a task's form. Only its holder may."""

    task_id: int
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)
    revision: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelateMessage:
    """Bring a message to the instance that waits for it. The same `message_id` is taken once and never again.

    With `ttl_seconds`, a message that nobody awaits is buffered so long for the first token that will. It starts no process
    later: a start event takes a message only at once.
    """

    name: str
    correlation_key: str
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)
    message_id: str | None = None
    ttl_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastSignal:
    """Tell a signal to every instance that waits for it."""

    name: str
    by: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVariables:
    """Change variables of a running instance. Timers whose expression reads them move in the same transaction."""

    instance_id: int
    values: Mapping[str, Any]
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshLookups:
    """Say that these lookups may answer otherwise for an instance: what asks them is worked out anew."""

    instance_id: int
    names: tuple[str, ...]
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RescheduleInstances:
    """Say that these lookups may answer otherwise for many instances: those named, else all that are open.

    `about` says for which first arguments they may; None is for all. An expression that only asks one of them about something
    else (see bpmn.feel.questions) isn't worked out.
    """

    names: tuple[str, ...]
    by: str
    reason: str
    instance_ids: tuple[int, ...] | None = None
    about: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnqueueJob:
    """Have a doer act for a running instance after the commit, without an activity of its diagram asking for it.

    `label` stands for the activity in history and incidents. The same `idempotency_key` is refused by the database.
    """

    instance_id: int
    handler: str
    label: str
    by: str
    idempotency_key: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryIncident:
    incident_id: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryIncidents:
    """Try again what many incidents stopped: those named by `incident_ids`, else the open ones that fit what is given.

    `handler` is the handler of the job that failed. At most `limit` are tried, the longest waiting first.
    """

    by: str
    incident_ids: tuple[int, ...] = ()
    handler: str | None = None
    activity_id: str | None = None
    process_key: str | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveIncident:
    """Close an incident for which no token waits, without trying again."""

    incident_id: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelInstance:
    instance_id: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchExternalTasks:
    """Lease up to `most` external tasks of these topics to the program `worker` for `seconds`."""

    worker: str
    topics: tuple[str, ...]
    seconds: float
    most: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldTask:
    """An external task as its holder names it: `worker` fetched it, and it was then given out for the `attempt`-th time."""

    task_id: int
    worker: str
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteExternalTask:
    """The work is done; `result` becomes the activity's result variable."""

    held: HeldTask
    by: str
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailExternalTask:
    """The work failed. `retries` are the tries left (default one fewer), `retry_seconds` the wait (default a growing one)."""

    held: HeldTask
    by: str
    reason: str
    retries: int | None = None
    retry_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThrowExternalError:
    """The work ended with an error that the diagram knows."""

    held: HeldTask
    by: str
    error_code: str
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendExternalTask:
    """Hold the task for `seconds` from now."""

    held: HeldTask
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspendInstance:
    """Let an instance rest, and with it what it called."""

    instance_id: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeInstance:
    """Let a suspended instance go on, and with it what it took down."""

    instance_id: int
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveToken:
    """Withdraw what a token has open, and enter another activity of the same scope instead."""

    instance_id: int
    token_id: str
    activity_id: str
    by: str
    reason: str
