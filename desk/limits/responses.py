"""Customers and people of ours answer each other: what that does to the clocks of the response and of the next one (E36, E37)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from desk.casetasks import instance_of
from desk.clocks import Anchors, Calendars, ClockStarted, ServiceTarget, strictest_targets
from desk.clocks.names import NEXT_RESPONSE, RESPOND, SOLVE, kind_of
from desk.clocks.variables import read_variable
from desk.clocks.waiting import RESUMED_BY_CUSTOMER
from desk.context import DeskContext
from desk.limits import clockchanges
from desk.limits.clockbook import ClockBook
from desk.limits.in_force import TARGET_ROWS, policy_name, version_in_force
from desk.limits.limit_errors import TargetRowInvalid
from desk.limits.targeting import service_target, team_at_start
from desk.store import cases
from engine.db import queries
from engine.model import ProcessInstance
from engine.ports import Transaction

log = structlog.get_logger(__name__)
RESPONSE, REASON = "response", "first response to the customer"
CUSTOMER, CUSTOMER_MESSAGE, ANSWERED = "customer", "customer_message", "the customer was answered"


def responded(tx: Transaction, context: DeskContext, number: str, at: datetime, *, by: str) -> None:
    """Record that a person responded at `at`: first that is the response, later the answer to what the customer wrote."""
    # the instance is locked before anything of its case, here as in the engine, so that nobody waits in a circle
    context.engine.lock(tx, instance_of(tx, number).id)
    now = context.now()
    if cases.case(tx, number).first_response_at is not None:
        _answered(tx, context, number, at, by=by)
        return
    clockchanges.change(
        tx, context, number, lambda book: book.stop({RESPOND}, at, by=by, what=RESPONSE, at=now), by=by, reason=REASON
    )
    cases.save(tx, cases.case(tx, number), first_response_at=at)


def _answered(tx: Transaction, context: DeskContext, number: str, at: datetime, *, by: str) -> None:
    """Stop what waits for an answer. Work that began before the customer wrote answers only when it is done."""
    now = context.now()
    if not _awaiting_answer(clockchanges.book_of(tx, context, number)):
        return

    def alter(book: ClockBook) -> None:
        for round, name in book.open_clocks():
            asked = book.started(round, name)
            if kind_of(name) == NEXT_RESPONSE and asked is not None:
                answered_at = at if at >= asked.anchored_at else now
                book.stop({name}, answered_at, by=by, what=RESPONSE, at=now)

    clockchanges.change(tx, context, number, alter, by=by, reason=ANSWERED)


def _awaiting_answer(book: ClockBook) -> frozenset[str]:
    return frozenset(name for _, name in book.open_clocks() if kind_of(name) == NEXT_RESPONSE)


def customer_wrote(tx: Transaction, context: DeskContext, number: str) -> None:
    """Let clocks go on that waited for the customer (E16), and time the answer once there was a first response (E37).

    The instance is locked, and its process took the message before; further messages don't begin anew.
    """
    case, book, now = cases.case(tx, number), clockchanges.book_of(tx, context, number), context.now()
    held = set(case.waiting.values())
    waits = {reason for round, name in book.open_clocks() for reason in book.waits_for(round, name)}
    resumed = (waits & RESUMED_BY_CUSTOMER) - held
    target = None
    if case.first_response_at is not None and not _awaiting_answer(book):
        target = _next_target(tx, context, number, book)
    if not resumed and target is None:
        return

    def alter(book: ClockBook) -> None:
        for reason in resumed:
            book.resume(reason, at=now, by=CUSTOMER, because=CUSTOMER_MESSAGE)
        if target is not None:
            time_answer(book, case.round, question(now, target, now))

    clockchanges.change(tx, context, number, alter, by=CUSTOMER, reason=CUSTOMER_MESSAGE)


def question(asked_at: datetime, target: ServiceTarget, now: datetime) -> ClockStarted:
    """With what an answer begins to be timed to what the customer wrote at `asked_at`."""
    return ClockStarted(at=now, by=CUSTOMER, anchor=CUSTOMER_MESSAGE, anchored_at=asked_at, target=target)


def time_answer(book: ClockBook, round: int, started: ClockStarted) -> None:
    """Begin the next clock for an answer in a round."""
    before = sum(of == round and kind_of(name) == NEXT_RESPONSE for of, name in book.all_clocks())
    book.start(round, f"{NEXT_RESPONSE}:{before + 1}" if before else NEXT_RESPONSE, started)


def _next_target(tx: Transaction, context: DeskContext, number: str, book: ClockBook) -> ServiceTarget | None:
    """The limit for an answer by the present target rows: the case may have been classed anew, other targets applied to it.

    Without a row for it what the process told otherwise, else what a first response would be promised now.
    """
    case, instance = cases.case(tx, number), instance_of(tx, number)
    variables = queries.variables(tx, context.vault, instance.id)
    policy = policy_name(instance.process_key, version_in_force(variables, instance.version))
    calendars = context.calendars_in(tx).for_team(team_at_start(book, case))
    promised = _promised_now(calendars, variables.get(TARGET_ROWS), context.now(), policy)
    first = book.started(1, RESPOND)
    return (
        promised.get(NEXT_RESPONSE)
        or _told(variables, context.now(), instance)
        or promised.get(RESPOND)
        or (first.target if first else None)
    )


def _told(variables: Mapping[str, Any], now: datetime, instance: ProcessInstance) -> ServiceTarget | None:
    """What the process told of the answer as the round began; it holds no more once another version's targets were applied."""
    said, own = variables.get(clockchanges.CLOCKS), instance.version
    clock = said.get(NEXT_RESPONSE) if isinstance(said, Mapping) else None
    if not isinstance(clock, Mapping) or version_in_force(variables, own) != own:
        return None
    started = read_variable(clock, at=now, by=CUSTOMER, policy_version=policy_name(instance.process_key, own))
    return started.target if started else None


def _promised_now(calendars: Calendars, rows: Any, now: datetime, policy: str) -> Mapping[str, ServiceTarget]:
    """What the rows promise for answers, first and next; the solution's are read with them, since a limit may be a part of it.

    Nothing when rows can't be read: that mustn't keep a customer's message out.
    """
    listed = rows if isinstance(rows, list) else []
    own = [row for row in listed if isinstance(row, Mapping) and row.get("clock") in (NEXT_RESPONSE, RESPOND, SOLVE)]
    try:
        found = strictest_targets(own, Anchors(received_at=now), calendars)
    except TargetRowInvalid as error:
        log.warning("target_rows_unreadable", reason=error.message)
        return {}
    return {name: service_target(one, found.considered, policy) for name, one in found.clocks.items()}
