"""The words of the customer-service domain: cases, clocks, people. Every state says what it means, every lifecycle is a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class CaseState(StrEnum):
    OPEN = "open"  # 待处理: received, nobody works on it yet
    IN_PROGRESS = "in_progress"  # 处理中: somebody works on it, or it waits for an answer
    RESOLVED = "resolved"  # 已解决: the customer was told; the feedback is awaited
    CLOSED = "closed"  # 已关闭: archived; read only


CASE_MOVES: Mapping[CaseState, frozenset[CaseState]] = {
    CaseState.OPEN: frozenset({CaseState.IN_PROGRESS, CaseState.RESOLVED, CaseState.CLOSED}),
    CaseState.IN_PROGRESS: frozenset({CaseState.OPEN, CaseState.RESOLVED, CaseState.CLOSED}),
    CaseState.RESOLVED: frozenset({CaseState.OPEN, CaseState.IN_PROGRESS, CaseState.CLOSED}),
    CaseState.CLOSED: frozenset(),
}


class CaseType(StrEnum):
    INQUIRY = "inquiry"  # 咨询
    COMPLAINT = "complaint"  # 投诉
    SUGGESTION = "suggestion"  # 建议
    TRANSACTION = "transaction"  # 办理


class Priority(StrEnum):
    URGENT = "urgent"  # 紧急: can't use the service, or must be calmed first
    NORMAL = "normal"  # 一般: a clear need, use not affected
    LOW = "low"  # 低优先级: suggestions, business without haste


class Channel(StrEnum):
    PHONE = "phone"
    CHAT = "chat"
    EMAIL = "email"
    WEB = "web"
    SOCIAL = "social"
    OFFLINE = "offline"
    SYSTEM = "system"


class Role(StrEnum):
    AGENT = "agent"  # works on cases of the own teams
    SUPERVISOR = "supervisor"  # sees all cases, reassigns, follows up escalations
    ANALYST = "analyst"  # changes processes, compares versions; sees no customer
    ADMIN = "admin"  # keeps people and teams; may do everything


class Availability(StrEnum):
    AVAILABLE = "available"  # gets new cases
    BUSY = "busy"  # works, but gets no new cases for a while
    AWAY = "away"  # isn't there: gets no new cases, and nobody is alarmed through them


class Verdict(StrEnum):
    RUNNING = "running"  # not done, not yet due
    BREACHED = "breached"  # not done, and the due instant has passed
    ON_TIME = "on_time"  # done not later than due; for good
    LATE = "late"  # done after the due instant; for good
    VOID = "void"  # never had to be done: a limit for transfers, and nothing was transferred


class EntryKind(StrEnum):
    REPLY = "reply"  # public, from us to the customer
    CALL = "call"  # an agent talks with the customer now
    CUSTOMER = "customer"  # from the customer to us
    NOTE = "note"  # among agents, never shown to the customer
    REQUEST = "request"  # an agent asks technicians or leaders for something
    REMINDER = "reminder"  # the customer, for whom the case waits, was asked again by itself; the text says which time
    URGE = "urge"  # 催办: somebody, or the customer, asks for haste


RESPONSES = frozenset({EntryKind.REPLY, EntryKind.CALL})
"""What counts as a human response to the customer; automatic mail and notes don't."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """A group of agents; its key is also the candidate group of its tasks."""

    key: str
    name: str
    name_en: str
    supervisor: str | None = None
    deputy: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgent:
    """Somebody to be added; the first team is the home team. `shown_as` is the name in exported tables, by default 李娜 → 李*.

    `skills` may name a level, as complaint:4. No `lines` or `languages` means that they serve all, no `language` that they choose
    one themselves.
    """

    login: str
    name: str
    password: str
    role: Role = Role.AGENT
    team_keys: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    language: str = ""
    email: str = ""
    shown_as: str = ""
    capacity: int = 10
    password_is_temporary: bool = False
    lines: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Who works here. `capacity` is a weighted number of open cases; `available` is the agent's own switch, together with `busy`
    and the instant `availability_until` at which they are available again. `language` is that of their pages and notices,
    empty until one is chosen; `languages` are those in which they talk with customers, `lines` the business lines that they
    serve; none means all. `levels` are those of their `skills`, 1 to 5.
    """

    login: str
    name: str
    shown_as: str
    role: Role
    team_keys: tuple[str, ...]
    skills: tuple[str, ...]
    language: str
    email: str
    active: bool
    available: bool
    capacity: int
    password_is_temporary: bool
    revision: int
    levels: Mapping[str, int] = field(default_factory=dict)
    lines: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    busy: bool = False
    availability_until: datetime | None = None

    @property
    def availability(self) -> Availability:
        """The switch as one word."""
        if not self.available:
            return Availability.AWAY
        return Availability.BUSY if self.busy else Availability.AVAILABLE

    def available_at(self, at: datetime) -> Availability:
        """The switch as it stands at an instant: what was meant until then is over."""
        over = self.availability_until is not None and self.availability_until <= at
        return Availability.AVAILABLE if over else self.availability

    @property
    def leads(self) -> bool:
        """Whether the role may act for others."""
        return self.role in (Role.SUPERVISOR, Role.ADMIN)


COMMAND_LINE = "cli"
"""Who acts by the command line, where no agent is signed in."""

DESK = "desk"
"""Who acts when the desk itself hands cases on."""


class Scope(StrEnum):
    READ = "read"  # look at whatever the agent may look at
    TASKS = "tasks"  # work on user tasks, open cases
    INSTANCES = "instances"  # start, change and cancel instances, bring messages and signals, retry incidents
    EXTERNAL = "external"  # fetch and answer external tasks
    DEPLOY = "deploy"  # deploy process packages


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """By it a program acts for the agent `login`. The secret itself is kept nowhere."""

    id: int
    name: str
    login: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    created_by: str
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def valid_at(self, now: datetime) -> bool:
        """Whether it is neither revoked nor over."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The customer's matter, without anything that identifies the customer. `owner` is the one who answers for it.

    `received_at` is when the customer came to us, `entered_at` when we noted it; `round` grows with each reopening.
    `waiting` tells for each token that stands where its diagram pauses clocks what it waits for. `tier` is its customer's, and
    `tags` are the customer's and its own, as they count for this case.
    """

    number: str
    process_key: str
    version: str
    state: CaseState
    stage: str
    type: str
    subtype: str
    priority: str
    channel: str
    preferred_channel: str
    customer_kind: str
    customer_id: int
    team: str
    owner: str | None
    owner_task_id: int | None
    round: int
    received_at: datetime
    entered_at: datetime
    late_entry: bool
    desired_at: datetime | None
    first_response_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    created_by: str
    revision: int
    waiting: Mapping[str, str] = field(default_factory=dict)
    tier: str = "standard"
    tags: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.state is not CaseState.CLOSED
