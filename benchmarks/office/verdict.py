"""What must hold when all is quiet again: each promise kept, each effect once, each history whole.

*lost*: the server said yes, and it isn't so; or the database says that something left the house, and it never arrived; or what
another program did isn't what the history says.
*duplicated*: something happened twice inside (a case, a task, a survey, a step of a token), or two different mails say the same
thing in the same round of handling, or the same mail (the same Message-ID) arrived twice although no worker died between the two
arrivals. Mail is sent at least once: SMTP knows no transaction, so a worker that dies after the server took a mail and before
that is written down sends it once more, with the same Message-ID. Those are counted apart, as repeats.
*stuck*: a case that isn't closed, or anything that is still open in one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from sqlalchemy import func, select

from benchmarks.office.carriers import ACTIVITY, PARCEL, Carriers
from benchmarks.office.fleet import WORKER, Death
from benchmarks.office.house import House
from benchmarks.office.mailbox import Received
from benchmarks.office.traffic import NOTED, Promise, Traffic
from desk.model import CaseState, EntryKind
from desk.store import cases, conversation, surveys
from desk.store.deliveries import DeliveryState
from desk.tables import case as case_table
from desk.tables import delivery
from engine import history
from engine.db import lists, messages, queries
from engine.db.tables import process_instance
from engine.model import InstanceState, JobState, ProcessInstance
from engine.ports import Transaction
from handlers.mail import message_id

SETTLED = (JobState.DONE, JobState.CANCELLED)
MOST_PARCELS = 100_000


@dataclass(slots=True)
class Verdict:
    """Each finding says what and where. `repeats` are mails that came again after a worker's death."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    cases: int = 0
    parcels: int = 0
    repeats: int = 0


