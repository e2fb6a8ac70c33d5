"""Customers for whom a case waits are asked again, as often as its process says (E17)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bpmn.diagram import feel_source
from desk.casetasks import instance_of
from desk.clocks import evaluate
from desk.clocks.names import WAITING
from desk.clocks.waiting import WaitingPolicy, WaitingStep, next_reminder, waiting_plan
from desk.context import DeskContext
from desk.instants import minute
from desk.limits.clockchanges import book_of
from desk.model import DESK, EntryKind
from desk.notification.announcing import Announcer
from desk.onebyone import OneByOne
from desk.store import conversation, waits
from desk.store.conversation import Entry
from desk.store.waits import Wait
from engine.db import queries
from engine.model import InstanceState
from engine.ports import Transaction

AT_ONCE = 25
LATER = timedelta(hours=1)
"""When a suspended case is looked at again, so that it keeps back no other."""
TEMPLATE = "waiting_reminder"
HANDLE, QUESTION = "handle", "question"


class WaitReminding:
    """A chore of the workers. Of reminders that nobody sent while no worker ran, the customer gets the last one only; while the
    case is suspended they get none.
    """

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._db = context.engine.db
        self._announcer = announcer
        self._pieces = OneByOne(context, "customer_not_reminded")

    def tend(self) -> int:
        """Remind whom it is time to remind; how many."""
        with self._db.reading() as tx:
            due = waits.due(tx, self._context.now(), AT_ONCE, but=self._pieces.left_alone)
        return sum(self._pieces.do(wait.case_number, lambda tx, one=wait: self._remind(tx, one)) for wait in due)

    def _remind(self, tx: Transaction, seen: Wait) -> int:
        instance = self._context.engine.lock(tx, instance_of(tx, seen.case_number).id).instance
        wait, now = waits.of_token(tx, seen.case_number, seen.token_id), self._context.now()
        if wait is None or wait.next_at is None:
            return 0
        if instance.state is InstanceState.SUSPENDED:
            waits.go_on(tx, wait, told=wait.told, next_at=now + LATER)
            return 0
        policy = WaitingPolicy(days=wait.days, reminders=wait.reminders)
        plan = waiting_plan(wait.since, policy, self._context.calendars_in(tx).business)
        due = [step for step in plan[wait.told : -1] if step.at <= now]
        told = due[-1].number if due else wait.told
        following = next_reminder(plan, told)
        waits.go_on(tx, wait, told=told, next_at=following.at if following else None)
        if due:
            self._tell(tx, wait, due[-1])
        return len(due[-1:])

    def _tell(self, tx: Transaction, wait: Wait, step: WaitingStep) -> None:
        number, vault = wait.case_number, self._context.vault
        said = f"{step.number}/{wait.reminders}"
        conversation.append(tx, vault, number, Entry(kind=EntryKind.REMINDER, at=step.at, by=DESK, text=said))
        dossier = self._announcer.dossier(tx, number)
        given = {**self._announcer.variables(dossier), "question": self._question(tx, number), "until": self._until(tx, wait)}
        key = f"waiting:{number}:{wait.token_id}:{step.number}"
        self._announcer.tell_customer(tx, dossier, TEMPLATE, given, key=key)

    def _question(self, tx: Transaction, number: str) -> str:
        """What the owner asked the customer, where the process keeps it."""
        answers = queries.variables(tx, self._context.vault, instance_of(tx, number).id).get(HANDLE)
        asked = answers.get(QUESTION) if isinstance(answers, Mapping) else None
        return asked if isinstance(asked, str) else ""

    def _until(self, tx: Transaction, wait: Wait) -> str:
        """When the case goes on without the customer, if its diagram times that."""
        if not self._resolves(tx, wait.case_number):
            return ""
        events = book_of(tx, self._context, wait.case_number).events(wait.round, wait.clock)
        due_at = evaluate(events, self._context.calendars_in(tx), events[-1].at).due_at if events else None
        return minute(due_at, self._context.zone) if due_at else ""

    def _resolves(self, tx: Transaction, number: str) -> bool:
        process: Any = self._context.engine.definition(instance_of(tx, number).deployment_id, tx).process
        timers = (feel_source(node.event.expression) for node in process.nodes.values() if node.event)
        return any(f'clock("{WAITING}")' in source for source in timers if source)
