"""Keeps cases, clocks and progress rows in step with the process, in the engine's own transaction.

The process is the truth; this reads what its events say. A diagram can't bring a case into an illegal state: a move that
CASE_MOVES doesn't know is logged and left out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog

from desk.calendarsource import StoredCalendars
from desk.casework.progress import row_of
from desk.collaboration.contributionrecords import ContributionRecords
from desk.escalating.choice import Escalated
from desk.limits.clockbook import ClockBook
from desk.limits.clockkeeping import PAUSE, ClockKeeping
from desk.limits.clocklookup import NAMES
from desk.limits.waits import WaitRecords
from desk.model import CASE_MOVES, DESK, Case, CaseState
from desk.profiles import DEFAULT_TIERS, fitting_tags
from desk.staffing.answering import who_leads
from desk.staffing.assignment_records import AssignmentRecords
from desk.staffing.freeing import Freed
from desk.store import assignments, cases, conversation, escalations, people, progress, promises
from engine.db import queries
from engine.history import (
    ActivityCancelled,
    ActivityEntered,
    ActivityLeft,
    FlowTaken,
    HandlerDecided,
    HistoryEvent,
    InstanceCancelled,
    InstanceCompleted,
    JobCreated,
    JobDone,
    MessageAwaited,
    MessageCorrelated,
    TaskClaimed,
    TaskCompleted,
    TaskCreated,
    TaskDueMoved,
    TaskReassigned,
    TaskReleased,
    TimerArmed,
    TimerFired,
    TimerMoved,
    VariableSet,
)
from engine.model import ProcessInstance
from engine.ports import Transaction
from engine.vault import KeyRing

log = structlog.get_logger(__name__)
Kind = TypeVar("Kind")

STATE, STAGE, WORK, WAITS_FOR = "case.state", "case.stage", "case.work", "case.waits_for"
ACKNOWLEDGES = "case.acknowledges"
OWNERS_STAGE = "handle"
PROGRAMS = frozenset({DESK, "engine"})
"""Who gives a case to another team because nobody else is free transfers nothing."""
MOST = 2**31 - 1  # what a whole number's column holds
IGNORED = (FlowTaken, JobCreated, JobDone, MessageAwaited, TaskDueMoved, TimerArmed, TimerFired, TimerMoved)
"""Events that say nothing about a case's records."""


class CaseProjection:
    """An engine projection. Instances of other processes are left alone, also when their business key is a case's number."""

    ignores = IGNORED

    def __init__(
        self,
        vault: KeyRing,
        *,
        time_zone: str = "Asia/Shanghai",
        calendars: StoredCalendars | None = None,
        untouched_after: timedelta | None = None,
        tiers: Sequence[str] = DEFAULT_TIERS,
    ) -> None:
        self._vault = vault
        self._zone = ZoneInfo(time_zone)
        self._calendars = calendars or StoredCalendars(time_zone)
        self._untouched_after = untouched_after
        self._tiers = tiers

    def apply(self, tx: Transaction, instance: ProcessInstance, events: Sequence[HistoryEvent]) -> Collection[str]:
        """Bring the records of one case up to these events. The lookup `clock` answers otherwise when a clock's events grew."""
        before = cases.found_locked(tx, instance.business_key)
        if before is None or before.process_key != instance.process_key:
            return ()
        book = ClockBook(tx, self._vault, before.number, self._calendars)
        clocks = ClockKeeping(book, instance, partial(queries.variables, tx, self._vault, instance.id))
        writing = _Writing(tx, self._vault, before, self._zone, clocks, self._tiers)
        freed = Freed(tx)
        assignments = AssignmentRecords(tx, freed, untouched_after=self._untouched_after)
        contributions = ContributionRecords(tx, self._vault, book, freed)
        waits = WaitRecords(tx, book, self._calendars)
        for event in events:
            was = writing.case
            writing.take(event)
            assignments.take(event, was, writing.case)
            contributions.take(event, writing.case)
            waits.take(event, writing.case)
        if writing.case != before:
            changed = {field: getattr(writing.case, field) for field in Case.__slots__}
            del changed["number"], changed["revision"]
            cases.save(tx, before, **changed)
        answers_otherwise = book.write()
        freed.settle()
        return NAMES if answers_otherwise else ()


