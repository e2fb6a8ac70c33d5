"""Changes of clocks that no event of the process makes: a response, a pause by hand, another priority. Its timers follow them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bpmn.diagram import feel_source
from desk.casetasks import instance_of
from desk.clocks.folding import fold
from desk.context import DeskContext
from desk.limits.clockbook import ClockBook
from desk.limits.clocklookup import CLOCK
from desk.store import cases, clocks, escalations
from desk.store.clocks import KeptClock
from engine.commands import RefreshLookups, SetVariables
from engine.db import queries
from engine.definition import Definition
from engine.model import OPEN_INSTANCES, ProcessInstance
from engine.ports import Transaction

CLOCKS = "clocks"
"""The variable in which a process has what was promised when its round began; diagrams of earlier versions time by it."""
_INSTANT_READ = re.compile(r"\bclocks\s*\.\s*\w+\s*\.\s*(due_at|warn_at)\b")

Result = TypeVar("Result")
Alter = Callable[[ClockBook], Result]


def book_of(tx: Transaction, context: DeskContext, number: str) -> ClockBook:
    """The clocks of a case."""
    return ClockBook(tx, context.vault, number, context.calendars)


def change(tx: Transaction, context: DeskContext, number: str, alter: Alter[Result], *, by: str, reason: str) -> Result:
    """Let `alter` change the clocks of a case, and the process move what follows them, in the same transaction; its answer.

    What was due before fires first. A diagram that times by the instants in its variable gets the new ones there.
    """
    instance = instance_of(tx, number)

    def alter_and_write() -> Result:
        book = book_of(tx, context, number)
        answer = alter(book)
        book.write()
        return answer

    answer = follow(tx, context, number, alter_and_write, by=by, reason=reason)
    definition = context.engine.definition(instance.deployment_id, tx)
    if instance.state in OPEN_INSTANCES and times_by_variable(definition):
        _tell_variable(tx, context, instance, by=by, reason=reason)
    return answer


def follow(tx: Transaction, context: DeskContext, number: str, write: Callable[[], Result], *, by: str, reason: str) -> Result:
    """Let `write` change what the lookup `clock` answers, and the process move its timers; the answer of `write`.

    What was due before fires first. Levels that were to come are looked at again.
    """
    instance = instance_of(tx, number)
    escalations.look_again(tx, [number], context.now())
    if instance.state not in OPEN_INSTANCES:
        return write()
    answers: list[Result] = []
    order = RefreshLookups(instance_id=instance.id, names=(CLOCK,), by=by, reason=reason)
    context.engine.refresh(tx, order, lambda: answers.append(write()))
    return answers[0]


def times_by_variable(definition: Definition) -> bool:
    """Whether any timer, condition or due date of a process reads an instant of the variable, as all did before lookups."""
    return any(_INSTANT_READ.search(source) for source in _timed_by(definition))


def _timed_by(definition: Definition) -> list[str]:
    nodes = definition.process.nodes.values()
    texts = [text for node in nodes for text in (node.event.expression if node.event else None, node.work.due_date)]
    return [source for text in texts if (source := feel_source(text)) is not None]


def _tell_variable(tx: Transaction, context: DeskContext, instance: ProcessInstance, *, by: str, reason: str) -> None:
    """Write into the variable what the clocks of the present round say now."""
    said = queries.variables(tx, context.vault, instance.id).get(CLOCKS)
    if not isinstance(said, Mapping):
        return
    round = cases.case(tx, instance.business_key).round
    kept = {one.row.name: one for one in clocks.kept(tx, [instance.business_key]) if one.row.round == round}
    told = {name: _told(value, kept[name]) if name in kept else value for name, value in said.items()}
    if told != said:
        command = SetVariables(instance_id=instance.id, values={CLOCKS: told}, by=by, reason=reason)
        context.engine.set_variables(tx, command)


def _told(said: Any, kept: KeptClock) -> Any:
    """A clock as the variable has it; a stopped or paused one has no instants, so that its timers are unarmed.

    The limit stands beside the instants: so whoever reads the variable back sees that nothing else was promised.
    """
    row = kept.row
    if not isinstance(said, Mapping) or said.get("stopped_at"):
        return said
    if row.stopped_at is not None:
        return {**said, "due_at": None, "warn_at": None, "stopped_at": row.stopped_at}
    target = fold(kept.events).target
    limit = {"amount": str(target.limit.amount), "unit": target.limit.unit, "calendar": target.calendar}
    return {**said, "due_at": row.due_at, "warn_at": row.warn_at, "limit": limit}
