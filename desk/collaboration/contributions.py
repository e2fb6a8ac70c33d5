"""Contributions 协办: the owner of a case asks departments for a part each, and stays its owner (R37, R40).

Each part has a task of its own in the diagram, assigned in that department by the rule of all assignments, and a limit of its
own (OLA, E24); the customer's clocks know nothing of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.casetasks import instance_of, open_case
from desk.casework.cases import ClockView, view_of
from desk.clocks import ServiceTarget, VoidReason
from desk.clocks.names import team_clock
from desk.clocks.teams import HANDED_OVER, begin
from desk.collaboration.contributing import agreed_target, target_of
from desk.context import DeskContext
from desk.errors import AnswersInvalid, ContributionOver, NotAwaited, RightMissing, TeamNotFound
from desk.limits.clockchanges import book_of
from desk.limits.in_force import policy_name
from desk.model import Agent, Case, EntryKind
from desk.notification.announcing import Announcer
from desk.notification.dossier import OWNER
from desk.rights import readable, require_owner_or_lead
from desk.store import cases, clocks, conversation, people
from desk.store import contributions as store
from desk.store.contributions import Contribution, ContributionState, key_of
from desk.store.conversation import Entry
from desk.texts import require_reason
from desk.wordings import NO_CHOICE, REQUIRED
from engine.commands import CorrelateMessage
from engine.db import messages, queries
from engine.db.database import tried_again
from engine.model import UserTask
from engine.ports import Transaction

ASKED, WITHDRAWN, PASSED_ON = "departments-asked", "contribution-withdrawn", "contribution-passed-on"
"""The messages that tell the process."""
MOST_AT_ONCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a department (the key of a team) is asked for. `limit` such as `4bh`; without one that of the process's table."""

    team: str
    wanted: str
    limit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContributionView:
    """A part of a case: who works on it (None: offered to the department) and its limit, None when it isn't timed."""

    contribution: Contribution
    assignee: str | None
    begun_at: datetime | None
    clock: ClockView | None
    may_withdraw: bool
    may_pass_on: bool


