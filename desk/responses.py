"""The first human response to a customer: it stops the clock of the response, in the process and in the desk's records."""

from __future__ import annotations

from datetime import datetime

from desk import clockchanges
from desk.casetasks import instance_of
from desk.clocks.names import RESPOND
from desk.context import DeskContext
from desk.store import cases
from engine.ports import Transaction

RESPONSE, REASON = "response", "first response to the customer"


def responded(tx: Transaction, context: DeskContext, number: str, at: datetime, *, by: str) -> None:
    """Record that a person responded at `at`; only the first time counts."""
    # the instance is locked before anything of its case, here as in the engine, so that nobody waits in a circle
    context.engine.lock(tx, instance_of(tx, number).id)
    if cases.case(tx, number).first_response_at is not None:
        return
    now = context.now()
    clockchanges.change(
        tx, context, number, lambda book: book.stop({RESPOND}, at, by=by, what=RESPONSE, at=now), by=by, reason=REASON
    )
    cases.save(tx, cases.case(tx, number), first_response_at=at)
