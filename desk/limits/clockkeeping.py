"""What a case's process does to its clocks: which of its events start, pause, resume, stop or void them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import Any

import structlog

from desk.calendars import Limit
from desk.clocks import Cause, ClockStarted, ServiceTarget, VoidReason
from desk.clocks.folding import fold
from desk.clocks.names import (
    CONDITIONAL,
    FEEDBACK,
    FOLLOW_UP,
    NEXT_RESPONSE,
    PICKUP,
    RESPOND,
    SOLVE,
    TEAM,
    TRANSFER,
    WAITING,
    kind_of,
)
from desk.clocks.pausing import DEFAULT_PAUSES
from desk.clocks.rounds import RoundPolicy, next_round
from desk.clocks.targets import AROUND_THE_CLOCK, RECEIVED, SOLVED_GRACE
from desk.clocks.teams import HANDED_OVER
from desk.clocks.variables import read_variable
from desk.limits.clockbook import ClockBook
from desk.limits.in_force import TARGET_ROWS, policy_name, version_in_force
from desk.model import Case
from engine.history import HandlerDecided, MessageCorrelated
from engine.model import ProcessInstance

log = structlog.get_logger(__name__)

PAUSE = "clock.pause"
"""The property of a node where the case waits: entered, clocks pause for the reason that it names; left, they go on."""
SETS_CLOCKS = frozenset({"service-clocks", "new-round"})
STARTED_BY_EVENTS = frozenset({NEXT_RESPONSE, FEEDBACK, TEAM, WAITING})
"""Their targets are known from the beginning; they start when there is something to time."""
ENDED_BY_SOLUTION = frozenset({PICKUP, RESPOND, NEXT_RESPONSE, SOLVE, TEAM})
STOPPED_BY_MESSAGE: Mapping[str, str] = {"technical-help": TRANSFER, "departments-asked": TRANSFER, "survey-answered": FOLLOW_UP}
ANSWER, DISSATISFIED = "survey-answered", "dissatisfied"
FEEDBACK_TARGET = ServiceTarget(
    limit=Limit(amount=Fraction(24), unit="h"),
    calendar=AROUND_THE_CLOCK,
    source="by default: feedback is analysed within 24 hours",  # C19
    policy_version="",
)
RESUMED_BY_MESSAGE: Mapping[str, str] = {"customer-replied": "customer_message"}
LEFT, CLAIMED, SOLVED, CLOSED, WORKED, SAID = "left", "claimed", "solved", "closed", "worked", "said_by_process"
_MINUTE, _TICK = timedelta(minutes=1), timedelta(microseconds=1)


class ClockKeeping:
    """One transaction's events on the clocks of one case; `book` is written by whoever made it.

    `variables` reads those of the process as they were before, when it is asked. Events come in the order in which they happened:
    what a decider considered counts for the clocks told right behind it, a message for the waits that it ends.
    """

    def __init__(self, book: ClockBook, instance: ProcessInstance, variables: Callable[[], Mapping[str, Any]]) -> None:
        self.book = book
        self._instance = instance
        self._variables = variables
        self._considered: tuple[Mapping[str, Any], ...] = ()
        self._because = LEFT
        self._asked: Mapping[str, Any] = {}

    @cached_property
    def _before(self) -> Mapping[str, Any]:
        return self._variables()

    @property
    def _policy(self) -> str:
        """What the limits are from that the process tells; a case's first ones are always from its own version."""
        own = self._instance.version
        version = version_in_force({**self._before, **self._asked}, own) if self.book.all_clocks() else own
        return policy_name(self._instance.process_key, version)

    # -- what starts and moves them

    def targeted(self, rows: Any) -> None:
        """The process has other target rows from now on."""
        self._asked = {TARGET_ROWS: rows}

    def decided(self, event: HandlerDecided) -> None:
        """A decider looked at target rows: they are kept with the clocks that its result starts."""
        if event.handler in SETS_CLOCKS:
            self._considered = event.considered

    def variable(self, case: Case, value: Mapping[str, Any], *, at: datetime, by: str) -> None:
        """The process told the clocks of the case's round: start those that are new, move those that it tells otherwise."""
        said = value.get("policy")
        policy = RoundPolicy(said) if said in list(RoundPolicy) else RoundPolicy.RESTART
        for name, clock in value.items():
            if isinstance(clock, Mapping) and not self._carried(case, name, policy, at, by):
                self._clock(case, name, clock, at, by)

    def _carried(self, case: Case, name: str, policy: RoundPolicy, at: datetime, by: str) -> bool:
        """Whether a clock of this round goes on with the old promise of the round before (E18)."""
        before = self.book.events(case.round - 1, name)
        if policy is RoundPolicy.RESTART or not before:
            return False
        if not self.book.events(case.round, name):
            target = fold(before).target
            self.book.begin(case.round, name, next_round(before, policy, target, by=by, now=at))
        return True

    def _clock(self, case: Case, name: str, clock: Mapping[str, Any], at: datetime, by: str) -> None:
        if isinstance(stopped_at := clock.get("stopped_at"), datetime):
            self.book.stop({name}, stopped_at, by=by, what=SAID, at=at)
        due_at = clock.get("due_at")
        if not isinstance(due_at, datetime) or kind_of(name) in STARTED_BY_EVENTS:
            return
        rows = tuple(row for row in self._considered if row.get("clock") == name)
        started = read_variable(clock, at=at, by=by, considered=rows, policy_version=self._policy)
        before = self.book.started(case.round, name)
        if started is None:
            started = self._from_instants(case, clock, due_at, before, at, by)
        if before is None:
            warn_at = clock.get("warn_at")
            self.book.start(case.round, name, started, warn_at=warn_at if isinstance(warn_at, datetime) else None)
        else:
            self.book.promise(case.round, name, started.target, cause=Cause.POLICY_APPLIED, at=at, by=by)

    def _from_instants(
        self, case: Case, clock: Mapping[str, Any], due_at: datetime, before: ClockStarted | None, at: datetime, by: str
    ) -> ClockStarted:
        """The start of a clock of which only instants are told, by an older process or an analyst's own: around the clock."""
        begun = clock.get("started_at")
        since = begun if isinstance(begun, datetime) else case.received_at if case.round == 1 else at
        since = before.anchored_at if before else min(since, at)
        target = ServiceTarget(
            limit=minutes(max(due_at - since, _TICK)),
            calendar=AROUND_THE_CLOCK,
            source=str(clock.get("source") or ""),
            policy_version=self._policy,
            considered=(),
        )
        return ClockStarted(at=at, by=by, anchor=RECEIVED, anchored_at=since, target=target)

    # -- what pauses them

    def entered(self, case: Case, properties: Mapping[str, str], token_id: str, *, at: datetime, by: str) -> Mapping[str, str]:
        """A token came to a node; what the case's tokens wait for from now on."""
        reason = properties.get(PAUSE)
        if reason is None:
            return case.waiting
        if reason not in DEFAULT_PAUSES.rows:
            log.warning("pause_reason_unknown", case=case.number, reason=reason)
            return case.waiting
        self.book.pause(reason, at=at, by=by)
        return {**case.waiting, token_id: reason}

    def left(self, case: Case, token_id: str, *, at: datetime, by: str) -> Mapping[str, str]:
        """A token went on or was withdrawn; the clocks go on when no other one waits for the same."""
        if token_id not in case.waiting:
            return case.waiting
        still = {token: reason for token, reason in case.waiting.items() if token != token_id}
        if case.waiting[token_id] not in still.values():
            self.book.resume(case.waiting[token_id], at=at, by=by, because=self._because)
        return still

    # -- what ends them

    def correlated(self, case: Case, event: MessageCorrelated) -> None:
        """The process took a message. An answer of somebody who isn't satisfied is to be analysed within a day (R60)."""
        name, at = event.message_name, event.at
        self._because = RESUMED_BY_MESSAGE.get(name, LEFT)
        if name in STOPPED_BY_MESSAGE:
            self.book.stop({STOPPED_BY_MESSAGE[name]}, at, by=event.by, what=name)
        if name == ANSWER and event.data.get("rating") == DISSATISFIED:
            started = ClockStarted(at=at, by=event.by, anchor=name, anchored_at=at, target=FEEDBACK_TARGET)
            self.book.start(case.round, FEEDBACK, started)

    def claimed(self, *, at: datetime, by: str) -> None:
        """The owner's task was taken: whoever takes a case again begins with what the customer was dissatisfied about."""
        self.book.stop({PICKUP, FEEDBACK}, at, by=by, what=CLAIMED)

    def handed_over(self, *, at: datetime, by: str) -> None:
        """A person gave the case to another team: so much for the first transfer (R27). Its customer's other clocks go on."""
        self.book.stop({TRANSFER}, at, by=by, what=HANDED_OVER)

    def responded(self, done_at: datetime, *, at: datetime, by: str) -> None:
        """A person answered the customer, by noted work."""
        self.book.stop({RESPOND}, done_at, by=by, what=WORKED, at=at)

    def resolved(self, case: Case, *, at: datetime, by: str) -> None:
        """The customer was told. What need not have happened is void; the follow-up waits a day at least (C5)."""
        self.book.void(CONDITIONAL, VoidReason.NEVER_HAPPENED, at=at, by=by)
        ended = {name for _, name in self.book.open_clocks() if kind_of(name) in ENDED_BY_SOLUTION}
        self.book.stop(ended, at, by=by, what=SOLVED)
        self.book.not_before(case.round, FOLLOW_UP, at + SOLVED_GRACE, at=at, by=by)

    def closed(self, *, at: datetime, by: str, cancelled: bool) -> None:
        """The case is over: what ran on is stopped, or counts no more when it was called off."""
        if cancelled:
            self.book.void(None, VoidReason.CANCELLED, at=at, by=by)
        self.book.void(CONDITIONAL, VoidReason.NEVER_HAPPENED, at=at, by=by)
        self.book.stop(None, at, by=by, what=CLOSED)


def minutes(length: timedelta) -> Limit:
    """A length as a limit in exact minutes."""
    return Limit(amount=Fraction(length // _TICK, _MINUTE // _TICK), unit="min")
