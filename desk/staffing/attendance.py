"""Who is there: shifts, the own switch, leave with somebody who stands in (委托).

People say it themselves, supervisors say it for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

import structlog

from desk.assignment.absences import Absence, OpenWork, stand_ins
from desk.assignment.shifts import Shift, revision_of
from desk.context import DeskContext
from desk.errors import TeamNotFound
from desk.model import DESK, Agent, Availability, Role
from desk.rights import require_head
from desk.staffing.assignment_records import SWEEP
from desk.staffing.handing import ON_LEAVE, assign_again
from desk.staffing.leavepreview import Handing, LeavePreview, foreseen
from desk.staffing.staffing_errors import (
    ENDS_FIRST,
    HANDED_TO_NOBODY,
    LEAVE_TWICE,
    NO_STAND_IN,
    STAND_IN_AWAY,
    LeaveInvalid,
    ShiftChanged,
)
from desk.store import assignments, people, staffing
from engine.commands import ReassignTask
from engine.db import queries
from engine.db.database import tried_again
from engine.errors import Conflict, Gone, NotFound, Refused
from engine.ports import Transaction

log = structlog.get_logger()
MOST_TASKS = 1000
AT_ONCE = 10


class Attendance:
    """Each method is one use case. `by` is a login; who isn't the person concerned must head a team of theirs (RightMissing)."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db
        self._looked_at: datetime | None = None

    # -- shifts

    @tried_again
    def set_shift(
        self,
        kind: str,
        holder: str,
        hours: str | None,
        *,
        days: Mapping[date, str] | None = None,
        zone: str = "",
        by: str,
        read: str | None = None,
    ) -> None:
        """Set the weekly hours of an agent (kind "agent") or a team ("team"), and the dates on which they don't hold.

        Without `hours` an agent's are those of the team, and a team is always on. `read` is the `revision_of` what was changed.
        Raises WorkingTimeInvalid, AgentNotFound, TeamNotFound, RightMissing, ShiftChanged.
        """
        shift = None if hours is None else Shift(hours=hours, zone=zone or self._context.settings.time_zone, days=days or {})
        now = self._context.now()
        with self._db.transaction() as tx:
            teams = self._teams_of(tx, kind, holder)
            require_head(people.agent(tx, by), teams, people.teams(tx), f"set the shift of {holder}")
            if read is not None and read != revision_of(staffing.shifts(tx).get((kind, holder))):
                raise ShiftChanged(holder)
            staffing.set_shift(tx, kind, holder, shift, by=by, at=now)
            assignments.free_again(tx, teams, now)

    def _teams_of(self, tx: Transaction, kind: str, holder: str) -> Sequence[str]:
        if kind == staffing.AGENT:
            return people.agent(tx, holder).team_keys
        if holder not in people.teams(tx):
            raise TeamNotFound(holder)
        return (holder,)

    def shifts(self) -> Mapping[tuple[str, str], Shift]:
        """All shifts by kind and holder."""
        with self._db.reading() as tx:
            return staffing.shifts(tx)

    # -- the own switch

    @tried_again
    def set_availability(self, login: str, availability: Availability, *, by: str, until: datetime | None = None) -> Agent:
        """Turn somebody's switch, for ever or until an instant at which they are available again.

        Raises LeaveInvalid for an instant that has passed, AgentNotFound, RightMissing.
        """
        now = self._context.now()
        if until is not None and until <= now:
            raise LeaveInvalid(ENDS_FIRST)
        ends = until if availability is not Availability.AVAILABLE else None
        with self._db.transaction() as tx:
            agent = self._concerned(tx, login, by, "turn the switch")
            changes = {"available": availability is not Availability.AWAY, "busy": availability is Availability.BUSY}
            people.change_agent(tx, login, agent.revision, **changes, availability_until=ends)
            assignments.free_again(tx, agent.team_keys, ends or now)
            return people.agent(tx, login)

    # -- leave

    @tried_again
    def add_leave(
        self, login: str, from_at: datetime, until_at: datetime, *, delegate: str | None, open_work: OpenWork, by: str
    ) -> Absence:
        """Enter leave. Whatever would be theirs meanwhile goes to the delegate, as far as the delegate can take it.

        Raises LeaveInvalid when it is over, overlaps another leave, or names a delegate who can't stand in; AgentNotFound,
        RightMissing.
        """
        with self._db.transaction() as tx:
            self._concerned(tx, login, by, "enter leave")
            asked = self._checked(tx, login, from_at, until_at, delegate, open_work)
            absence_id = staffing.add_absence(tx, asked, by=by, at=self._context.now())
            return staffing.absence(tx, absence_id)

    @tried_again
    def cancel_leave(self, absence_id: int, *, by: str) -> None:
        """Call leave off, also one that has begun: what was handed on stays where it is. Raises AbsenceNotFound, RightMissing."""
        now = self._context.now()
        with self._db.transaction() as tx:
            absence = staffing.absence(tx, absence_id, lock=True)
            agent = self._concerned(tx, absence.login, by, "call off leave")
            if absence.cancelled_at is None:
                staffing.change_absence(tx, absence_id, cancelled_at=now)
                assignments.free_again(tx, agent.team_keys, now)

    def leave(self, *, limit: int = 200) -> list[Absence]:
        """Leave that isn't over, the earliest first."""
        with self._db.reading() as tx:
            return staffing.absences(tx, until_after=self._context.now(), limit=limit)

    def preview(
        self, login: str, from_at: datetime, until_at: datetime, *, delegate: str | None, open_work: OpenWork, by: str
    ) -> LeavePreview:
        """What leave would do to the open work as it is now, without entering it. Raises what `add_leave` raises."""
        begins = max(from_at, self._context.now())
        with self._db.reading() as tx:
            agent = self._concerned(tx, login, by, "enter leave")
            asked = self._checked(tx, login, from_at, until_at, delegate, open_work)
            end = stand_ins([*staffing.absences(tx, until_after=begins), asked], begins).get(login)
            return foreseen(tx, agent, asked, self._handings(tx, asked, end), end, begins)

    def _handings(self, tx: Transaction, leave: Absence, delegate: str | None) -> Iterator[Handing]:
        for task in queries.tasks(tx, assignee=leave.login, limit=MOST_TASKS):
            if leave.begun_at is not None and task.claimed_at is not None and task.claimed_at >= leave.begun_at:
                continue  # whoever takes something while on leave means to do it
            to = {OpenWork.KEEP: leave.login, OpenWork.HAND_OVER: delegate, OpenWork.GIVE_BACK: None}[leave.open_work]
            yield Handing(task_id=task.id, number=task.business_key, name=task.name, what=leave.open_work, to=to)

    def _checked(
        self, tx: Transaction, login: str, from_at: datetime, until_at: datetime, delegate: str | None, open_work: OpenWork
    ) -> Absence:
        asked = Absence(id=0, login=login, from_at=from_at, until_at=until_at, delegate=delegate, open_work=open_work)
        if until_at <= max(from_at, self._context.now()):
            raise LeaveInvalid(ENDS_FIRST)
        known = staffing.absences(tx, until_after=from_at)
        if any(one.login == login and one.overlaps(from_at, until_at) for one in known):
            raise LeaveInvalid(LEAVE_TWICE)
        if delegate is None and open_work is OpenWork.HAND_OVER:
            raise LeaveInvalid(HANDED_TO_NOBODY)
        if delegate is not None:
            self._check_delegate(tx, asked, delegate, known)
        return asked

    def _check_delegate(self, tx: Transaction, asked: Absence, delegate: str, known: Sequence[Absence]) -> None:
        if delegate == asked.login or people.agent(tx, delegate).role is Role.ANALYST:
            raise LeaveInvalid(NO_STAND_IN, delegate=delegate)
        starts = [one.from_at for one in known if one.overlaps(asked.from_at, asked.until_at)]
        for at in (asked.from_at, *(start for start in starts if start > asked.from_at)):
            if stand_ins([*known, asked], at).get(asked.login) is None:
                raise LeaveInvalid(STAND_IN_AWAY, delegate=delegate, day=at.date())

    def _concerned(self, tx: Transaction, login: str, by: str, what: str) -> Agent:
        agent = people.agent(tx, login)
        if by != login:
            require_head(people.agent(tx, by), agent.team_keys, people.teams(tx), f"{what} for {login}")
        return agent

    # -- leave begins

    def tend(self) -> int:
        """Begin the leave that has come: open work is kept, handed over or given back; how many tasks changed hands.

        What couldn't be handed on then, since its process was suspended, say, is tried again every minute as long as the leave
        lasts. A chore of the workers; a leave whose worker dies on the way is begun again, and finds only what is left.
        """
        now = self._context.now()
        again = self._looked_at is None or now - self._looked_at >= SWEEP
        with self._db.reading() as tx:
            beginning = staffing.beginning(tx, now, AT_ONCE)
            lasting = staffing.with_work_left(tx, now, AT_ONCE) if again else []
        if again:
            self._looked_at = now
        return sum(self._begin(leave, now) for leave in beginning) + sum(self._hand_all_on(leave, now) for leave in lasting)

    def _begin(self, leave: Absence, now: datetime) -> int:
        changed = 0 if leave.open_work is OpenWork.KEEP else self._hand_all_on(leave, now)
        self._db.run(lambda tx: staffing.change_absence(tx, leave.id, begun_at=now))
        return changed

    def _hand_all_on(self, leave: Absence, now: datetime) -> int:
        with self._db.reading() as tx:
            delegate = stand_ins(staffing.absences(tx, until_after=now), now).get(leave.login)
            handings = list(self._handings(tx, leave, delegate))
        return sum(self._hand_on(handing, leave.login) for handing in handings)

    def _hand_on(self, handing: Handing, login: str) -> int:
        try:
            return int(self._db.run(lambda tx: self._handed_on(tx, handing, login)))
        except (Conflict, Refused, Gone, NotFound) as error:
            log.info("task_not_handed_on", task_id=handing.task_id, reason=error.message)
        return 0

    def _handed_on(self, tx: Transaction, handing: Handing, login: str) -> bool:
        """Hand one task on: a case by the rule of assignment, or into its line; other work to the delegate or to its team."""
        self._engine.lock(tx, queries.task(tx, handing.task_id).instance_id)
        task = queries.task(tx, handing.task_id)
        if task.assignee != login or task.state not in queries.OPEN_TASKS:
            return False
        kept = assignments.kept(tx, task.business_key)
        if kept is None or kept.task_id != task.id:
            to = handing.to
        elif handing.what is OpenWork.HAND_OVER and assign_again(tx, self._context, kept, task, why=ON_LEAVE).assignee:
            return True
        else:
            to = None
        self._engine.reassign(tx, ReassignTask(task_id=task.id, assignee=to, by=DESK, reason=ON_LEAVE))
        return True
