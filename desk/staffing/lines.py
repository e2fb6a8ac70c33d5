"""The lines of the teams: what nobody was free for is given out when somebody is; what nobody touches, to somebody else;
who answers for what waits is told.

A chore of the workers. Each case is given out in a transaction of its own, its instance locked first, then the people in the
order of their logins; one that can't be given out holds back no other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from desk.assignment.line import WaitingCase, in_order, takers
from desk.casetasks import instance_of
from desk.context import DeskContext
from desk.errors import CaseClosed, NotAwaited, TeamNotFound
from desk.model import DESK
from desk.notification.announcing import Announcer
from desk.notification.dossier import SUPERVISOR
from desk.onebyone import OneByOne
from desk.rights import require_head, require_lead
from desk.staffing.answering import LOOK_AGAIN, Answering
from desk.staffing.assignment_records import SWEEP
from desk.staffing.handing import FREE_NOW, KEPT_FROM, OWNER_GONE, UNTOUCHED, assign_again, give_part
from desk.store import assignments, candidates, cases, contributions, people, staffing
from desk.store.assignments import Kept
from engine.commands import ReassignTask
from engine.db import queries
from engine.db.database import tried_again
from engine.errors import Conflict, Unavailable
from engine.model import TaskState, UserTask
from engine.ports import Transaction

log = structlog.get_logger()
MOST_PLANNED = 500
AT_ONCE = 25
LEASE = timedelta(seconds=30)
LEFT_UNTOUCHED = "left_untouched"


class Lines:
    """Give out what waits."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer
        self._answering = Answering(context, announcer)
        self._pieces = OneByOne(context, "case_not_given_out")
        self._engine = context.engine
        self._db = context.engine.db

    def waiting(self, team: str, *, limit: int = 200) -> list[WaitingCase]:
        """The line of a team, who comes first in front, at most `limit`."""
        with self._db.reading() as tx:
            return what_waits(tx, team, self._context.now(), limit)[:limit]

    @tried_again
    def keep_from(self, number: str, login: str, *, by: str) -> None:
        """Let somebody never get a case: who is complained about in it. When they have it, somebody else gets it now.

        Raises CaseNotFound, AgentNotFound, RightMissing, CaseClosed, NotAwaited when nobody is to work on it now.
        """
        with self._db.transaction() as tx:
            require_lead(people.agent(tx, by), f"keep {number} from somebody")
            people.agent(tx, login)
            if not cases.case(tx, number).open:
                raise CaseClosed(number)
            opened = self._opened(tx, number)
            if opened is None:
                raise NotAwaited(number, "assignment")
            kept, task = opened
            assignments.keep_from(tx, number, (login,), team=kept.team)
            if task.assignee == login:
                changed = replace(kept, wanted=replace(kept.wanted, avoid=kept.wanted.avoid | {login}))
                self._replace(tx, changed, task, why=KEPT_FROM)
            elif task.assignee is None and kept.owner == login:
                self._answering.look_again(tx, kept, task)

    def drain_now(self, team: str, *, by: str) -> int:
        """Look through a team's line at once; how many cases somebody got, at most AT_ONCE, the rest follows by the workers.

        Raises TeamNotFound, RightMissing.
        """
        now = self._context.now()
        with self._db.reading() as tx:
            teams = people.teams(tx)
            if team not in teams:
                raise TeamNotFound(team)
            require_head(people.agent(tx, by), (team,), teams, f"give out what waits for {team}")
        self._db.run(lambda tx: people.end_availability(tx, now))
        return self._drain(team, (), now)

    def give_out(self, number: str) -> bool:
        """Give a case that waits to somebody who is free now; whether somebody was."""
        return bool(self._each(self._give_out, number))

    def tend(self) -> int:
        """Look through the lines that are due, and at the assignments that are; how many cases were given out or looked at."""
        now = self._context.now()
        with self._db.reading() as tx:
            due, again = assignments.is_drain_due(tx, now), assignments.is_look_due(tx, now)
        given = 0
        if due:
            taken = self._db.run(lambda tx: self._take(tx, now))
            given += sum(self._drain(team, ids, now) for team, ids in taken.items())
        return given + (self._look(now) if again else 0)

    def _look(self, now: datetime) -> int:
        """Look at assignments that are due; how many those were."""
        until = now + LEASE
        settled, taken = self._db.run(lambda tx: self._take_looks(tx, now, until))
        for number in taken:
            self._each(lambda tx, number: self._look_again(tx, number, until), number, or_later=True)
        return settled + len(taken)

    def _take_looks(self, tx: Transaction, now: datetime, until: datetime) -> tuple[int, list[str]]:
        """How many cases wait as they are, who were put off together; and some of the others, taken until then as lines are.

        One worker at a time: what one of them holds, another one's notice of that line couldn't count.
        """
        if not assignments.may_choose_looks(tx):
            return 0, []
        due = assignments.due_looks(tx, now, MOST_PLANNED)
        settled, others = self._answering.look(tx, due, until)
        taken = others[:AT_ONCE]
        assignments.put_off(tx, settled, now + LOOK_AGAIN)
        assignments.put_off(tx, taken, until)
        return len(settled), taken

    def _take(self, tx: Transaction, now: datetime) -> Mapping[str, list[int]]:
        people.end_availability(tx, now)
        return assignments.take_drains(tx, now, LEASE)

    def _drain(self, team: str, ids: Sequence[int], now: datetime) -> int:
        """Give out what somebody can take now; how much that was. What then waits still is looked through again in a while."""
        with self._db.reading() as tx:
            waiting = what_waits(tx, team, now, MOST_PLANNED)
            asked = {key for case in waiting for key in case.wanted.teams}
            found = takers(waiting, candidates.candidates(tx, asked, now), now) if waiting else ()
            left_alone = self._pieces.left_alone
            planned = [case for case, _ in found if _key(case) not in left_alone]
        given = sum(self._each(self._give_part if one.task_id else self._give_out, _key(one)) for one in planned[:AT_ONCE])
        self._db.run(lambda tx: self._look_through_later(tx, team, ids, now, soon=len(planned) > AT_ONCE))
        return given

    def _look_through_later(self, tx: Transaction, team: str, ids: Sequence[int], now: datetime, *, soon: bool) -> None:
        assignments.drop_drains(tx, ids)
        if soon:
            assignments.add_drain(tx, team, now)
        elif assignments.is_anybody_waiting(tx, (team,)):
            assignments.add_drain(tx, team, staffing_change(tx, now, now + SWEEP))
            assignments.look_at_waiting(tx, team, now)

    def _each(self, step: Callable[[Transaction, str], bool], number: str, *, or_later: bool = False) -> int:
        """One case in a transaction of its own. What can't be done now is left for a later look and stops no other case."""
        try:
            return int(self._db.run(lambda tx: step(tx, number)))
        except Unavailable:
            raise
        except Conflict as error:
            log.info("case_not_given_out", case=number, reason=error.message)
        except Exception as error:
            self._pieces.failed(number, error)
        if or_later:
            later = self._context.now() + SWEEP
            self._db.run(lambda tx: assignments.put_off(tx, [number], later))
        return 0

    def _give_out(self, tx: Transaction, number: str) -> bool:
        opened = self._opened(tx, number)
        if opened is None or opened[0].waiting_since is None or opened[1].assignee is not None:
            return False
        kept, task = opened
        return assign_again(tx, self._context, kept, task, why=FREE_NOW).assignee is not None

    def _give_part(self, tx: Transaction, task_id: str) -> bool:
        """Give a contribution that waits to somebody of its department."""
        self._engine.lock(tx, queries.task(tx, int(task_id)).instance_id)
        part, task = contributions.waiting_at(tx, int(task_id)), queries.task(tx, int(task_id))
        if part is None or task.assignee is not None or task.state not in queries.OPEN_TASKS:
            return False
        return give_part(tx, self._context, part, task, why=FREE_NOW).assignee is not None

    def _look_again(self, tx: Transaction, number: str, taken_until: datetime) -> bool:
        now, settings = self._context.now(), self._context.settings
        opened = self._opened(tx, number)
        if opened is None or opened[0].look_again_at != taken_until:
            return False
        kept, task = opened
        if task.assignee is None:
            self._answering.look_again(tx, kept, task)
            return False
        if task.state is TaskState.CLAIMED:
            assignments.change(tx, number, look_again_at=None)
            return False
        if candidates.is_gone(tx, task.assignee, now):
            return self._replace(tx, kept, task, why=OWNER_GONE)
        avoid = kept.avoid | {task.assignee}
        given = assign_again(tx, self._context, kept, task, why=UNTOUCHED, avoid=avoid).assignee is not None
        later = now + settings.untouched_after if settings.untouched_after else None
        assignments.change(tx, number, requeued=kept.requeued + 1, avoid=avoid, look_again_at=later)
        if kept.requeued + 1 == settings.tell_supervisor_after:
            self._tell_supervisor(tx, kept)
        return given

    def _replace(self, tx: Transaction, kept: Kept, task: UserTask, *, why: str) -> bool:
        """Give the case of somebody who can't have it to who stands in, else to who fits, else back to the line."""
        if assign_again(tx, self._context, kept, task, why=why).assignee is None:
            self._engine.reassign(tx, ReassignTask(task_id=task.id, assignee=None, by=DESK, reason=why))
        return True

    def _opened(self, tx: Transaction, number: str) -> tuple[Kept, UserTask] | None:
        """What is kept of a case and its owner's task, with the instance locked; None when there is no such task any more."""
        self._engine.lock(tx, instance_of(tx, number).id)
        kept = assignments.kept(tx, number)
        if kept is None or kept.task_id is None:
            assignments.put_off(tx, [number], self._context.now() + SWEEP)
            return None
        task = queries.task(tx, kept.task_id)
        if task.state not in queries.OPEN_TASKS:
            assignments.change(tx, number, waiting_since=None, look_again_at=None)
            return None
        return kept, task

    def _tell_supervisor(self, tx: Transaction, kept: Kept) -> None:
        dossier, times = self._announcer.dossier(tx, kept.number), kept.requeued + 1
        told = dossier.staff(SUPERVISOR, key=kept.team)
        given = {**self._announcer.variables(dossier), "times": times}
        self._announcer.tell_staff(tx, dossier, told, LEFT_UNTOUCHED, given, key=f"{LEFT_UNTOUCHED}:{kept.task_id}:{times}")


def what_waits(tx: Transaction, team: str, now: datetime, limit: int) -> list[WaitingCase]:
    """The line of a team, who comes first in front: of cases and of contributions those that came first, at most `limit` each."""
    parts = (one.in_line for one in contributions.waiting(tx, team, limit))
    return in_order([*assignments.waiting(tx, team, limit), *parts], now)


def _key(case: WaitingCase) -> str:
    return case.number if case.task_id is None else str(case.task_id)


def staffing_change(tx: Transaction, now: datetime, latest: datetime) -> datetime:
    """The next instant at which a shift starts, somebody comes back from leave or is available again, but not after `latest`."""
    starts = [shift.next_start(now) for shift in staffing.shifts(tx).values() if not shift.covers(now)]
    back = [one.until_at for one in staffing.absences(tx, until_after=now) if one.covers(now)]
    available = [one.availability_until for one in people.agents(tx) if one.availability_until]
    return min([latest, *starts, *back, *(at for at in available if at > now)])
