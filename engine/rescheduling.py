"""Many instances follow a lookup at once: a calendar was edited, say. In batches, each in one short transaction.

Nothing of an instance is opened but the variables that the expressions read: timers, tasks and these are read in one statement
each, and the lookups prepare their answers for the whole batch. An instance on which somebody works, that has something due
now, or where conditions or runs of an activity play a part takes the way of a single refresh instead.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol

import structlog

from bpmn.diagram import EventKind, Node, TimerKind
from bpmn.feel import AskedOnce, FeelError, ValuesOnce
from engine import codec, results
from engine.commands import RefreshLookups, RescheduleInstances
from engine.db import moves, store
from engine.db.database import Database
from engine.db.tables import VARIABLE_CONTEXT
from engine.definition import Definition
from engine.errors import ExpressionFailed, HandlerFailed, InstanceOver, NotFound, Unavailable, VaultError
from engine.execution import Surroundings
from engine.garbage import collector_resting
from engine.history import HistoryEvent, TaskDueMoved, TimerMoved
from engine.lookups import answers_of
from engine.model import ProcessInstance
from engine.ports import Answer, Clock, Lookup, Transaction
from engine.timers import next_instant, still_to_come
from engine.variables import Variables
from engine.vault import KeyRing

BATCH = 250
"""So many instances are kept from others at once, for some tens of milliseconds."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What came of one batch. `last_id` is where the next begins, None at the end.

    `followed` are the instances that are up to date now, whether or not they moved; `left` have to be refreshed one by one.
    """

    last_id: int | None
    moved: int
    followed: tuple[int, ...]
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescheduled:
    """What came of all: how many instances were looked at, how many of them moved, and which can't be continued."""

    looked_at: int
    moved: int
    failed: tuple[int, ...]


class Instances(Protocol):
    """What rescheduling asks of the engine."""

    db: Database
    vault: KeyRing
    clock: Clock
    surroundings: Surroundings

    def definition(self, deployment_id: int, tx: Transaction | None = None) -> Definition: ...
    def refresh(self, tx: Transaction, command: RefreshLookups) -> ProcessInstance: ...


class Asking:
    """What in a definition asks the lookups of an order: the lookup for each timer and user task by activity.

    `plain` is false where it takes more than the lookups' answers to follow them; so it does where something waits at one of
    `repeated`.
    """

    def __init__(self, definition: Definition, lookups: Sequence[Lookup], order: RescheduleInstances) -> None:
        self.definition = definition
        known = definition.asking({lookup.name: _never for lookup in lookups})
        asked: dict[str, str] = {}
        texts: dict[str, str | None] = {}
        for node in definition.process.nodes.values():
            text = node.event.expression if node.event is not None else node.work.due_date
            question = known.question(text)
            if order.about is not None and question is not None and question.about not in order.about:
                continue
            if found := known.lookups_asked(text) & set(order.names):
                asked[node.id], texts[node.id] = min(found), text
        is_event = {activity_id: definition.node(activity_id).event is not None for activity_id in asked}
        self.timers = {activity_id: name for activity_id, name in asked.items() if is_event[activity_id]}
        self.tasks = {activity_id: name for activity_id, name in asked.items() if not is_event[activity_id]}
        self.variables = frozenset[str]().union(*map(known.names_read, texts.values())) - known.lookups.keys()
        # what runs of an activity keep for themselves hides variables, and a condition lets tokens go on
        self.repeated = frozenset(
            each for each, text in texts.items() if known.names_read(text) - known.lookups.keys() and _repeats(definition, each)
        )
        self.plain = not any(_is_condition(definition.node(activity_id)) for activity_id in self.timers)


def _never(*_arguments: Any) -> None:
    return None


def _repeats(definition: Definition, activity_id: str) -> bool:
    """Whether an activity runs several times, or is attached to or part of one that does."""
    node: Node | None = definition.node(activity_id)
    while node is not None:
        if node.loop is not None:
            return True
        outer = node.attached_to or node.parent_id
        node = definition.node(outer) if outer else None
    return False


def _is_condition(node: Node) -> bool:
    return node.event is not None and node.event.kind is not EventKind.TIMER


