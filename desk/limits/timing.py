"""What people do to a case's clocks by hand: let them wait and go on, leave a case out of all statistics, ask why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from desk.casetasks import instance_of, open_case
from desk.clocks import ClockPaused, ClockState, VoidReason
from desk.clocks.decisions import PauseClock, ResumeClock, pause, resume, resume_reached
from desk.clocks.errors import ClockNotPaused
from desk.clocks.evaluation import evaluate_folded
from desk.clocks.explaining import ClockStep, explanation
from desk.clocks.folding import fold
from desk.clocks.names import SOLVE
from desk.clocks.pausing import DEFAULT_PAUSES, PauseReason
from desk.clocks.verdicts import VerdictFact
from desk.context import DeskContext
from desk.errors import AnswersInvalid
from desk.limits import clockchanges
from desk.limits.catching_up import with_edit_notes
from desk.limits.clockbook import ClockBook
from desk.limits.limit_errors import ClockHeldByProcess, NothingToPause
from desk.limits.promises import Promise, escalates_at
from desk.model import DESK, Case
from desk.onebyone import OneByOne
from desk.rights import readable, require_lead, require_owner_or_lead
from desk.store import cases, clocks, people, promises
from desk.texts import require_reason, require_short_reason
from desk.wordings import REQUIRED
from engine.commands import CancelInstance
from engine.db.database import tried_again
from engine.model import OPEN_INSTANCES
from engine.ports import Transaction

BY_HAND = "by_hand"
AT_ONCE = 25
"""So many cases whose clocks go on are looked after at once."""
LEFT_OUT = (VoidReason.SPAM, VoidReason.CANCELLED)
"""For these reasons a case may be left out by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockWhy:
    """A clock with everything that led to what it says; `verdicts` are all versions of its verdict, in order.

    `noted` are the pauses with a note by whoever made them. `put_off_to` is when it escalates because of what was promised to the
    customer; None when nothing puts that off. A clock that is paused up to a known instant has that as `resumes_at`, and in
    `due_then` when it is due if it goes on then, by the calendars as they are now.
    """

    name: str
    round: int
    state: ClockState
    steps: tuple[ClockStep, ...]
    verdicts: tuple[VerdictFact, ...]
    noted: tuple[ClockPaused, ...]
    put_off_to: datetime | None = None
    resumes_at: datetime | None = None
    due_then: datetime | None = None


