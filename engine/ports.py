"""What the engine asks of the outside: time, chance, handlers, projections. Fakes of time and chance ship in engine.testing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import Connection

from engine.history import HistoryEvent
from engine.model import ProcessInstance

Transaction = Connection
"""One open database transaction. A store works in it and never commits; who opened it does."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's clock; the only place that asks it."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class Chance(Protocol):
    def token(self) -> str:
        """A fresh unguessable URL-safe text of at least 128 bits."""
        ...

    def fraction(self) -> float:
        """A number from 0 up to 1, each as likely as any other."""
        ...


class SystemChance:
    """The operating system's randomness."""

    def token(self) -> str:
        return secrets.token_urlsafe(24)

    def fraction(self) -> float:
        return secrets.randbits(53) / 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerCall:
    """What a handler is told. `inputs` are the activity's input mappings evaluated (all variables when it has none)."""

    handler: str
    instance_id: int
    business_key: str
    process_key: str
    version: str
    activity_id: str
    activity_name: str
    inputs: Mapping[str, Any]
    headers: Mapping[str, str]
    now: datetime
    idempotency_key: str = ""
    attempt: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A decider's answer: `result` becomes the activity's result variable; `reason` is one sentence for a person.

    With a `reason_code` and its arguments, pages say the reason in their reader's language.
    """

    result: Mapping[str, Any]
    reason: str
    reason_code: str = ""
    reason_arguments: Mapping[str, Any] = field(default_factory=dict)
    considered: tuple[Mapping[str, Any], ...] = ()


@runtime_checkable
class Decider(Protocol):
    """Decides inside the transaction. `gather` only reads; `decide` is pure, so it also runs in previews and simulation."""

    name: str

    def gather(self, call: HandlerCall, tx: Transaction) -> Any:
        """Read the facts that `decide` needs."""
        ...

    def decide(self, call: HandlerCall, facts: Any) -> Decision:
        """Answer from the call and the facts alone."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The job is done; `result` becomes the activity's result variable."""

    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze:
    """Not now: run again after `seconds`; costs no retry."""

    seconds: float
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fail:
    """It failed. With `permanent` no retry is made and an incident is raised at once."""

    reason: str
    permanent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Don't do it, now or later, and that is no failure: the job ends cancelled, no retry is made.

    A token that waits for it can't go on by itself then: it gets an incident with `reason`, and a person may retry.
    """

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Throw:
    """It ended with an error that the diagram knows: the boundary event or event sub-process that catches `error_code`
    takes over, and `variables` with the code become that event's result. An error that nothing catches is an incident.
    """

    error_code: str
    variables: Mapping[str, Any] = field(default_factory=dict)


JobOutcome = Done | Snooze | Fail | Cancel | Throw


@runtime_checkable
class Doer(Protocol):
    """Acts after the commit, at least once. `call.idempotency_key` is the same for every attempt: act once per key."""

    name: str

    def do(self, call: HandlerCall) -> JobOutcome:
        """Act. Raising counts as Fail with the exception's text."""
        ...


Handler = Decider | Doer
HandlerFactory = Callable[[Any], Handler]
"""What an entry point of group `caseloop.handlers` names: given the services of the product, makes the handler."""


class Chore(Protocol):
    """Work of the product that becomes due without an instance: what a worker looks after between jobs."""

    def tend(self) -> int:
        """Do a bounded part of what is due, in transactions of its own; how much of it was done."""
        ...


class Projection(Protocol):
    """Keeps a read model in step, inside the same transaction as the events.

    Each event is given to it exactly once and in order, but in several portions when an expression asks a lookup meanwhile.
    `ignores`, if it has that attribute, are the kinds of events that never matter to it: a portion of these alone it isn't given.
    """

    def apply(self, tx: Transaction, instance: ProcessInstance, events: Sequence[HistoryEvent]) -> Collection[str] | None:
        """Take these events in; the names of the lookups that may answer otherwise for this instance from now on, if any."""
        ...


Answer = Callable[..., Any]
"""A lookup's function for one instance. It takes and gives plain data, or a mapping that holds such functions."""


class Lookup(Protocol):
    """A function that expressions of diagrams may call by its name, read-only: `clock("solve").due_at`.

    The engine knows nothing of what it means. A timer, condition or due date whose expression calls it is worked out anew when
    a projection, or the command RefreshLookups, says that it may answer otherwise.
    """

    name: str

    def answers(self, tx: Transaction, instances: Sequence[ProcessInstance], at: datetime) -> Mapping[int, Answer]:
        """The function for each of the instances by id. `at` is the instant at which it is asked; all that is written counts.

        What it needs is read here, for all of them together. An exception of the function becomes an incident of the activity.
        """
        ...
