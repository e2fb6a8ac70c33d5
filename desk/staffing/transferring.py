"""A case goes to another team: to whom of it the rule of assignment chooses, else into its line. The customer's limits go on,
the team has one of its own.
"""

from __future__ import annotations

from desk.assignment import Assignment, Wanted, assign, result_of
from desk.casetasks import instance_of, open_case
from desk.clocks.teams import hand_over
from desk.collaboration.contributing import has_table, target_of
from desk.context import DeskContext
from desk.errors import AnswersInvalid, NotAwaited, RightMissing, TeamNotFound
from desk.limits import clockchanges
from desk.limits.clockbook import ClockBook
from desk.limits.in_force import policy_name
from desk.model import Agent, Case
from desk.notification.announcing import Announcer
from desk.reasons import decision
from desk.staffing.assignment_records import DECIDER
from desk.staffing.handing import ASSIGNMENT, owners_task
from desk.staffing.reserving import reserved
from desk.store import assignments, cases, contributions, people
from desk.store.assignments import Kept
from desk.texts import require_reason
from desk.wordings import NO_CHOICE
from engine.commands import ReassignTask, SetVariables
from engine.db import queries
from engine.db.database import tried_again
from engine.errors import StaleRevision
from engine.model import UserTask
from engine.ports import Transaction


class Transferring:
    """For who has the case, and supervisors."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer
        self._engine = context.engine
        self._db = context.engine.db

    @tried_again
    def give_to_team(self, number: str, team: str, *, reason: str, by: str, revision: int | None = None) -> Assignment:
        """Make another team the one in charge; who of it has the case now, nobody when it waits in the team's line.

        `revision` is that of the owner's task that was looked at. Skills and business line that the routing table asked for were
        those of the team before; whom the case is kept from stays. Raises CaseNotFound, CaseClosed, NotAwaited, TeamNotFound,
        RightMissing, StaleRevision, AnswersInvalid without a reason or for the team that has it.
        """
        require_reason(reason)
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            case, kept, task = self._opened(tx, number, agent)
            if team not in people.teams(tx):
                raise TeamNotFound(team)
            if task.assignee != by and not agent.leads:
                raise RightMissing(
                    by, f"give {number} to another team", f"its holder {task.assignee or '(nobody)'} or a supervisor"
                )
            if revision is not None and task.revision != revision:
                raise StaleRevision(f"The task of {number}", read=revision, current=task.revision)
            if team == case.team:
                raise AnswersInvalid({"team": NO_CHOICE})
            wanted = self._wanted(tx, case, kept, team)
            now = self._context.now()
            answer = assign(wanted, reserved(tx, wanted, now), now)
            self._give(tx, task, wanted, answer, reason=reason.strip(), by=by)
            self._time(tx, case, team, by=by)
            if answer.assignee not in (None, by, task.assignee):
                key = f"reassigned:{task.id}:{task.revision}"
                self._announcer.tell_new_holder(tx, number, str(answer.assignee), reason=reason.strip(), key=key)
            return answer

    def _opened(self, tx: Transaction, number: str, agent: Agent) -> tuple[Case, Kept, UserTask]:
        """The case with its owner's task, and its instance locked."""
        case, kept = open_case(tx, self._engine, number, agent), assignments.kept(tx, number)
        task = owners_task(tx, kept)
        if kept is None or task is None:
            raise NotAwaited(number, "assignment")
        return case, kept, task

    def _wanted(self, tx: Transaction, case: Case, kept: Kept, team: str) -> Wanted:
        familiar = cases.owners_of_customer(tx, case)
        return Wanted(
            team=team, priority=case.priority, language=kept.wanted.language, avoid=kept.wanted.avoid, familiar=familiar
        )

    def _give(self, tx: Transaction, task: UserTask, wanted: Wanted, answer: Assignment, *, reason: str, by: str) -> None:
        """The team first: who waits in a line, and whose limits count, follows from it."""
        result = result_of(answer, wanted)
        told = {ASSIGNMENT: result}
        self._engine.set_variables(tx, SetVariables(instance_id=task.instance_id, values=told, by=by, reason=reason))
        because = (DECIDER, decision(result, answer.reason, answer.considered))
        groups = (wanted.team,)
        command = ReassignTask(task_id=task.id, assignee=answer.assignee, by=by, reason=reason, candidate_groups=groups)
        self._engine.reassign(tx, command, because=because)

    def _time(self, tx: Transaction, case: Case, team: str, *, by: str) -> None:
        """The team before is done; the limit of this one begins (E24), where the process has a table of departments' limits."""
        context, now, instance = self._context, self._context.now(), instance_of(tx, case.number)
        definition = self._engine.definition(instance.deployment_id, tx)
        if not has_table(definition):
            return
        variables = queries.variables(tx, context.vault, instance.id)
        policy = policy_name(instance.process_key, instance.version)
        target = target_of(definition, variables, team, context.calendars_in(tx), now, policy=policy)
        parts = {one.clock for one in contributions.of_case(tx, context.vault, case.number)}

        def alter(book: ClockBook) -> None:
            rounds = {name: round for round, name in book.all_clocks()}
            known = {name: book.events(round, name) for name, round in rounds.items()}
            for name, events in hand_over(known, team, target, by=by, now=now, parts=parts).items():
                if name in rounds:
                    book.add(rounds[name], name, events)
                else:
                    book.begin(case.round, name, events)

        clockchanges.change(tx, context, case.number, alter, by=by, reason="given to another team")
