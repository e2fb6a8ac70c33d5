"""The first human response to a customer: it stops the clock of the response, in the process and in the desk's records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desk.casetasks import instance_of
from desk.context import DeskContext
from desk.store import cases, clocks
from engine.commands import SetVariables
from engine.db import queries
from engine.model import OPEN_INSTANCES
from engine.ports import Transaction

CLOCKS, RESPOND = "clocks", "respond"


def responded(tx: Transaction, context: DeskContext, number: str, at: datetime) -> None:
    """Record that a person responded at `at`; only the first time counts.

    The process variable `clocks.respond` loses its instants, so that its timers are unarmed, and keeps `stopped_at`.
    """
    # the instance is locked before anything of its case, here as in the engine, so that nobody waits in a circle
    instance = context.engine.lock(tx, instance_of(tx, number).id).instance
    if cases.case(tx, number).first_response_at is not None:
        return
    running = queries.variables(tx, context.vault, instance.id).get(CLOCKS)
    if instance.state in OPEN_INSTANCES and isinstance(running, Mapping):
        command = SetVariables(
            instance_id=instance.id, values={CLOCKS: _stopped(running, at)}, by="desk", reason="first response to the customer"
        )
        context.engine.set_variables(tx, command)
    clocks.stop(tx, number, {RESPOND}, at)
    cases.save(tx, cases.case(tx, number), first_response_at=at)


def _stopped(running: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    respond = running.get(RESPOND)
    if not isinstance(respond, Mapping) or respond.get("stopped_at"):
        return dict(running)
    return {**running, RESPOND: {**respond, "due_at": None, "warn_at": None, "stopped_at": at}}
