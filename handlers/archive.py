"""Doer `archive`: proves that the whole record can be read before the case is closed for good (R69)."""

from __future__ import annotations

from typing import Any

from desk.context import DeskContext
from desk.store import cases, conversation, customers, progress, surveys
from engine.ports import Done, HandlerCall, JobOutcome


class Archive:
    """Opens every sealed part of the record once and answers how much there is of each.

    A part that can't be opened (a lost key) raises, so that it becomes an incident while the case is still open.
    """

    name = "archive"

    def __init__(self, desk: DeskContext) -> None:
        self._desk = desk

    def do(self, call: HandlerCall) -> JobOutcome:
        """Answer {archived_at, rounds, progress_rows, messages, answers}."""
        number, vault = call.business_key, self._desk.vault
        with self._desk.engine.db.reading() as tx:
            case = cases.case(tx, number)
            cases.matters(tx, vault, [number])
            customers.by_id(tx, vault, [case.customer_id])
            rows = progress.rows(tx, vault, [number])
            said = conversation.entries(tx, vault, number)
            asked = surveys.of_cases(tx, vault, [number])
        answers = sum(survey.answered_at is not None for survey in asked)
        counts = {"rounds": case.round, "progress_rows": len(rows), "messages": len(said), "answers": answers}
        return Done(result={"archived_at": call.now, **counts})


def make(services: Any) -> Archive:
    """The entry point's factory."""
    return Archive(services.desk.context)