class Moving:
    """What moves in one locked instance when it follows the lookups."""

    def __init__(
        self,
        asking: Asking,
        locked: moves.Locked,
        command: RescheduleInstances,
        lookups: Mapping[str, Answer],
        now: datetime,
        open_variable: Callable[[bytes], Any],
    ) -> None:
        self._asking = asking
        self._locked = locked
        self._definition = asking.definition.asking({name: AskedOnce(name, answer) for name, answer in lookups.items()})
        self._told = {"at": now, "by": command.by, "reason": command.reason}
        self._now = now
        self._variables = ValuesOnce(Variables(locked.variables, open_variable))

    def events(self) -> list[HistoryEvent] | None:
        """What moves, as it will stand in the history; None when only a refresh of the instance can tell."""
        waiting = (*self._locked.timers, *self._locked.tasks)
        if not self._asking.plain or any(row.activity_id in self._asking.repeated for row in waiting):
            return None
        if any(row.due_at is not None and row.due_at <= self._now for row in self._locked.timers):
            return None
        try:
            # what another definition asks by the same id is read too, as the batch is read together
            timers = [row for row in self._locked.timers if row.activity_id in self._asking.timers]
            tasks = [row for row in self._locked.tasks if row.activity_id in self._asking.tasks]
            found = [*map(self._timer, timers), *map(self._task, tasks)]
        except (ExpressionFailed, ValueError, VaultError):
            # the refresh makes an incident of it
            return None
        return [event for event in found if event is not None]

    def _timer(self, row: Any) -> TimerMoved | None:
        event = self._definition.node(row.activity_id).event
        value = self._definition.value(row.activity_id, event.expression if event else None, self._variables, row.entered_at)
        cycle = event is not None and event.timer_kind is TimerKind.CYCLE
        due_at = next_instant(value, cycle=cycle, entered_at=row.entered_at, after=still_to_come(row.due_at, self._now))
        if due_at == row.due_at:
            return None
        return TimerMoved(lookup=self._asking.timers[row.activity_id], **self._move(row, due_at))

    def _task(self, row: Any) -> TaskDueMoved | None:
        node = self._definition.node(row.activity_id)
        due_at = results.instant_of(self._definition, node, node.work.due_date, self._variables, self._now)
        if due_at == row.due_at:
            return None
        return TaskDueMoved(task_id=row.id, lookup=self._asking.tasks[row.activity_id], **self._move(row, due_at))

    def _move(self, row: Any, due_at: datetime | None) -> dict[str, Any]:
        where = {"activity_id": row.activity_id, "token_id": row.token_id}
        return {**self._told, **where, "before": row.due_at, "due_at": due_at}


def reschedule(
    engine: Instances,
    tx: Transaction,
    command: RescheduleInstances,
    *,
    after_id: int = 0,
    limit: int = BATCH,
    instead: Sequence[Lookup] = (),
) -> Batch:
    """Let the next `limit` instances after `after_id` follow the lookups. Only those that move are written.

    `instead` are lookups that answer here in place of the engine's of the same names. Raises HandlerFailed when a lookup can't
    prepare its answers.
    """
    own = {lookup.name: lookup for lookup in instead}
    lookups = [own.get(lookup.name, lookup) for lookup in engine.surroundings.lookups]
    last_id, ids, asking = _page(engine, tx, command, lookups, after_id=after_id, limit=limit)
    if not ids:
        return Batch(last_id=last_id, moved=0, followed=(), left=())
    timers = {activity_id for each in asking.values() for activity_id in each.timers}
    tasks = {activity_id for each in asking.values() for activity_id in each.tasks}
    variables = {name for each in asking.values() for name in each.variables if each.plain}
    now, opened = engine.clock.now(), partial(_opened, engine.vault)
    locked = moves.lock_free(tx, ids, timers=timers, tasks=tasks, variables=variables, now=now)
    answers = _answers(lookups, tx, [each.instance for each in locked.values()], now)
    found = {
        instance_id: Moving(asking[each.instance.deployment_id], each, command, answers[instance_id], now, opened).events()
        for instance_id, each in locked.items()
    }
    moved = [(locked[instance_id], events) for instance_id, events in found.items() if events]
    moves.write(tx, engine.vault, moved, recorded_at=now)
    left = [instance_id for instance_id in ids if found.get(instance_id) is None]
    left += [each.instance.id for each, events in moved if _told(engine.surroundings, tx, each.instance, events)]
    followed = tuple(instance_id for instance_id in ids if instance_id not in left)
    return Batch(last_id=last_id, moved=len(moved), followed=followed, left=tuple(left))


