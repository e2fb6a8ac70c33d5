"""Carries a stored instance on to its end by what it waits for, and tells what it did."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from engine import codec
from engine.commands import (
    BroadcastSignal,
    ClaimTask,
    CompleteExternalTask,
    CompleteTask,
    CorrelateMessage,
    FetchExternalTasks,
    HeldTask,
    ResumeInstance,
    RetryIncident,
)
from engine.db import queries, tables
from engine.external import ExternalTasks
from engine.history import ActivityEntered
from engine.model import InstanceState, JobState, MessageSubscription, SubscriptionKind, TaskState
from tests.engine.conftest import Bench

PEOPLE_FIRST, EVENTS_FIRST, LATE = "people first", "events first", "late"
WAYS = (PEOPLE_FIRST, EVENTS_FIRST, LATE)
MOST_STEPS = 60


def carry_on(bench: Bench, key: str, way: str) -> dict[str, Any]:
    """Play an instance, and what it called, to the end. Tells by business key what was entered from now on and how it ended."""
    known = {each: len(_entered(bench, each)) for each in _family(bench, key)}
    if way == LATE:
        bench.clock.advance(days=2)
        bench.worker.run_until_idle()
    elif way == EVENTS_FIRST:
        for subscription in _subscriptions(bench, key):
            _occur(bench, subscription)
    for _ in range(MOST_STEPS):
        bench = bench.restarted()
        if not _step(bench, key):
            break
    return {each: _told(bench, each, known.get(each, 0)) for each in _family(bench, key)}


def _step(bench: Bench, key: str) -> bool:
    """The first of: a task, an incident, an event, a job, a timer. False when nothing is open."""
    return any(act(bench, key) for act in (_resume, _complete, _retry, _hear, _tell_results, _work, _wait))


def _resume(bench: Bench, key: str) -> bool:
    with bench.db.reading() as tx:
        found = [queries.instance(tx, each) for each in _family(bench, key).values()]
    resting = [each for each in found if each.state is InstanceState.SUSPENDED and each.parent_id is None]
    for instance in resting:
        with bench.db.transaction() as tx:
            bench.engine.operations.resume(tx, ResumeInstance(instance_id=instance.id, by="ana", reason="back again"))
    return bool(resting)


def _complete(bench: Bench, key: str) -> bool:
    with bench.db.reading() as tx:
        found = [task for each in _family(bench, key).values() for task in queries.tasks(tx, instance_id=each)]
    if not found:
        return False
    task = min(found, key=lambda task: task.id)
    if task.state is TaskState.CREATED:
        with bench.db.transaction() as tx:
            bench.engine.claim(tx, ClaimTask(task_id=task.id, by="li"))
    with bench.db.transaction() as tx:
        bench.engine.complete(tx, CompleteTask(task_id=task.id, by="li"))
    return True


def _retry(bench: Bench, key: str) -> bool:
    with bench.db.reading() as tx:
        found = [each for one in _family(bench, key).values() for each in queries.incidents(tx, bench.vault, instance_id=one)]
    for incident in found:
        with bench.db.transaction() as tx:
            bench.engine.retry(tx, RetryIncident(incident_id=incident.id, by="ana"))
    return bool(found)


def _hear(bench: Bench, key: str) -> bool:
    found = _subscriptions(bench, key)
    return bool(found) and _occur(bench, found[0])


def _occur(bench: Bench, subscription: MessageSubscription) -> bool:
    name = subscription.message_name
    with bench.db.transaction() as tx:
        if subscription.kind is SubscriptionKind.SIGNAL:
            return bench.engine.broadcast(tx, BroadcastSignal(name=name, by="ana", data={"by": name})) > 0
        told = CorrelateMessage(name=name, correlation_key=subscription.correlation_key, by="ana", data={"by": name})
        return bench.engine.correlate(tx, told)


def _tell_results(bench: Bench, key: str) -> bool:
    """Do what another program is asked for."""
    topics = tuple({job.topic for job in _jobs(bench, key) if job.topic})
    if not topics:
        return False
    external = ExternalTasks(bench.engine)
    with bench.db.transaction() as tx:
        found = external.fetch(tx, FetchExternalTasks(worker="robot-2", topics=topics, seconds=60))
    for task in found:
        held = HeldTask(task_id=task.id, worker="robot-2", attempt=task.attempt)
        with bench.db.transaction() as tx:
            external.complete(tx, CompleteExternalTask(held=held, by="robot", result={"told": task.activity_id}))
    return bool(found)


def _work(bench: Bench, key: str) -> bool:
    jobs = _jobs(bench, key)
    ready = [job for job in jobs if job.state is JobState.AVAILABLE and job.available_at <= bench.clock.now() and not job.topic]
    if ready:
        bench.worker.run_until_idle()
    return bool(ready)


def _wait(bench: Bench, key: str) -> bool:
    """Go to the next instant at which something of the instance is due."""
    with bench.db.reading() as tx:
        timers = [timer for each in _family(bench, key).values() for timer in queries.timers(tx, each)]
    instants = [timer.due_at for timer in timers]
    instants += [job.available_at if job.state is JobState.AVAILABLE else job.lease_until for job in _jobs(bench, key)]
    due = min((instant for instant in instants if instant is not None), default=None)
    if due is None:
        return False
    bench.clock.set(max(bench.clock.now(), due) + timedelta(seconds=1))
    bench.worker.run_until_idle()
    return True


def _jobs(bench: Bench, key: str) -> list[Any]:
    states = (JobState.AVAILABLE, JobState.LEASED)
    with bench.db.reading() as tx:
        return [job for each in _family(bench, key).values() for job in queries.jobs(tx, instance_id=each, states=states)]


def _subscriptions(bench: Bench, key: str) -> list[MessageSubscription]:
    """Messages first, each kind in the order of the activities' ids, whatever the order in which the rows were written."""
    with bench.db.reading() as tx:
        found = [each for one in _family(bench, key).values() for each in queries.subscriptions(tx, instance_id=one)]
    return sorted(found, key=lambda each: (each.kind, each.activity_id))


def _family(bench: Bench, key: str) -> dict[str, int]:
    """The instance and those below it, their ids by business key."""
    table = tables.process_instance
    with bench.db.reading() as tx:
        known = tx.execute(select(table.c.business_key, table.c.id).order_by(table.c.id))
        return {name: ident for name, ident in known if name == key or name.startswith(f"{key}/")}


def _entered(bench: Bench, key: str) -> list[str]:
    with bench.db.reading() as tx:
        events = queries.history(tx, bench.vault, queries.instance_by_key(tx, key).id)
    return [event.activity_id or "" for event in events if isinstance(event, ActivityEntered)]


def _told(bench: Bench, key: str, known: int) -> dict[str, Any]:
    with bench.db.reading() as tx:
        instance = queries.instance_by_key(tx, key)
        variables = queries.variables(tx, bench.vault, instance.id)
    return {
        "entered": " ".join(_entered(bench, key)[known:]),
        "state": str(instance.state),
        "variables": {name: json.loads(codec.encode(value)) for name, value in sorted(variables.items())},
    }
