"""How a case came to who has it, each time anew; who could have it now; giving it to somebody else; the line as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bpmn.diagram import Process
from desk.assignment import Assignment, assign
from desk.assignment.line import WaitingCase
from desk.assignment.presence import back_at
from desk.casetasks import instance_of
from desk.casework.timeline import Explained, as_explained
from desk.context import DeskContext
from desk.errors import CaseClosed, NotAwaited, TeamNotFound
from desk.notification.announcing import Announcer
from desk.projection import OWNERS_STAGE, STAGE, WAITS_FOR
from desk.rights import heads, readable, require_head
from desk.staffing.assignment_records import DECIDER
from desk.staffing.handing import assign_again, owners_task, wanted_again
from desk.staffing.lines import what_waits
from desk.store import assignments, candidates, cases, people, staffing
from desk.store.assignments import Kept
from desk.texts import require_reason
from engine.db import queries
from engine.db.database import tried_again
from engine.errors import StaleRevision
from engine.history import HandlerDecided, HistoryEvent, TaskClaimed, TaskCreated, TaskReassigned, TaskReleased
from engine.model import UserTask
from engine.ports import Transaction

MOST_IN_LINE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """Once that the owner's task came to somebody, or to its team (`assignee` None).

    `how` is assigned, offered, claimed, released or reassigned; `decision` has everybody who was considered, None when a person
    chose.
    """

    at: datetime
    how: str
    assignee: str | None
    before: str | None
    by: str
    reason: str
    decision: Explained | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What the rule of assignment answers now for somebody else than who has the case. `task` None: nobody is to work on it.

    `position` is its place in the line, 1 in front, and `next_at` the next instant at which somebody of its teams is back; both
    None while it doesn't wait.
    """

    task: UserTask | None
    answer: Assignment | None
    waiting_since: datetime | None
    position: int | None
    next_at: datetime | None
    may_give: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """A case, or a contribution to one, in the line. `obstacles` says by login why each considered person can't take it; `taker`
    who would get it now.
    """

    case: WaitingCase
    taker: str | None
    obstacles: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The first MOST_IN_LINE of a team's line in the order in which they are given out."""

    cases: tuple[InLine, ...]
    next_at: datetime | None
    may_drain: bool


class Ownership:
    """Whoever may read a case sees its story; heads of its team, and administrators, give it to somebody else."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer
        self._engine = context.engine
        self._db = context.engine.db

    def story(self, number: str, *, viewer: str) -> list[Turn]:
        """Each turn of the owner's task, the first in front. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            instance = instance_of(tx, number)
            process = self._engine.definition(instance.deployment_id, tx).process
            return list(turns(queries.history(tx, self._context.vault, instance.id), process))

    def prospect(self, number: str, *, viewer: str) -> Prospect:
        """Who else would get the case now, with everybody considered. Raises CaseNotFound."""
        now = self._context.now()
        with self._db.reading() as tx:
            agent = people.agent(tx, viewer)
            case = cases.case(tx, number, readable=readable(agent))
            kept = assignments.kept(tx, number)
            task = owners_task(tx, kept) if case.open else None
            may_give = task is not None and heads(agent, (case.team,), people.teams(tx))
            if kept is None or task is None:
                return Prospect(task=None, answer=None, waiting_since=None, position=None, next_at=None, may_give=False)
            wanted = wanted_again(tx, kept, task.assignee, _holder_of(task))
            answer = assign(wanted, candidates.candidates(tx, wanted.teams, now), now)
            waits = kept.waiting_since is not None
            return Prospect(
                task=task,
                answer=answer,
                waiting_since=kept.waiting_since,
                position=self._position(tx, kept, now) if waits else None,
                next_at=next_back(tx, self._context, wanted.teams) if waits else None,
                may_give=may_give,
            )

    def _position(self, tx: Transaction, kept: Kept, now: datetime) -> int | None:
        line = enumerate(what_waits(tx, kept.team, now, 10 * MOST_IN_LINE), 1)
        return next((place for place, one in line if one.number == kept.number and one.task_id is None), None)

    @tried_again
    def assign_anew(self, number: str, *, reason: str, revision: int, by: str) -> Assignment:
        """Give the case by the rule to somebody else than who has it; nothing changes when the rule finds nobody.

        `revision` is that of the task that was looked at. Raises CaseNotFound, CaseClosed, NotAwaited, RightMissing,
        StaleRevision, AnswersInvalid without a reason or for a long one.
        """
        require_reason(reason)
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            case = cases.case(tx, number, readable=readable(agent))
            require_head(agent, (case.team,), people.teams(tx), f"assign {number} anew")
            if not case.open:
                raise CaseClosed(number)
            self._engine.lock(tx, instance_of(tx, number).id)
            kept = assignments.kept(tx, number)
            task = owners_task(tx, kept)
            if kept is None or task is None:
                raise NotAwaited(number, "assignment")
            if task.revision != revision:
                raise StaleRevision(f"The task of {number}", read=revision, current=task.revision)
            answer = assign_again(tx, self._context, kept, task, why=reason.strip(), avoid=_holder_of(task), by=by)
            if answer.assignee not in (None, by, task.assignee):
                key = f"reassigned:{task.id}:{task.revision}"
                self._announcer.tell_new_holder(tx, number, str(answer.assignee), reason=reason.strip(), key=key)
            return answer

    def line(self, team: str, *, viewer: str) -> Line:
        """The line of a team, with who would get each case now or why nobody does. Raises TeamNotFound."""
        now = self._context.now()
        with self._db.reading() as tx:
            teams = people.teams(tx)
            if team not in teams:
                raise TeamNotFound(team)
            waiting = what_waits(tx, team, now, 10 * MOST_IN_LINE)[:MOST_IN_LINE]
            asked = {key for case in waiting for key in case.wanted.teams} | {team}
            known = candidates.candidates(tx, asked, now)
            return Line(
                cases=tuple(_in_line(one, assign(one.wanted, known, now)) for one in waiting),
                next_at=next_back(tx, self._context, sorted(asked)),
                may_drain=heads(people.agent(tx, viewer), (team,), teams),
            )


