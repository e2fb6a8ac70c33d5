"""What follows an escalation: people are told, and while nobody acknowledges it, it climbs. A chore of the workers.

It holds for all versions of a process, and wherever a case stands: who answers an alarm is no matter of the diagram's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog

from desk import facts
from desk.casetasks import instance_of
from desk.clocks import ClockEvent, ClockPhase, ClockRetargeted, ClockState, evaluate
from desk.clocks.names import SOLVE
from desk.context import DeskContext
from desk.escalating import choice
from desk.escalating.alarming import alarm
from desk.escalating.choice import Escalated, Missed
from desk.escalating.ladder import HIGHEST_LEVEL, Step, Whom, next_at
from desk.escalating.laddering import Ladders
from desk.instants import minute
from desk.model import Case
from desk.notification.announcing import Announcer
from desk.notification.dossier import SUPERVISORS, Dossier
from desk.onebyone import told_of
from desk.store import cases, clocks, escalations, promises
from desk.store.escalations import KeptEscalation
from engine.errors import CaseloopError, Unavailable
from engine.ports import Transaction

log = structlog.get_logger(__name__)
AT_ONCE = 20
LOOK_AGAIN = timedelta(minutes=5)
"""So long after it was due a clock that stands still, or a case that couldn't be changed, is looked at again."""