def drained(house: House, seconds: float) -> bool:
    """Wait until no job is open, no instance active and no message due; whether that came in time."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        with house.services.db.reading() as tx:
            active = tx.execute(select(func.count()).where(process_instance.c.state == InstanceState.ACTIVE)).scalar_one()
            if not active and not _open_jobs(tx) and not _due_messages(tx, house):
                return True
        time.sleep(0.5)
    return False


def _due_messages(tx: Transaction, house: House) -> int:
    due = (delivery.c.state == DeliveryState.WAITING, delivery.c.not_before <= house.services.clock.now())
    return tx.execute(select(func.count()).select_from(delivery).where(*due)).scalar_one()


def inspect(house: House, traffic: Traffic, carriers: Carriers, received: Sequence[Received], deaths: Sequence[Death]) -> Verdict:
    """Compare what clients were promised, what the database says, what arrived by mail and what other programs did."""
    verdict = Verdict()
    with house.services.db.reading() as tx:
        numbers = tx.execute(select(case_table.c.number).order_by(case_table.c.number)).scalars().all()
        verdict.cases = len(numbers)
        verdict.stuck.extend(_open_jobs(tx))
        _requests(tx, traffic, numbers, verdict)
        for number in numbers:
            _case(tx, house, number, [one for one in traffic.promises if one.number == number], verdict)
        _parcels(tx, house, carriers, verdict)
    _mail(house, numbers, received, deaths, verdict)
    return verdict


def _open_jobs(tx: Transaction) -> list[str]:
    return [f"job {job.id} of {job.business_key} is {job.state}" for job in queries.jobs(tx) if job.state not in SETTLED]


def _requests(tx: Transaction, traffic: Traffic, numbers: Sequence[str], verdict: Verdict) -> None:
    """Each confirmed request has its case, and no case is without its request."""
    opened = [messages.message_outcome(tx, f"intake:{login}:{request}") for login, request in traffic.requests]
    # a request is kept with its case's number and what it asked for
    known = {outcome.partition(":")[0] for outcome in opened if outcome}
    verdict.lost.extend(f"{number} was confirmed and isn't there" for number in traffic.numbers if number not in numbers)
    verdict.duplicated.extend(f"{number} was opened by no request" for number in numbers if number not in known)


def _case(tx: Transaction, house: House, number: str, promises: Sequence[Promise], verdict: Verdict) -> None:
    instance = queries.instance_by_key(tx, number)
    events = queries.history(tx, house.services.vault, instance.id)
    case = cases.case(tx, number)
    if instance.state is not InstanceState.COMPLETED or case.state is not CaseState.CLOSED:
        standing = ", ".join(task.activity_id for task in queries.tasks(tx, instance_id=instance.id))
        verdict.stuck.append(
            f"{number}: the instance is {instance.state}, the case {case.state}; open tasks: {standing or 'none'}"
        )
    waiting = [*queries.timers(tx, instance.id), *queries.subscriptions(tx, instance_id=instance.id)]
    broken = queries.incidents(tx, house.services.vault, instance_id=instance.id)
    for one in (*waiting, *broken):
        verdict.stuck.append(f"{number}: an open {type(one).__name__} at {one.activity_id}")
    verdict.duplicated.extend(f"{number}: {what}" for what in _happened_twice(events))
    verdict.duplicated.extend(f"{number}: {what}" for what in two_owners(events))
    verdict.lost.extend(f"{number}: {what}" for what in _not_kept(tx, house, instance, events, promises))


def _happened_twice(events: Sequence[history.HistoryEvent]) -> Iterator[str]:
    """What a history may hold once only, and what has to stand in it exactly once."""
    kinds = Counter(type(event).__name__ for event in events)
    for name in ("InstanceStarted", "InstanceCompleted"):
        if kinds[name] > 1:
            yield f"{kinds[name]} times {name}"
    for kind, key in (
        (history.TaskCreated, "task_id"),
        (history.TaskCompleted, "task_id"),
        (history.JobCreated, "job_id"),
        (history.JobDone, "job_id"),
        (history.ActivityLeft, "token_id"),
        (history.TimerFired, "token_id"),
        (history.MessageCorrelated, "token_id"),
    ):
        found = Counter((event.activity_id, getattr(event, key)) for event in events if isinstance(event, kind))
        yield from (f"{count} times {kind.__name__} at {where}" for where, count in found.items() if count > 1)


def two_owners(events: Sequence[history.HistoryEvent]) -> Iterator[str]:
    """Whether anybody took or finished a task that somebody else held."""
    holders: dict[int, str | None] = {}
    for event in events:
        if isinstance(event, history.TaskClaimed):
            if holders.get(event.task_id) is not None:
                yield f"task {event.task_id} was claimed by {event.by} while {holders[event.task_id]} held it"
            holders[event.task_id] = event.by
        elif isinstance(event, history.TaskReleased | history.TaskReassigned):
            holders[event.task_id] = None
        elif isinstance(event, history.TaskCompleted):
            if holders.get(event.task_id) != event.by:
                yield f"task {event.task_id} was completed by {event.by} while {holders.get(event.task_id)} held it"
            holders[event.task_id] = None


def _not_kept(
    tx: Transaction, house: House, instance: ProcessInstance, events: Sequence[history.HistoryEvent], promises: Sequence[Promise]
) -> Iterator[str]:
    number = instance.business_key
    claimed = {(event.task_id, event.by) for event in events if isinstance(event, history.TaskClaimed)}
    completed = {(event.task_id, event.by) for event in events if isinstance(event, history.TaskCompleted)}
    answered = {one.round for one in surveys.of_cases(tx, house.services.vault, [number]) if one.answered_at}
    replies = sum(entry.kind is EntryKind.REPLY for entry in conversation.entries(tx, house.services.vault, number))
    rows = house.services.desk.tables.progress_table(number)
    noted = sum(row["处理内容"] == NOTED["content"] for row in rows)
    for promise in promises:
        kept = {
            "taken": True,
            "claimed": (promise.task_id, promise.by) in claimed,
            "completed": (promise.task_id, promise.by) in completed,
            "replied": replies == sum(one.kind == "replied" for one in promises),
            "noted": noted == sum(one.kind == "noted" for one in promises),
            "answered": promise.round in answered,
        }[promise.kind]
        if not kept:
            yield f"{promise} was confirmed and isn't so"
    made = {event.job_id for event in events if isinstance(event, history.JobCreated)}
    yield from (f"job {job} is gone" for job in sorted(made - {job.id for job in queries.jobs(tx, instance_id=instance.id)}))


def _parcels(tx: Transaction, house: House, carriers: Carriers, verdict: Verdict) -> None:
    """Each confirmed order has one instance, and each carried parcel's receipt stands in the history of its instance, once."""
    sent = lists.instances(tx, process_key=PARCEL, after=0, limit=MOST_PARCELS)
    verdict.parcels = len(sent)
    keys = Counter(instance.business_key for instance in sent)
    verdict.lost.extend(f"{key} was ordered and isn't there" for key in carriers.ordered if key not in keys)
    verdict.duplicated.extend(f"{key} has {times} instances" for key, times in keys.items() if times > 1)
    carried = dict(carriers.carried)
    for instance in sent:
        number = instance.business_key
        events = queries.history(tx, house.services.vault, instance.id)
        if instance.state is not InstanceState.COMPLETED:
            verdict.stuck.append(f"{number}: the instance is {instance.state}")
        verdict.duplicated.extend(f"{number}: {what}" for what in _happened_twice(events))
        receipts = [carried.pop(job.idempotency_key, None) for job in queries.jobs(tx, instance_id=instance.id)]
        told = [
            event.value.get("receipt") for event in events if isinstance(event, history.VariableSet) and event.name == ACTIVITY
        ]
        if receipts != told:
            verdict.lost.append(f"{number}: carried with {receipts}, the history says {told}")
    verdict.duplicated.extend(f"{receipt} is of no instance" for receipt in carried.values())