def _page(
    engine: Instances, tx: Transaction, command: RescheduleInstances, lookups: Sequence[Lookup], *, after_id: int, limit: int
) -> tuple[int | None, list[int], dict[int, Asking]]:
    """The id up to which it comes, the open instances by then, and what asks the lookups by deployment.

    Of instances that are named it is also those where nothing asks.
    """

    def asking(deployment_ids: Collection[int]) -> dict[int, Asking]:
        return {each: Asking(engine.definition(each, tx), lookups, command) for each in deployment_ids}

    if command.instance_ids is not None:
        named = [each for each in sorted(command.instance_ids) if each > after_id][:limit]
        found = moves.page_among(tx, named)
        return (named[-1] if named else None), list(found), asking(set(found.values()))
    known = {each: one for each, one in asking(moves.open_deployments(tx)).items() if one.timers or one.tasks}
    ids = list(moves.page_of(tx, known.keys(), after_id=after_id, limit=limit))
    return (ids[-1] if ids else None), ids, known


def _opened(vault: KeyRing, sealed: bytes) -> Any:
    return codec.decode(vault.open(sealed, context=VARIABLE_CONTEXT))


def _answers(
    lookups: Sequence[Lookup], tx: Transaction, instances: Sequence[ProcessInstance], at: datetime
) -> dict[int, dict[str, Answer]]:
    """Each lookup's function by instance and name."""
    try:
        prepared = {lookup.name: answers_of(lookup, tx, instances, at) for lookup in lookups}
    except FeelError as error:
        raise HandlerFailed(f"{error}. Repair the lookup, then reschedule again.") from error
    return {each.id: {name: answers[each.id] for name, answers in prepared.items()} for each in instances}


def _told(surroundings: Surroundings, tx: Transaction, instance: ProcessInstance, events: Sequence[HistoryEvent]) -> bool:
    """Tell the projections that want to know; whether a lookup may answer otherwise by it."""
    changed = False
    for projection in surroundings.projections:
        if not all(isinstance(event, getattr(projection, "ignores", ())) for event in events):
            changed = bool(projection.apply(tx, instance, events)) or changed
    return changed


Beside = Callable[[Transaction, Sequence[int]], None]
"""Writes what else follows for these instances, which are locked, in the transaction in which they follow."""


def reschedule_all(
    engine: Instances, command: RescheduleInstances, *, limit: int = BATCH, beside: Beside | None = None
) -> Rescheduled:
    """Let all of them follow the lookups, in transactions of its own. One that can't be continued stops nobody else."""
    looked_at, moved, left, after_id = 0, 0, [], 0
    while True:
        with collector_resting():
            batch = engine.db.run(partial(_batch, engine, command, after_id, limit, beside))
        looked_at, moved, left = looked_at + len(batch.followed) + len(batch.left), moved + batch.moved, [*left, *batch.left]
        if batch.last_id is None:
            break
        after_id = batch.last_id
        engine.db.give_way()
    followed = {instance_id: _follow(engine, instance_id, command, beside) for instance_id in left}
    failed = tuple(instance_id for instance_id, came in followed.items() if came is None)
    return Rescheduled(looked_at=looked_at, moved=moved + sum(map(bool, followed.values())), failed=failed)


def _batch(
    engine: Instances, command: RescheduleInstances, after_id: int, limit: int, beside: Beside | None, tx: Transaction
) -> Batch:
    batch = reschedule(engine, tx, command, after_id=after_id, limit=limit)
    if beside is not None and batch.followed:
        beside(tx, batch.followed)
    return batch


def _follow(engine: Instances, instance_id: int, command: RescheduleInstances, beside: Beside | None) -> bool | None:
    """Refresh one instance; whether it was written, None when it can't be continued."""
    order = RefreshLookups(instance_id=instance_id, names=command.names, by=command.by, reason=command.reason)

    def refresh(tx: Transaction) -> bool:
        before = store.lock_instance(tx, instance_id).instance
        after = engine.refresh(tx, order)
        if beside is not None:
            beside(tx, (instance_id,))
        return after.revision != before.revision

    try:
        return engine.db.run(refresh)
    except (InstanceOver, NotFound):
        return False
    except Unavailable:
        raise
    except Exception:
        log.exception("instance_cannot_follow", instance_id=instance_id)
        return None