class _Writing:
    """One transaction's events on one case: the case as a value, everything else straight into its table."""

    def __init__(
        self, tx: Transaction, vault: KeyRing, case: Case, zone: ZoneInfo, clocks: ClockKeeping, tiers: Sequence[str]
    ) -> None:
        self.tx = tx
        self.tiers = tiers
        self.clocks = clocks
        self.vault = vault
        self.case = case
        self.zone = zone

    def take(self, event: HistoryEvent) -> None:
        match event:
            case ActivityEntered():
                self._entered(event)
            case VariableSet(name="classification", value=value) if isinstance(value, Mapping):
                self._classified(value)
            case VariableSet(name="case", value=value) if isinstance(value, Mapping):
                self._profiled(value)
            case VariableSet(name="target_rows", value=value):
                self.clocks.targeted(value)
            case VariableSet(name="assignment", value=value) if isinstance(value, Mapping):
                self._assigned(value, at=event.at, by=event.by)
            case VariableSet(name="clocks", value=value) if isinstance(value, Mapping):
                self._change(round=_number(value.get("round")) or self.case.round)
                self.clocks.variable(self.case, value, at=event.at, by=event.by)
            case HandlerDecided(handler="escalate"):
                self._escalated(event)
            case HandlerDecided():
                self.clocks.decided(event)
            case ActivityLeft(token_id=str(token)) | ActivityCancelled(token_id=str(token)):
                self._left(token, event)
            case TaskCreated() | TaskClaimed() | TaskReleased() | TaskReassigned():
                self._task(event)
            case MessageCorrelated():
                self.clocks.correlated(self.case, event)
            case TaskCompleted():
                self._worked(event)
            case InstanceCompleted():
                self._move(CaseState.CLOSED, event)
            case InstanceCancelled():
                self.clocks.closed(at=event.at, by=event.by, cancelled=True)
                self._move(CaseState.CLOSED, event)

    def _change(self, **changes: Any) -> None:
        self.case = replace(self.case, **changes)

    def _entered(self, event: ActivityEntered) -> None:
        if stage := event.properties.get(STAGE):
            self._change(stage=stage)
        if PAUSE in event.properties:
            token = event.token_id or event.activity_id or ""
            self._waiting(self.clocks.entered(self.case, event.properties, token, at=event.at, by=event.by))
        wanted = event.properties.get(STATE)
        if wanted is None:
            return
        if wanted not in list(CaseState):
            log.warning("case_state_unknown", case=self.case.number, activity=event.activity_id, state=wanted)
            return
        # an offered task isn't work yet: the case stays 待处理 until somebody takes it
        if event.kind == "userTask" and wanted == CaseState.IN_PROGRESS and self.case.state is CaseState.OPEN:
            return
        self._move(CaseState(wanted), event)

    def _left(self, token: str, event: HistoryEvent) -> None:
        still = self.clocks.left(self.case, token, at=event.at, by=event.by)
        if still != self.case.waiting:
            escalations.look_again(self.tx, [self.case.number], event.at)
        self._waiting(still)

    def _waiting(self, waiting: Mapping[str, str]) -> None:
        if waiting != self.case.waiting:
            self._change(waiting=waiting)

    def _move(self, state: CaseState, event: HistoryEvent) -> None:
        case, at = self.case, event.at
        if state is case.state:
            return
        if state not in CASE_MOVES[case.state]:
            log.warning("case_move_refused", case=case.number, state=case.state, to=state)
            return
        self._change(state=state)
        if state is CaseState.RESOLVED:
            self._change(resolved_at=at)
            self.clocks.resolved(case, at=at, by=event.by)
            promises.fulfil_open(self.tx, case.number, at)
        elif state is CaseState.CLOSED:
            self._change(closed_at=at)
            self.clocks.closed(at=at, by=event.by, cancelled=False)
        elif case.state is CaseState.RESOLVED:
            self._change(resolved_at=None)

    def _classified(self, value: Mapping[str, Any]) -> None:
        fields = ("type", "subtype", "priority")
        self._change(**{field: value[field] for field in fields if isinstance(value.get(field), str)})

    def _profiled(self, value: Mapping[str, Any]) -> None:
        """Follow the tier and tags by which the process decides, as far as they can be some: they are kept as they are, so that
        what a diagram put there of a customer must stay out.
        """
        tier, given = _as(str, value.get("tier")), value.get("tags")
        refused = 0
        if tier in self.tiers:
            self._change(tier=tier)
        elif tier and tier != self.case.tier:
            refused += 1
        if isinstance(given, list | tuple):
            tags = fitting_tags(given)
            self._change(tags=tags)
            refused += len(given) - len(tags)
        if refused:
            log.warning("profile_refused", case=self.case.number, refused=refused)

    def _assigned(self, value: Mapping[str, Any], *, at: datetime, by: str) -> None:
        owner, team = (_as(str, value.get(name)) or None for name in ("assignee", "team"))
        if team not in (None, self.case.team) and self.case.owner_task_id is not None and by not in PROGRAMS:
            self.clocks.handed_over(at=at, by=by)
        self._change(owner=owner or self.case.owner, team=team or self.case.team)
        if owner:
            people.note_assigned(self.tx, owner, at)

    def _escalated(self, event: HandlerDecided) -> None:
        result = event.result
        escalated = Escalated(
            clock=str(result.get("clock")),
            round=self.case.round,
            level=_number(result.get("level")) or 1,
            supervisor=_as(str, result.get("supervisor")),
        )
        escalations.add(self.tx, self.case.number, escalated, event.at)

    def _task(self, event: TaskCreated | TaskClaimed | TaskReleased | TaskReassigned) -> None:
        """Follow the owner's task: who holds it owns the case, or to whom it was given."""
        if isinstance(event, TaskCreated):
            if WAITS_FOR in event.properties or event.properties.get(STAGE) == OWNERS_STAGE:
                self._change(owner_task_id=event.task_id, owner=event.assignee or self._answering(event.at))
            return
        if event.task_id != self.case.owner_task_id:
            return
        if isinstance(event, TaskClaimed):
            self._change(owner=event.by)
            self.clocks.claimed(at=event.at, by=event.by)
            self._move(CaseState.IN_PROGRESS, event)
        elif isinstance(event, TaskReassigned):
            if event.assignee and event.by not in PROGRAMS and self._is_elsewhere(event.assignee):
                self.clocks.handed_over(at=event.at, by=event.by)
            self._change(owner=event.assignee or self._answering(event.at))
        else:
            self._change(owner=self._answering(event.at))

    def _answering(self, at: datetime) -> str | None:
        """Who owns the case while nobody holds its task: it has one owner at all times (R40)."""
        never = assignments.kept_from(self.tx, self.case.number)
        return who_leads(self.tx, at).who_answers_for(self.case.team, never=never)

    def _is_elsewhere(self, login: str) -> bool:
        """Whether somebody neither belongs to the case's team nor heads it."""
        account, team = people.account(self.tx, login), people.teams(self.tx).get(self.case.team)
        if account is None or team is None or login in (team.supervisor, team.deputy):
            return False
        return team.key not in account.agent.team_keys

    def _worked(self, event: TaskCompleted) -> None:
        if event.properties.get(ACKNOWLEDGES) == "true":
            escalations.acknowledge(self.tx, self.vault, self.case.number, by=event.by, at=event.at, told=event.by)
        if event.properties.get(WORK) != "true":
            return
        row = row_of(
            self.case,
            event.data,
            by=event.by,
            at=event.at,
            task_id=event.task_id,
            task_name=event.name,
            claimed_at=event.claimed_at,
            last_end=progress.last_end(self.tx, self.case.number, by=event.by),
            last_call=conversation.last_call(self.tx, self.case.number, by=event.by),
            zone=self.zone,
        )
        progress.append(self.tx, self.vault, row)
        if self.case.first_response_at is None and event.by == self.case.owner:
            self._change(first_response_at=row.started_at)
            self.clocks.responded(row.started_at, at=event.at, by=event.by)


def _as(kind: type[Kind], value: Any) -> Kind | None:
    """The value when it is of that kind: what a diagram leaves in a variable may be anything, and must not stop the case."""
    return value if isinstance(value, kind) else None


def _number(value: Any) -> int | None:
    """A number of a decider or of an expression, whole; None for one that no column holds."""
    return int(value) if isinstance(value, int | Decimal) and abs(value) <= MOST else None