class Contributions:
    """Each method is one use case in one transaction. `by` is the login of the agent."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer
        self._engine = context.engine
        self._db = context.engine.db

    @tried_again
    def ask(self, number: str, asked: Sequence[Asked], *, by: str, message_id: str | None = None) -> list[Contribution]:
        """Ask departments for a part each, once per `message_id`; for the owner and supervisors.

        Nothing when it was asked before. Raises CaseNotFound, CaseClosed, RightMissing, TeamNotFound, LimitInvalid, NotAwaited,
        AnswersInvalid for no text, a long one, or a department that is named twice.
        """
        _check(asked)
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            case = open_case(tx, self._engine, number, agent)
            require_owner_or_lead(agent, case, "ask departments")
            if message_id is not None and not messages.take_message_once(tx, message_id, number, self._context.now()):
                return []
            for one in asked:
                self._note(tx, number, f"department {one.team}: {one.wanted.strip()}", by)
            return self.ask_in(tx, case, asked, by=by, what="contribution")

    def ask_in(self, tx: Transaction, case: Case, asked: Sequence[Asked], *, by: str, what: str) -> list[Contribution]:
        """The same within the caller's transaction, in which the instance is locked and the rights are looked at."""
        ids = [self._add(tx, case, one, by=by) for one in asked]
        found = [store.one(tx, self._context.vault, each) for each in ids]
        data = {"contributions": [_said(each) for each in found], "by": by}
        if not self._engine.correlate(tx, CorrelateMessage(name=ASKED, correlation_key=case.number, by=by, data=data)):
            raise NotAwaited(case.number, what)
        return [store.one(tx, self._context.vault, each) for each in ids]

    @tried_again
    def withdraw(self, contribution_id: int, *, reason: str, by: str) -> None:
        """Take back what a department was asked for; for the owner and supervisors. Who works on it is told.

        Raises ContributionNotFound, ContributionOver, CaseClosed, RightMissing, NotAwaited, AnswersInvalid without a reason.
        """
        require_reason(reason)
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            case, contribution = self._opened(tx, agent, contribution_id)
            require_owner_or_lead(agent, case, "withdraw a contribution")
            told = self._working_on(tx, contribution)
            self._end(tx, contribution, ContributionState.WITHDRAWN, by=by, reason=reason)
            self._note(tx, case.number, f"withdrawn {contribution.team}: {reason.strip()}", by)
            self._tell_process(tx, contribution, WITHDRAWN, {"by": by}, by=by)
            self._tell(tx, case, told, "contribution_withdrawn", contribution, reason)

    @tried_again
    def pass_on(self, contribution_id: int, *, team: str, reason: str, by: str) -> Contribution:
        """Give a department's part to another one, which has a limit of its own; the customer's clocks go on, the owner is told.

        For who works on it, its department, and supervisors. Raises ContributionNotFound, ContributionOver, CaseClosed,
        TeamNotFound, RightMissing, NotAwaited, AnswersInvalid without a reason or for the same department.
        """
        require_reason(reason)
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            case, before = self._opened(tx, agent, contribution_id)
            if not _may_pass_on(agent, before, self._task(tx, before)):
                raise RightMissing(by, f"pass on a contribution to {case.number}", f"the department {before.team}")
            if team == before.team:
                raise AnswersInvalid({"team": NO_CHOICE})
            self._end(tx, before, ContributionState.PASSED_ON, by=by, reason=reason)
            added = self._add(tx, case, Asked(team=team, wanted=before.wanted), by=by, passed_from=before.id)
            after = store.one(tx, self._context.vault, added)
            self._note(tx, case.number, f"passed on {before.team} {team}: {reason.strip()}", by)
            self._tell_process(tx, before, PASSED_ON, _said(after), by=by)
            self._tell(tx, case, self._announcer.dossier(tx, case.number).staff(OWNER), "contribution_passed_on", after, reason)
            return store.one(tx, self._context.vault, added)

    def of_case(self, number: str, *, viewer: str) -> list[ContributionView]:
        """Who does what part of a case, since when and until when; the oldest first. Raises CaseNotFound."""
        with self._db.reading() as tx:
            agent = people.agent(tx, viewer)
            case = cases.case(tx, number, readable=readable(agent))
            now = self._context.now()
            timed = {(row.round, row.name): view_of(row, now) for row in clocks.of_cases(tx, [number])}
            found = store.of_case(tx, self._context.vault, number)
            return [self._view(tx, agent, case, one, timed.get((one.round, one.clock))) for one in found]

    def may_ask(self, number: str, *, viewer: str) -> bool:
        """Whether the viewer may ask departments, and the process would take it now. Raises CaseNotFound."""
        with self._db.reading() as tx:
            agent = people.agent(tx, viewer)
            case = cases.case(tx, number, readable=readable(agent))
            if not case.open or not (agent.login == case.owner or agent.leads):
                return False
            waiting = queries.subscriptions(tx, instance_id=instance_of(tx, number).id)
            return any(one.message_name == ASKED for one in waiting)

    def _view(self, tx: Transaction, agent: Agent, case: Case, one: Contribution, clock: ClockView | None) -> ContributionView:
        task = self._task(tx, one)
        is_open = one.state is ContributionState.OPEN and case.open
        return ContributionView(
            contribution=one,
            assignee=task.assignee if task else None,
            begun_at=task.claimed_at if task else None,
            clock=clock,
            may_withdraw=is_open and (agent.login == case.owner or agent.leads),
            may_pass_on=is_open and _may_pass_on(agent, one, task),
        )

    def _add(self, tx: Transaction, case: Case, asked: Asked, *, by: str, passed_from: int | None = None) -> int:
        """Keep what is asked for and start its clock."""
        if asked.team not in people.teams(tx):
            raise TeamNotFound(asked.team)
        now = self._context.now()
        book = book_of(tx, self._context, case.number)
        names = {name for _, name in book.all_clocks()}
        names |= {one.clock for one in store.of_case(tx, self._context.vault, case.number)}
        target = agreed_target(asked.limit, asked.team) if asked.limit.strip() else self._target(tx, case, asked.team, now)
        clock = team_clock(asked.team, 1 + sum(name.startswith(team_clock(asked.team, 0)[:-1]) for name in names))
        if target is not None:
            clock, [started] = begin(names, asked.team, target, by=by, now=now)
            book.start(case.round, clock, started)
            book.write()
        more = {"wanted": asked.wanted.strip(), "by": by, "at": now, "passed_from": passed_from}
        return store.add(tx, self._context.vault, case.number, round=case.round, team=asked.team, clock=clock, **more)

    def _target(self, tx: Transaction, case: Case, team: str, now: datetime) -> ServiceTarget | None:
        instance = instance_of(tx, case.number)
        definition = self._engine.definition(instance.deployment_id, tx)
        variables = queries.variables(tx, self._context.vault, instance.id)
        policy = policy_name(instance.process_key, instance.version)
        return target_of(definition, variables, team, self._context.calendars_in(tx), now, policy=policy)

    def _end(self, tx: Transaction, contribution: Contribution, state: ContributionState, *, by: str, reason: str) -> None:
        now = self._context.now()
        store.end(tx, self._context.vault, contribution.id, state, by=by, at=now, reason=reason.strip())
        book = book_of(tx, self._context, contribution.case_number)
        if state is ContributionState.PASSED_ON:
            book.stop({contribution.clock}, now, by=by, what=HANDED_OVER)
        else:
            book.void({contribution.clock}, VoidReason.WITHDRAWN, at=now, by=by)
        book.write()

    def _opened(self, tx: Transaction, agent: Agent, contribution_id: int) -> tuple[Case, Contribution]:
        number = store.one(tx, self._context.vault, contribution_id).case_number
        case = open_case(tx, self._engine, number, agent)
        contribution = store.one(tx, self._context.vault, contribution_id)
        if contribution.state is not ContributionState.OPEN:
            raise ContributionOver(contribution_id, contribution.state)
        return case, contribution

    def _task(self, tx: Transaction, contribution: Contribution) -> UserTask | None:
        return None if contribution.task_id is None else queries.task(tx, contribution.task_id)

    def _working_on(self, tx: Transaction, contribution: Contribution) -> tuple[Agent, ...]:
        task = self._task(tx, contribution)
        account = people.account(tx, task.assignee) if task and task.assignee else None
        return (account.agent,) if account else ()

    def _note(self, tx: Transaction, number: str, text: str, by: str) -> None:
        entry = Entry(kind=EntryKind.REQUEST, at=self._context.now(), by=by, text=text)
        conversation.append(tx, self._context.vault, number, entry)

    def _tell_process(self, tx: Transaction, to: Contribution, message: str, data: dict, *, by: str) -> None:
        if not self._engine.correlate(tx, CorrelateMessage(name=message, correlation_key=to.key, by=by, data=data)):
            raise NotAwaited(to.case_number, message)

    def _tell(
        self, tx: Transaction, case: Case, agents: Sequence[Agent], template: str, about: Contribution, reason: str
    ) -> None:
        dossier = self._announcer.dossier(tx, case.number)
        given = {**self._announcer.variables(dossier), "department": dossier.team_name(about.team), "reason": reason.strip()}
        self._announcer.tell_staff(tx, dossier, agents, template, given, key=f"{template}:{about.id}")


def _said(contribution: Contribution) -> dict[str, object]:
    """What the process knows of it."""
    said = {"id": contribution.id, "team": contribution.team, "clock": contribution.clock}
    return said | {"key": key_of(contribution.case_number, contribution.id)}


def _may_pass_on(agent: Agent, contribution: Contribution, task: UserTask | None) -> bool:
    return agent.leads or contribution.team in agent.team_keys or bool(task and task.assignee == agent.login)


def _check(asked: Sequence[Asked]) -> None:
    if not 0 < len(asked) <= MOST_AT_ONCE or len({one.team for one in asked}) < len(asked):
        raise AnswersInvalid({"team": NO_CHOICE if asked else REQUIRED})
    for one in asked:
        require_reason(one.wanted, "wanted")
