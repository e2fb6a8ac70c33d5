"""A version's targets applied to open cases that have others (E25): a preview, then a run that workers go on with.

Without it running cases keep the targets of the version on which they started.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from desk.casetasks import instance_of
from desk.clocks import Cause, ClockPhase, ClockState, evaluate
from desk.context import DeskContext
from desk.limits import clockchanges
from desk.limits.clockbook import ClockBook
from desk.limits.in_force import TARGET_ROWS, TARGETS_VERSION, as_applied, policy_name, version_in_force
from desk.limits.targeting import Change, retarget_all, target_rows
from desk.onebyone import told_of
from desk.rights import require_operator
from desk.store import cases, people
from desk.store import policies as store
from desk.store.policies import PolicyRun
from desk.texts import require_reason
from engine.commands import SetVariables
from engine.db import queries
from engine.db.database import tried_again
from engine.errors import CaseloopError, Unavailable
from engine.model import OPEN_INSTANCES
from engine.ports import Transaction

log = structlog.get_logger(__name__)
AT_ONCE = 25
MOST_SHOWN = 50
WHAT = "apply targets to open cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedClock:
    """A clock that would be due at another time. `breaches`: it would be missed at once. A paused one is looked at as if it went
    on now.
    """

    case_number: str
    version: str
    clock: str
    due_before: datetime
    due_after: datetime
    breaches: bool
    is_paused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyPreview:
    """What a run would do to the first cases: `looked_at` of `total` that may have other targets; `unreadable` are cases that it
    couldn't change.

    `by_others` counts those that go by another version's targets so far: clocks that begin later would go by this one's.
    """

    version: str
    total: int
    looked_at: int
    by_others: int
    moved: tuple[MovedClock, ...]
    unreadable: tuple[str, ...]


class Policies:
    """For supervisors and analysts (RightMissing). Raises NotFound for a version that isn't deployed."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db

    @property
    def _key(self) -> str:
        return self._context.settings.process_key

    def preview(self, version: str, *, viewer: str, limit: int = MOST_SHOWN) -> PolicyPreview:
        """What would move, without moving it."""
        moved: list[MovedClock] = []
        unreadable: list[str] = []
        by_others = 0
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), WHAT)
            queries.deployment(tx, self._key, version)
            numbers = store.numbers(tx, self._key, version, after="", limit=limit)
            for number in numbers:
                try:
                    moved += self._would_move(tx, number, version)
                    by_others += self._in_force(tx, number) != version
                except CaseloopError:
                    unreadable.append(number)
            total = store.count(tx, self._key, version)
        return PolicyPreview(
            version=version,
            total=total,
            looked_at=len(numbers),
            by_others=by_others,
            moved=tuple(moved),
            unreadable=tuple(unreadable),
        )

    def _in_force(self, tx: Transaction, number: str) -> str:
        instance = instance_of(tx, number)
        return version_in_force(queries.variables(tx, self._context.vault, instance.id), instance.version)

    def _would_move(self, tx: Transaction, number: str, version: str) -> list[MovedClock]:
        book, now = clockchanges.book_of(tx, self._context, number), self._context.now()
        case, open_clocks = cases.case(tx, number), book.open_clocks()
        before = {each: self._state(tx, book, each, now) for each in open_clocks}
        self._retarget(tx, book, number, version, by="", reason=WHAT, now=now)
        found = []
        for each in open_clocks:
            old, new = before[each], self._state(tx, book, each, now)
            if new.over or old.due_if_resumed == new.due_if_resumed:
                continue
            moved = MovedClock(
                case_number=number,
                version=case.version,
                clock=each[1],
                due_before=old.due_if_resumed,
                due_after=new.due_if_resumed,
                breaches=new.due_if_resumed <= now and old.breached_at is None,
                is_paused=new.phase is ClockPhase.PAUSED,
            )
            found.append(moved)
        return found

    def _state(self, tx: Transaction, book: ClockBook, where: tuple[int, str], now: datetime) -> ClockState:
        # what is compared is asked for at one instant: a paused clock's due instant moves with it
        events = book.events(*where)
        return evaluate(events, self._context.calendars_in(tx), max(now, events[-1].at))

    def _retarget(
        self, tx: Transaction, book: ClockBook, number: str, version: str, *, by: str, reason: str, now: datetime
    ) -> None:
        """Let the case's clocks follow the version; those that do already are left alone."""
        context = self._context
        if self._in_force(tx, number) == version and book.policies() <= {"", policy_name(self._key, version)}:
            return
        rows = self._rows(tx, number, version)
        if rows is not None:
            change = Change(cause=Cause.POLICY_APPLIED, by=by, at=now, note=reason, may_lower=True)
            policy = policy_name(self._key, version)
            retarget_all(book, cases.case(tx, number), rows, context.calendars_in(tx), change, policy=policy)

    def _rows(self, tx: Transaction, number: str, version: str) -> list[Mapping[str, Any]] | None:
        deployment = queries.deployment(tx, self._key, version)
        variables = queries.variables(tx, self._context.vault, instance_of(tx, number).id)
        return target_rows(self._engine.definition(deployment.id, tx), variables, self._context.now())

    def _tell_process(self, tx: Transaction, run: PolicyRun, number: str) -> None:
        """Give the process the version's rows too, and whose they are: for clocks that begin later, and for another class.

        One that hasn't asked its own table yet is still to begin by that.
        """
        rows, instance = self._rows(tx, number, run.version), instance_of(tx, number)
        told = queries.variables(tx, self._context.vault, instance.id)
        if rows is None or told.get(TARGET_ROWS) is None or instance.state not in OPEN_INSTANCES:
            return
        values = {TARGET_ROWS: as_applied(rows, run.version), TARGETS_VERSION: run.version}
        if any(told.get(name) != value for name, value in values.items()):
            self._engine.set_variables(tx, SetVariables(instance_id=instance.id, values=values, by=run.by, reason=run.reason))

    def _dues(self, tx: Transaction, book: ClockBook, now: datetime) -> dict[tuple[int, str], datetime]:
        """When the open clocks are due, or would be if they went on now."""
        return {each: self._state(tx, book, each, now).due_if_resumed for each in book.open_clocks()}

    @tried_again
    def apply(self, version: str, *, by: str, reason: str) -> int:
        """Begin a run over all open cases that have other targets; its id. Raises AnswersInvalid without a reason."""
        require_reason(reason)
        with self._db.transaction() as tx:
            require_operator(people.agent(tx, by), WHAT)
            queries.deployment(tx, self._key, version)
            vault, now = self._context.vault, self._context.now()
            return store.add(tx, vault, process_key=self._key, version=version, reason=reason.strip(), by=by, at=now)

    def runs(self, *, viewer: str) -> list[PolicyRun]:
        """The newest runs, with how far they are."""
        with self._db.reading() as tx:
            require_operator(people.agent(tx, viewer), WHAT)
            return store.runs(tx, self._context.vault, limit=MOST_SHOWN)

    def tend(self) -> int:
        """Go on with the oldest run for some cases; how many were looked at. A chore of the workers."""
        with self._db.reading() as tx:
            run = next(iter(store.runs(tx, self._context.vault, limit=1, only_undone=True)), None)
            if run is None:
                return 0
            numbers = store.numbers(tx, run.process_key, run.version, after=run.after_case, limit=AT_ONCE)
        if not numbers:
            self._db.run(lambda tx: store.change(tx, run, finished_at=self._context.now()))
            return 1
        came = [self._each(run, number) for number in numbers]
        counts = {"done": run.done + len(came), "moved": run.moved + came.count(True), "failed": run.failed + came.count(None)}
        self._db.run(lambda tx: store.change(tx, run, after_case=numbers[-1], **counts))
        return len(numbers)

    def _each(self, run: PolicyRun, number: str) -> bool | None:
        """One case in a transaction of its own, its timers with it: whether anything moved; None when that can't be done.

        Done a second time, after a worker died, it finds the new limits there and changes nothing.
        """
        try:
            return self._db.run(lambda tx: self._follow(tx, run, number))
        except Unavailable:
            raise
        except Exception as error:
            log.warning("policy_not_applied", case=number, version=run.version, **told_of(error))
            return None

    def _follow(self, tx: Transaction, run: PolicyRun, number: str) -> bool:
        def alter(book: ClockBook) -> bool:
            now = self._context.now()
            before = self._dues(tx, book, now)
            self._retarget(tx, book, number, run.version, by=run.by, reason=run.reason, now=now)
            return before != self._dues(tx, book, now)

        moved = clockchanges.change(tx, self._context, number, alter, by=run.by, reason=Cause.POLICY_APPLIED)
        self._tell_process(tx, run, number)
        return moved
