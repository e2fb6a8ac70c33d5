"""Escalations for people: the list of those that are open, acknowledging them, taking a case over, and where a case stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.casetasks import instance_of, numbers_of, tasks_of
from desk.context import DeskContext
from desk.errors import RightMissing
from desk.escalating.laddering import Ladders
from desk.limits.limit_errors import EscalationNotFound, NothingToTakeOver
from desk.masking import mask_name
from desk.model import Agent, Case
from desk.processes.rollout import deployments_in_use
from desk.projection import ACKNOWLEDGES
from desk.rights import readable
from desk.store import assignments, cases, clocks, customers, escalations, people
from desk.store.clocks import ClockRow
from desk.store.escalations import KeptEscalation
from desk.texts import require_short_reason
from engine.commands import ReassignTask
from engine.db import queries
from engine.db.database import tried_again
from engine.model import UserTask
from engine.ports import Transaction

MOST_SHOWN = 200
TAKEN_OVER = "taken over after an escalation"
FILTERS = ("clock", "supervisor", "team", "type", "priority")


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationView:
    """An open clock's highest level with its case; `levels` are all that came, in order. The customer's name is masked.

    `in_line`: nobody has the case, its owner answers for it until somebody takes it.
    """

    newest: KeptEscalation
    levels: tuple[KeptEscalation, ...]
    case: Case
    clock: ClockRow
    customer: str
    in_line: bool

    @property
    def is_alarm(self) -> bool:
        """Whether nobody could be found to tell, and nobody took it since."""
        return self.newest.supervisor is None and self.newest.acknowledged_at is None

    @property
    def missed_at(self) -> datetime:
        """The due instant that was missed."""
        return self.clock.breached_at or self.clock.due_at or self.levels[0].at


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationPage:
    """Alarms first, then what waits for somebody, then what was acknowledged. `total` counts all that wait."""

    items: tuple[EscalationView, ...]
    total: int


class Escalations:
    """Each method is one use case in one transaction. `by` and `viewer` are logins."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db
        self._ladders = Ladders(context)

    def limits(self) -> set[str]:
        """The clocks that are escalated when they are missed: by the versions of open cases, and of those that are opened now."""
        with self._db.reading() as tx:
            return self._ladders.clocks(tx, deployments_in_use(tx))

    def page(self, *, viewer: str, limit: int = MOST_SHOWN, **wanted: str) -> EscalationPage:
        """Escalations whose clocks aren't over. `wanted` may name what FILTERS lists."""
        with self._db.reading() as tx:
            may = readable(people.agent(tx, viewer))
            known = {name: value for name, value in wanted.items() if name in FILTERS and value}
            found = escalations.open_ones(tx, self._context.vault, may, limit=limit, **known)
            return EscalationPage(items=self._views(tx, found), total=escalations.count_unacknowledged(tx, may))

    def waiting(self, *, viewer: str) -> int:
        """How many wait for somebody, for the navigation."""
        with self._db.reading() as tx:
            return escalations.count_unacknowledged(tx, readable(people.agent(tx, viewer)))

    def _views(self, tx: Transaction, found: Sequence[KeptEscalation]) -> tuple[EscalationView, ...]:
        numbers = {one.case_number for one in found}
        known, in_line = cases.cases(tx, numbers), assignments.in_line(tx, numbers)
        names = customers.by_id(tx, self._context.vault, {case.customer_id for case in known.values()})
        rows = {(row.case_number, row.round, row.name): row for row in clocks.of_cases(tx, numbers)}
        levels = escalations.of_cases(tx, self._context.vault, numbers)
        return tuple(
            EscalationView(
                newest=one,
                levels=tuple(each for each in levels if _same_clock(each, one)),
                case=known[one.case_number],
                clock=rows[one.case_number, one.round, one.clock],
                customer=mask_name(names[known[one.case_number].customer_id].name),
                in_line=one.case_number in in_line,
            )
            for one in found
        )

    def of_case(self, number: str, *, viewer: str) -> list[KeptEscalation]:
        """All levels that came in a case, in order. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return escalations.of_cases(tx, self._context.vault, [number])

    def clocks_of(self, tasks: Iterable[UserTask]) -> dict[int, tuple[str, ...]]:
        """By id, the clocks that the tasks to follow up an escalation are about: those that were escalated as the task came.

        Several when they were escalated at the same instant.
        """
        found = {task.id: task for task in tasks}
        with self._db.reading() as tx:
            numbers = numbers_of(tx, found.values())
            at: dict[tuple[str, datetime], list[str]] = {}
            for one in escalations.of_cases(tx, None, set(numbers.values())):
                at.setdefault((one.case_number, one.at), []).append(one.clock)
            about = {task.id: tuple(at.get((numbers[task.id], task.created_at), ())) for task in found.values()}
            return {known: clocks for known, clocks in about.items() if clocks and self._acknowledges(tx, found[known])}

    def _acknowledges(self, tx: Transaction, task: UserTask) -> bool:
        definition = self._engine.definition(queries.instance(tx, task.instance_id).deployment_id, tx)
        return definition.node(task.activity_id).work.properties.get(ACKNOWLEDGES) == "true"

    @tried_again
    def acknowledge(self, number: str, clock: str, *, by: str, note: str = "") -> None:
        """Say that somebody looks after it: no further level comes. For supervisors and who was told.

        Raises CaseNotFound, RightMissing, EscalationNotFound when nothing waits (any more), AnswersInvalid for a long note.
        """
        with self._db.transaction() as tx:
            self._acknowledge(tx, number, clock, by, note)

    @tried_again
    def take_over(self, number: str, clock: str, *, by: str, note: str = "") -> None:
        """Acknowledge it, and become the case's owner. Raises what `acknowledge` raises, NothingToTakeOver."""
        with self._db.transaction() as tx:
            self._acknowledge(tx, number, clock, by, note)
            case = cases.case(tx, number)
            task = next((one for one in tasks_of(tx, number) if one.id == case.owner_task_id), None)
            if task is None:
                raise NothingToTakeOver(number)
            reason = note.strip() or TAKEN_OVER
            self._engine.reassign(tx, ReassignTask(task_id=task.id, assignee=by, by=by, reason=reason))

    def _acknowledge(self, tx: Transaction, number: str, clock: str, by: str, note: str) -> None:
        require_short_reason(note, "note")
        agent = people.agent(tx, by)
        cases.case(tx, number, readable=readable(agent))
        self._engine.lock(tx, instance_of(tx, number).id)
        open_ones = [one for one in escalations.of_cases(tx, None, [number]) if one.clock == clock and not one.acknowledged_at]
        _require_right(agent, number, open_ones)
        now, vault = self._context.now(), self._context.vault
        if not escalations.acknowledge(tx, vault, number, clock=clock, by=by, at=now, note=note.strip()):
            raise EscalationNotFound(number)


def _same_clock(one: KeptEscalation, other: KeptEscalation) -> bool:
    return (one.case_number, one.clock, one.round) == (other.case_number, other.clock, other.round)


def _require_right(agent: Agent, number: str, open_ones: Sequence[KeptEscalation]) -> None:
    if not agent.leads and agent.login not in {one.supervisor for one in open_ones}:
        raise RightMissing(agent.login, f"acknowledge escalations of {number}", "a supervisor")