def _mail(house: House, numbers: Sequence[str], received: Sequence[Received], deaths: Sequence[Death], verdict: Verdict) -> None:
    arrivals: dict[str, list[Received]] = {}
    for mail in received:
        arrivals.setdefault(mail.message_id, []).append(mail)
    rounds: dict[str, int] = {}
    for number in numbers:
        rounds |= _rounds(house, number)
        for sent in house.services.desk.deliveries.of_case(number, viewer="admin"):
            if sent.state == "sent" and _ident(house, sent.idempotency_key) not in arrivals:
                verdict.lost.append(f"{number}: {sent.template} was sent to {sent.recipient}, and never arrived")
    said: dict[tuple[Any, ...], str] = {}
    for ident, mails in arrivals.items():
        content = (mails[0].to, mails[0].subject, mails[0].text, rounds.get(ident))
        if content in said:
            verdict.duplicated.append(f"the mail {mails[0].subject!r} to {mails[0].to} came as {said[content]} and as {ident}")
        said[content] = ident
        _repeats(mails, deaths, verdict)


def _rounds(house: House, number: str) -> dict[str, int]:
    """The round in which each mail of a case was ordered, by Message-ID: a new round may say the same to the same agent."""
    with house.services.db.reading() as tx:
        instance = queries.instance_by_key(tx, number)
        keys = {job.id: job.idempotency_key for job in queries.jobs(tx, instance_id=instance.id)}
        events = queries.history(tx, house.services.vault, instance.id)
    round, found = 1, {}
    for event in events:
        if isinstance(event, history.HandlerDecided) and event.handler == "new-round":
            round += 1
        elif isinstance(event, history.JobCreated) and event.job_id in keys:
            found[_ident(house, keys[event.job_id])] = round
    return found


def _ident(house: House, idempotency_key: str) -> str:
    return message_id(idempotency_key, sender=house.services.settings.mail_from)


def _repeats(mails: Sequence[Received], deaths: Sequence[Death], verdict: Verdict) -> None:
    for earlier, later in pairwise(mails):
        if any(death.role == WORKER and earlier.second <= death.second <= later.second for death in deaths):
            verdict.repeats += 1
        else:
            apart = later.second - earlier.second
            verdict.duplicated.append(
                f"the mail {later.subject!r} to {later.to} came again {apart:.1f} s later, and no worker had died"
            )