def turns(events: Sequence[HistoryEvent], process: Process) -> Iterator[Turn]:
    """The turns of a case's owner's tasks, from all its events in order."""
    decision: HandlerDecided | None = None
    holders: dict[int, str | None] = {}
    for event in events:
        if isinstance(event, HandlerDecided) and event.handler == DECIDER:
            decision = event
        elif isinstance(event, TaskCreated) and _is_owners(event):
            holders[event.task_id] = event.assignee
            how = "assigned" if event.assignee else "offered"
            yield _turn(event, how, event.assignee, None, decision, process)
            decision = None
        elif isinstance(event, TaskReassigned) and event.task_id in holders:
            holders[event.task_id] = event.assignee
            yield _turn(event, "reassigned", event.assignee, event.before, decision, process, reason=event.reason)
            decision = None
        elif isinstance(event, TaskClaimed) and holders.get(event.task_id, event.by) != event.by:
            yield _turn(event, "claimed", event.by, holders[event.task_id], None, process)
            holders[event.task_id] = event.by
        elif isinstance(event, TaskReleased) and event.task_id in holders:
            yield _turn(event, "released", None, event.by, None, process)
            holders[event.task_id] = None


def _is_owners(event: TaskCreated) -> bool:
    return WAITS_FOR in event.properties or event.properties.get(STAGE) == OWNERS_STAGE


def _turn(
    event: HistoryEvent,
    how: str,
    assignee: str | None,
    before: str | None,
    decision: HandlerDecided | None,
    process: Process,
    *,
    reason: str = "",
) -> Turn:
    named = decision is not None and decision.result.get("assignee") == assignee
    explained = as_explained(decision, process) if decision is not None and named else None
    return Turn(at=event.at, how=how, assignee=assignee, before=before, by=event.by, reason=reason, decision=explained)


def _holder_of(task: UserTask) -> tuple[str, ...]:
    return (task.assignee,) if task.assignee else ()


def _in_line(case: WaitingCase, answer: Assignment) -> InLine:
    obstacles = {str(row["login"]): str(row["obstacle"]) for row in answer.considered if row["obstacle"]}
    return InLine(case=case, taker=answer.assignee, obstacles=obstacles)


def next_back(tx: Transaction, context: DeskContext, team_keys: Sequence[str]) -> datetime | None:
    """The next instant at which somebody of the teams who isn't there is back; None when nobody is known to be."""
    now, shifts = context.now(), staffing.shifts(tx)
    members = [one for one in people.agents(tx) if one.active and not set(team_keys).isdisjoint(one.team_keys)]
    leave = staffing.absences(tx, until_after=now, logins=[one.login for one in members])
    found = (
        back_at(one, candidates.shift_of(one, shifts), [each for each in leave if each.login == one.login], now)
        for one in members
    )
    return min((at for at in found if at is not None and at > now), default=None)
