"""What agents do: take tasks, talk with the customer, note progress, ask for help, finish."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from bpmn.diagram import Node
from desk.assignment.absences import stand_ins
from desk.casetasks import instance_of, number_of, open_case, require_visible, tasks_of
from desk.casework.incoming import Incoming
from desk.casework.merge_rules import where_to
from desk.casework.progress import RESOLVED, checked_entry, row_of
from desk.collaboration import approvals
from desk.collaboration.contributions import ASKED, Asked, Contributions
from desk.context import DeskContext
from desk.errors import AnswersInvalid, HelpPending, NotAwaited, NoWorkHeld, RightMissing
from desk.instants import with_offset
from desk.limits import responses
from desk.model import RESPONSES, Agent, Case, EntryKind, Role
from desk.notification.announcing import Announcer
from desk.projection import WAITS_FOR, WORK
from desk.rights import require_owner_or_lead
from desk.staffing.handing import GIVEN_BACK, assign_again
from desk.store import approvals as asked_approvals
from desk.store import assignments, cases, conversation, links, people, progress, staffing
from desk.store.conversation import Entry
from desk.store.progress import ProgressRow
from desk.texts import require_short, require_text
from desk.wordings import REQUIRED
from engine.commands import ClaimTask, CompleteTask, CorrelateMessage, EnqueueJob, ReassignTask, ReleaseTask, SetVariables
from engine.db import messages, queries
from engine.db.database import tried_again
from engine.model import ProcessInstance, TaskState, UserTask
from engine.ports import Transaction

CUSTOMER = "customer"
REPLY_HANDLER = "notify"
ASSIGNMENT = "assignment"
TECHNICAL_HELP, TECHNICAL = "technical-help", "technical"
"""The message of earlier diagrams; the team that helps where the route names none."""
APPROVAL_FORM = "confirm"
"""The form of the tasks at which somebody approves or rejects."""


class Work:
    """Each method is one use case in one transaction. `by` is the login of the agent."""

    def __init__(self, context: DeskContext, announcer: Announcer, incoming: Incoming, contributions: Contributions) -> None:
        self._context = context
        self._announcer = announcer
        self._incoming = incoming
        self._contributions = contributions
        self._engine = context.engine
        self._db = context.engine.db

    # -- tasks

    @tried_again
    def claim(self, task_id: int, *, by: str, revision: int | None = None) -> UserTask:
        """Take an offered task, or begin one that was given to you; the case is then in progress.

        Raises CaseNotFound or NotFound for a task that the agent can't see, TaskAlreadyClaimed, TaskNotOpen, StaleRevision,
        Forbidden.
        """
        with self._db.transaction() as tx:
            return self._claim(tx, people.agent(tx, by), task_id, revision)

    @tried_again
    def start(self, task_id: int, *, by: str, revision: int | None = None) -> UserTask:
        """Claim a task (unless you hold it) and note that you talk with the customer now: a call is a response, a claim isn't.

        Raises what `claim` raises.
        """
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            task = self._claim(tx, agent, task_id, revision)
            self._say(tx, agent, number_of(tx, task), Entry(kind=EntryKind.CALL, at=self._context.now(), by=by, text=""))
            return queries.task(tx, task_id)

    def _claim(self, tx: Transaction, agent: Agent, task_id: int, revision: int | None) -> UserTask:
        require_visible(tx, agent, queries.task(tx, task_id))
        groups = frozenset(agent.team_keys)
        task = self._engine.claim(tx, ClaimTask(task_id=task_id, by=agent.login, groups=groups, revision=revision))
        self._owned(tx, task, by=agent.login)
        return task

    def _owned(self, tx: Transaction, task: UserTask, *, by: str) -> None:
        """Tell the process who holds the owner's task, so that the case comes back to them after a wait."""
        if not cases.known(tx, task.business_key) or cases.case(tx, task.business_key).owner_task_id != task.id:
            return
        assignment = queries.variables(tx, self._context.vault, task.instance_id).get(ASSIGNMENT)
        if not isinstance(assignment, Mapping) or assignment.get("assignee") == task.assignee:
            return
        changed = {ASSIGNMENT: {**assignment, "assignee": task.assignee}}
        command = SetVariables(instance_id=task.instance_id, values=changed, by=by, reason="the owner's task changed hands")
        self._engine.set_variables(tx, command)

    @tried_again
    def release(self, task_id: int, *, by: str, revision: int | None = None) -> UserTask:
        """Give a task back to its team. A case goes at once to whom the rule of assignment chooses; while nobody is free it waits
        in the line of its team, whose head owns it until somebody takes it (R40).

        Raises TaskNotYours, TaskNotOpen, StaleRevision.
        """
        with self._db.transaction() as tx:
            released = self._engine.release(tx, ReleaseTask(task_id=task_id, by=by, revision=revision))
            kept = assignments.kept(tx, released.business_key)
            if kept is not None and kept.task_id == task_id:
                assign_again(tx, self._context, kept, released, why=GIVEN_BACK)
            return queries.task(tx, task_id)

    @tried_again
    def reassign(self, task_id: int, *, assignee: str, by: str, reason: str, revision: int | None = None) -> UserTask:
        """Hand an open task to another active agent (analysts take none): by its holder, or by a supervisor.

        For somebody on leave it goes to who stands in. Raises AgentNotFound, RightMissing, AnswersInvalid without a reason,
        TaskNotOpen, StaleRevision.
        """
        if not reason.strip():
            raise AnswersInvalid({"reason": REQUIRED})
        with self._db.transaction() as tx:
            agent, to = people.agent(tx, by), people.agent(tx, self._there(tx, assignee))
            self._engine.lock(tx, queries.task(tx, task_id).instance_id)
            task = queries.task(tx, task_id)
            if task.assignee != by and not agent.leads:
                raise RightMissing(by, f"reassign task {task_id}", f"its holder {task.assignee or '(nobody)'} or a supervisor")
            if to.role is Role.ANALYST:
                raise RightMissing(to.login, "work on cases", "an agent")
            command = ReassignTask(task_id=task_id, assignee=to.login, by=by, reason=reason.strip(), revision=revision)
            handed = self._engine.reassign(tx, command)
            self._owned(tx, handed, by=by)
            number = number_of(tx, handed)
            if to.login not in (by, task.assignee) and cases.known(tx, number):
                key = f"reassigned:{task.id}:{handed.revision}"
                self._announcer.tell_new_holder(tx, number, to.login, reason=command.reason, key=key)
            return handed

    def _there(self, tx: Transaction, login: str) -> str:
        now = self._context.now()
        return stand_ins(staffing.absences(tx, until_after=now), now).get(login) or login

    @tried_again
    def complete(self, task_id: int, data: Mapping[str, Any], *, by: str, revision: int | None = None) -> ProcessInstance:
        """Finish a task with the answers of its form.

        Work on a case names what was done and, until it is resolved, the next action. A case isn't resolved while something that
        its diagram waits for is open; nobody approves beyond their authority. Raises FormInvalid, AnswersInvalid, HelpPending,
        AuthorityMissing, TaskNotYours, TaskNotOpen, StaleRevision.
        """
        with self._db.transaction() as tx:
            instance = self._engine.lock(tx, queries.task(tx, task_id).instance_id).instance
            task = queries.task(tx, task_id)
            definition = self._engine.definition(instance.deployment_id, tx)
            answers = with_offset(definition.package.forms.get(task.form_id or ""), data, self._context.zone)
            if cases.known(tx, task.business_key) and task.state is TaskState.CLAIMED and task.assignee == by:
                self._check_work(tx, task, definition.node(task.activity_id), answers)
                if task.form_id == APPROVAL_FORM:
                    approvals.check_and_note(tx, task.business_key, answers, by=by, now=self._context.now())
            return self._engine.complete(tx, CompleteTask(task_id=task_id, by=by, data=answers, revision=revision))

    def _check_work(self, tx: Transaction, task: UserTask, node: Node, answers: Mapping[str, Any]) -> None:
        properties = node.work.properties
        case = cases.case(tx, task.business_key)
        if properties.get(WORK) == "true":
            row = self._row(tx, case, task, answers)
            if task.assignee == case.owner:
                responses.responded(tx, self._context, case.number, row.started_at, by=task.assignee or "")
        if answers.get("outcome") == RESOLVED:
            awaited = {part.strip() for part in properties.get(WAITS_FOR, "").split(",")}
            pending = [one.name for one in queries.tasks(tx, instance_id=task.instance_id) if one.activity_id in awaited]
            if pending:
                raise HelpPending(case.number, tuple(pending))

    # -- progress

    @tried_again
    def log_progress(self, number: str, data: Mapping[str, Any], *, by: str, message_id: str | None = None) -> ProgressRow | None:
        """Add a row to the progress table and keep the task open. `data` are answers of the task's form without an outcome.

        None when `message_id` was taken before: sent twice, a row is written once.
        Raises CaseNotFound, CaseClosed, NoWorkHeld, AnswersInvalid.
        """
        with self._db.transaction() as tx:
            case = open_case(tx, self._engine, number, people.agent(tx, by))
            if not self._first_time(tx, message_id, number):
                return None
            task = self._held(tx, case, by)
            row = self._row(tx, case, task, {key: value for key, value in data.items() if key != "outcome"})
            if by == case.owner:
                responses.responded(tx, self._context, number, row.started_at, by=by)
            progress.append(tx, self._context.vault, row)
            return row

    def _row(self, tx: Transaction, case: Case, task: UserTask, data: Mapping[str, Any]) -> ProgressRow:
        now, zone = self._context.now(), self._context.zone
        by = task.assignee or ""
        return row_of(
            case,
            checked_entry(case, data, now=now, zone=zone),
            by=by,
            at=now,
            task_id=task.id,
            task_name=task.name,
            claimed_at=task.claimed_at,
            last_end=progress.last_end(tx, case.number, by=by),
            last_call=conversation.last_call(tx, case.number, by=by),
            zone=zone,
        )

    def _held(self, tx: Transaction, case: Case, by: str) -> UserTask:
        """The task of the case on which this agent may note work."""
        for task in tasks_of(tx, case.number):
            definition = self._engine.definition(queries.instance(tx, task.instance_id).deployment_id, tx)
            works = definition.node(task.activity_id).work.properties.get(WORK) == "true"
            if works and task.state is TaskState.CLAIMED and task.assignee == by:
                return task
        raise NoWorkHeld(case.number, by)

    def _first_time(self, tx: Transaction, message_id: str | None, number: str) -> bool:
        """Whether this order was never taken before; one without an id always counts as new."""
        return message_id is None or messages.take_message_once(tx, message_id, number, self._context.now())

    # -- help

    @tried_again
    def request_technical_help(self, number: str, *, reason: str, by: str, message_id: str | None = None) -> None:
        """Ask the technical team that the route names to contribute; the owner stays the owner. Once per `message_id`.

        Raises NotAwaited, RightMissing, CaseNotFound.
        """
        with self._db.transaction() as tx:
            self._request(tx, number, TECHNICAL_HELP, "technical help", reason, by, message_id)

    @tried_again
    def request_approval(
        self,
        number: str,
        *,
        reason: str,
        by: str,
        kind: str = "",
        amount: Decimal | None = None,
        message_id: str | None = None,
    ) -> None:
        """Ask for approval of what is planned. Once per `message_id`.

        With a `kind` (refund, say), and perhaps an amount, the first person with enough authority gets the task, and nobody
        with less may approve it. Raises NotAwaited, RightMissing, CaseNotFound, AnswersInvalid.
        """
        with self._db.transaction() as tx:
            case = self._request(tx, number, "approval-needed", "request for approval", reason, by, message_id)
            if case is None:
                return
            asked, now = approvals.asked_of(case, kind, amount, by), self._context.now()
            asked_approvals.ask(tx, number, asked, now)
            if asked.kind:
                fresh = [task for task in tasks_of(tx, number) if task.form_id == APPROVAL_FORM and task.created_at >= now]
                approvals.give_to_approver(tx, self._engine, fresh, asked, now)

    def _request(
        self, tx: Transaction, number: str, message: str, what: str, reason: str, by: str, message_id: str | None
    ) -> Case | None:
        """Bring a request to the process; the case, or None when it was brought before."""
        require_text(reason, "reason")
        agent = people.agent(tx, by)
        case = open_case(tx, self._engine, number, agent)
        require_owner_or_lead(agent, case, f"ask for {what}")
        if not self._first_time(tx, message_id, number):
            return None
        text = f"{what}: {reason.strip()}"
        entry = Entry(kind=EntryKind.REQUEST, at=self._context.now(), by=by, text=text)
        conversation.append(tx, self._context.vault, number, entry)
        awaited = {one.message_name for one in queries.subscriptions(tx, instance_id=instance_of(tx, number).id)}
        if message == TECHNICAL_HELP and ASKED in awaited:
            self._contributions.ask_in(tx, case, [self._of_technicians(tx, number, reason)], by=by, what=what)
            return case
        data = {"reason": reason.strip(), "by": by}
        if not self._engine.correlate(tx, CorrelateMessage(name=message, correlation_key=number, by=by, data=data)):
            raise NotAwaited(number, what)
        return case

    def _of_technicians(self, tx: Transaction, number: str, reason: str) -> Asked:
        route = queries.variables(tx, self._context.vault, instance_of(tx, number).id).get("route")
        named = route.get("technical_team") if isinstance(route, Mapping) else None
        return Asked(team=str(named or TECHNICAL), wanted=reason)

    # -- conversation

    @tried_again
    def reply(self, number: str, text: str, *, by: str, message_id: str | None = None) -> bool:
        """Say something to the customer; the first reply by a person stops the clock of the response.

        A customer who left a mail address gets it by mail.
        False when `message_id` was taken before. Raises CaseNotFound, CaseClosed, AnswersInvalid.
        """
        require_text(text, "text")
        with self._db.transaction() as tx:
            entry = Entry(kind=EntryKind.REPLY, at=self._context.now(), by=by, text=text.strip(), message_id=message_id)
            said = self._say(tx, people.agent(tx, by), number, entry)
            if said:
                self._send(tx, where_to(number, links.merges_from(tx, number)), entry)
            return said

    def _send(self, tx: Transaction, number: str, reply: Entry) -> None:
        if "@" not in cases.matters(tx, self._context.vault, [number])[number].contact:
            return
        command = EnqueueJob(
            instance_id=instance_of(tx, number).id,
            handler=REPLY_HANDLER,
            label="reply",
            by=reply.by,
            idempotency_key=f"reply:{self._context.chance.token()}",
            inputs={"reply": reply.text},
            headers={"to": CUSTOMER, "template": "reply"},
        )
        self._engine.enqueue(tx, command)

    @tried_again
    def log_call(
        self, number: str, text: str = "", *, by: str, at: datetime | None = None, message_id: str | None = None
    ) -> None:
        """Note a talk with the customer, now or at an earlier instant; it counts as a response, not earlier than the receipt.

        Raises CaseNotFound, CaseClosed, AnswersInvalid.
        """
        require_short(text, "text")
        with self._db.transaction() as tx:
            now = self._context.now()
            begun = min(at or now, now)
            entry = Entry(kind=EntryKind.CALL, at=begun, by=by, text=text.strip(), message_id=message_id)
            self._say(tx, people.agent(tx, by), number, entry)

    @tried_again
    def note(self, number: str, text: str, *, by: str, message_id: str | None = None) -> None:
        """Write an internal note, which is never shown to the customer. Raises CaseNotFound, CaseClosed, AnswersInvalid."""
        require_text(text, "text")
        with self._db.transaction() as tx:
            entry = Entry(kind=EntryKind.NOTE, at=self._context.now(), by=by, text=text.strip(), message_id=message_id)
            self._say(tx, people.agent(tx, by), number, entry)

    def _say(self, tx: Transaction, agent: Agent, number: str, entry: Entry) -> bool:
        if agent.role is Role.ANALYST:
            raise RightMissing(agent.login, "talk with customers", "an agent")
        number = where_to(number, links.merges_from(tx, number))
        case = open_case(tx, self._engine, number, agent)
        if not conversation.append(tx, self._context.vault, number, entry):
            return False
        if agent.login == case.owner:
            assignments.change(tx, number, look_again_at=None)
        if entry.kind in RESPONSES:
            responses.responded(tx, self._context, number, max(entry.at, case.received_at), by=entry.by)
        return True

    def customer_message(self, number: str, text: str, *, message_id: str, headers: Mapping[str, str] | None = None) -> bool:
        """Take a message from the customer; see Incoming.take. False when it was taken before."""
        return self._incoming.take(number, text, message_id=message_id, headers=headers).taken