class Climbing:
    """Levels come at the instants at which they were due, in that order, also after a down-time (E33)."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db
        self._announcer = announcer
        self._ladders = Ladders(context)

    def tend(self) -> int:
        """Tell people of levels that came, and let those climb whose time is over; how many."""
        with self._db.reading() as tx:
            untold = escalations.untold(tx, self._context.now(), AT_ONCE)
            climbing = escalations.climbing(tx, self._context.now(), AT_ONCE)
        return sum(self._each(self._tell, one) for one in untold) + sum(self._each(self._climb, one) for one in climbing)

    def _each(self, do: Callable[[Transaction, KeptEscalation], bool], seen: KeptEscalation) -> int:
        """One level in a transaction of its own. What can't be done now stops no other, and is tried again later."""
        try:
            return int(self._db.run(lambda tx: self._fresh(tx, do, seen)))
        except Unavailable:
            raise
        except Exception as error:
            log.warning("escalation_failed", case=seen.case_number, clock=seen.clock, level=seen.level, **told_of(error))
            self._db.run(lambda tx: escalations.put_off(tx, seen, self._context.now() + LOOK_AGAIN))
            return 0

    def _fresh(self, tx: Transaction, do: Callable[[Transaction, KeptEscalation], bool], seen: KeptEscalation) -> bool:
        self._engine.lock(tx, instance_of(tx, seen.case_number).id)
        levels = escalations.of_cases(tx, None, [seen.case_number])
        same = (seen.clock, seen.round, seen.level)
        now = next((one for one in levels if (one.clock, one.round, one.level) == same), None)
        return now is not None and do(tx, now)

    def _tell(self, tx: Transaction, kept: KeptEscalation) -> bool:
        if kept.told_at is not None:
            return False
        dossier, step = self._announcer.dossier(tx, kept.case_number), self._step(tx, kept, kept.level)
        self._announce(tx, dossier, kept, urgent=step.urgent)
        due_at = None if kept.acknowledged_at else self._due_at(tx, kept, step)
        escalations.change(tx, kept, told_at=self._context.now(), urgent=step.urgent, next_at=due_at)
        return True

    def _announce(self, tx: Transaction, dossier: Dossier, kept: KeptEscalation, *, urgent: bool) -> None:
        about = {"clock": kept.clock, "level": kept.level, "due": self._missed_at(dossier, kept)}
        given = {**self._announcer.variables(dossier), **about}
        key = f"escalation:{kept.case_number}:{kept.clock}:{kept.round}:{kept.level}"
        person = dossier.people.get(kept.supervisor or "")
        if person and person.active:
            self._announcer.tell_staff(tx, dossier, [person], "escalated", given, key=key, urgent=urgent)
            return
        levels = escalations.of_cases(tx, None, [kept.case_number])
        found = alarm(kept, levels, dossier.staff(SUPERVISORS), dossier.people)
        if found is not None:
            given |= {"told": ", ".join(found.told)}
            self._announcer.tell_staff(tx, dossier, found.agents, found.template, given, key=key, urgent=urgent)

    def _missed_at(self, dossier: Dossier, kept: KeptEscalation) -> str:
        """The due instant that was missed, as local wall time; empty when the clock isn't kept any more."""
        row = dossier.clocks.get(kept.clock)
        missed_at = (row.breached_at or row.due_at) if row and row.round == kept.round else None
        return minute(missed_at, self._context.zone) if missed_at else ""

    def _climb(self, tx: Transaction, kept: KeptEscalation) -> bool:
        now = self._context.now()
        if kept.next_at is None or kept.next_at > now or kept.acknowledged_at is not None:
            return False
        case = cases.case(tx, kept.case_number)
        state = self._state(tx, kept)
        if not case.open or state is None or state.over:
            escalations.change(tx, kept, next_at=None)
            return True
        due_at = self._due_at(tx, kept, self._step(tx, kept, kept.level))
        if due_at is None or due_at > now:
            escalations.change(tx, kept, next_at=due_at)
            return True
        self._next_level(tx, case, kept, due_at)
        return True

    def _next_level(self, tx: Transaction, case: Case, kept: KeptEscalation, at: datetime) -> None:
        step = self._step(tx, kept, kept.level + 1)
        found = facts.for_escalation(tx, kept.case_number, self._context.now())
        absent = found.absent | facts.off_shift(tx, self._context.now()) if step.urgent else found.absent
        missed = Missed(clock=kept.clock, round=kept.round, owner=found.holder(), team=case.team, before=found.before)
        answer = choice.escalate(missed, found.teams, found.people, whom=step.whom, absent=absent)
        above = Escalated(clock=kept.clock, round=kept.round, level=kept.level + 1, supervisor=answer.supervisor)
        escalations.add(tx, kept.case_number, above, at, urgent=step.urgent)
        escalations.change(tx, kept, next_at=None)

    def _step(self, tx: Transaction, kept: KeptEscalation, level: int) -> Step:
        """The table's row. What can't be read is an alarm to all: nothing is lost by a slip in a table."""
        if level > HIGHEST_LEVEL:
            return Step(level=level, whom=Whom.NOBODY)
        try:
            return self._ladders.step(tx, instance_of(tx, kept.case_number).id, kept.clock, level, self._context.now())
        except CaseloopError as error:
            log.warning("ladder_unreadable", case=kept.case_number, clock=kept.clock, level=level, reason=error.message)
            return Step(level=level, whom=Whom.EVERYBODY)

    def _due_at(self, tx: Transaction, kept: KeptEscalation, step: Step) -> datetime | None:
        """When the next level is due, or a clock that stands still is looked at again; None when none comes."""
        events = self._events(tx, kept)
        number, state = kept.case_number, self._state_of(tx, events)
        if state is not None and state.phase is ClockPhase.PAUSED:
            return self._context.now() + LOOK_AGAIN
        promised = promises.approved(tx, [number]).get(number, ()) if kept.clock == SOLVE else ()
        following, work = self._step(tx, kept, kept.level + 1), self._context.calendars_in(tx).business
        changed_at = max((one.at for one in events if isinstance(one, ClockRetargeted)), default=None)
        return next_at(step, following, kept.at, state, work, promised, changed_at)

    def _state(self, tx: Transaction, kept: KeptEscalation) -> ClockState | None:
        return self._state_of(tx, self._events(tx, kept))

    def _state_of(self, tx: Transaction, events: Sequence[ClockEvent]) -> ClockState | None:
        return evaluate(events, self._context.calendars_in(tx), self._context.now()) if events else None

    def _events(self, tx: Transaction, kept: KeptEscalation) -> Sequence[ClockEvent]:
        found = clocks.kept(tx, [kept.case_number])
        return next((one.events for one in found if (one.row.name, one.row.round) == (kept.clock, kept.round)), ())