class Timing:
    """Each method is one use case in one transaction. `by` is the login of the agent."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db
        self._pieces = OneByOne(context, "clocks_not_resumed")

    @tried_again
    def pause(self, number: str, *, reason: PauseReason | str, until: datetime, by: str, note: str = "") -> None:
        """Let the clocks wait that this reason pauses, until somebody says that they go on, at the latest until that instant.

        For the owner and supervisors. Raises CaseNotFound, CaseClosed, RightMissing, PauseReasonUnknown, InstantOutOfOrder,
        ClockPausedAlready, NothingToPause when nothing is timed that this reason pauses, AnswersInvalid for a long note.
        """
        require_short_reason(note, "note")
        with self._db.transaction() as tx:
            self._open_case(tx, number, by, "pause clocks")
            order = PauseClock(by=by, reason=str(reason), until=until, note=note.strip())
            now = self._context.now()
            self._change(tx, number, lambda book: _pause(book, number, order, now), by=by, reason=f"paused: {order.reason}")

    @tried_again
    def resume(self, number: str, *, by: str, reason: str | None = None) -> None:
        """Let clocks go on that wait for this reason, without one all of them. For the owner and supervisors.

        Raises CaseNotFound, CaseClosed, RightMissing, ClockNotPaused, ClockHeldByProcess where the diagram waits for it.
        """
        with self._db.transaction() as tx:
            case = self._open_case(tx, number, by, "resume clocks")
            order, now = ResumeClock(by=by, because=BY_HAND, reason=reason), self._context.now()
            held = set(case.waiting.values())
            if held and (reason is None or reason in held):
                raise ClockHeldByProcess(number, reason or min(held))
            self._change(tx, number, lambda book: _resume(book, order, now), by=by, reason="resumed")

    def tend(self) -> int:
        """Let clocks go on whose date is reached; in how many cases. A chore of the workers."""
        with self._db.reading() as tx:
            reached = clocks.reached(tx, self._context.now(), AT_ONCE, but=self._pieces.left_alone)
        return sum(self._pieces.do(number, lambda tx, one=number: self._resume_reached(tx, one)) for number in reached)

    def _resume_reached(self, tx: Transaction, number: str) -> int:
        now = self._context.now()

        def alter(book: ClockBook) -> None:
            for round, name in book.open_clocks():
                book.add(round, name, resume_reached(book.events(round, name), by=DESK, now=now))

        self._change(tx, number, alter, by=DESK, reason="date reached")
        return 1

    @tried_again
    def leave_out(self, number: str, *, reason: VoidReason | str, note: str, by: str) -> None:
        """End a case that is spam or was called off: its clocks count nowhere, its process is cancelled. For supervisors.

        Raises CaseNotFound, CaseClosed, RightMissing, AnswersInvalid without a note or for a reason that isn't one of LEFT_OUT.
        """
        if reason not in LEFT_OUT:
            raise AnswersInvalid({"reason": REQUIRED})
        require_reason(note, "note")
        with self._db.transaction() as tx:
            require_lead(people.agent(tx, by), f"leave {number} out")
            self._open_case(tx, number, by, "leave it out")
            now = self._context.now()
            void = VoidReason(reason)
            self._change(tx, number, lambda book: book.void(None, void, at=now, by=by), by=by, reason=f"left out: {void}")
            instance = instance_of(tx, number)
            if instance.state in OPEN_INSTANCES:
                self._engine.cancel(tx, CancelInstance(instance_id=instance.id, by=by, reason=f"{void}: {note.strip()}"))

    def why(self, number: str, *, viewer: str) -> list[ClockWhy]:
        """Why each clock of the case is due when it is, the latest round first. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return self._why(tx, number)

    def why_for_operator(self, number: str) -> list[ClockWhy]:
        """The same for the command line. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number)
            return self._why(tx, number)

    def _why(self, tx: Transaction, number: str) -> list[ClockWhy]:
        now, as_of = self._context.now(), partial(self._context.calendars.of_version, tx)
        judged, promised = clocks.verdicts(tx, number), promises.approved(tx, [number]).get(number, [])
        found = []
        for one in clocks.kept(tx, [number], vault=self._context.vault):
            # what is over stays as it was when it ended, whatever is published later
            calendars = as_of(one.row.calendar_version) if one.row.stopped_at else self._context.calendars_in(tx)
            folded, at = fold(one.events), max(now, one.events[-1].at)
            state, resumes_at = evaluate_folded(folded, calendars, at), folded.resumes_at(at)
            why = ClockWhy(
                name=one.row.name,
                round=one.row.round,
                state=state,
                steps=explanation(with_edit_notes(tx, one.events), calendars, at, as_of=as_of),
                verdicts=judged.get((one.row.round, one.row.name), ()),
                noted=tuple(event for event in one.events if isinstance(event, ClockPaused) and event.note),
                put_off_to=_put_off_to(one.row.name, state, promised),
                resumes_at=resumes_at,
                due_then=resumes_at and evaluate_folded(folded, calendars, resumes_at).due_if_resumed,
            )
            found.append(why)
        return sorted(found, key=lambda why: (-why.round, why.state.due_if_resumed, why.name))

    def _change(self, tx: Transaction, number: str, alter: clockchanges.Alter, *, by: str, reason: str) -> None:
        clockchanges.change(tx, self._context, number, alter, by=by, reason=reason)

    def _open_case(self, tx: Transaction, number: str, by: str, what: str) -> Case:
        agent = people.agent(tx, by)
        case = open_case(tx, self._engine, number, agent)
        require_owner_or_lead(agent, case, what)
        return case


def _put_off_to(name: str, state: ClockState, promised: Sequence[Promise]) -> datetime | None:
    """When the solution's clock escalates, if that isn't when it is due."""
    due_at = state.at(1) if name == SOLVE else None
    at = None if due_at is None else escalates_at(due_at, promised)
    return None if at == due_at else at


def _pause(book: ClockBook, number: str, order: PauseClock, now: datetime) -> None:
    DEFAULT_PAUSES.require(order.reason)
    wanted = {
        (round, name): pause(name, book.events(round, name), order, DEFAULT_PAUSES, now) for round, name in book.open_clocks()
    }
    if not any(wanted.values()):
        raise NothingToPause(number, order.reason)
    for (round, name), events in wanted.items():
        book.add(round, name, events)


def _resume(book: ClockBook, order: ResumeClock, now: datetime) -> None:
    waiting = [
        (round, name)
        for round, name in book.open_clocks()
        if (held := book.waits_for(round, name)) and (order.reason is None or order.reason in held)
    ]
    if not waiting:
        raise ClockNotPaused("*", order.reason)
    for round, name in waiting:
        book.add(round, name, resume(name, book.events(round, name), order, now))
