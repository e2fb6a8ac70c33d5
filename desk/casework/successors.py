"""Cases that come of another one: the same customer, with what they say now."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bpmn.forms import Form, FormRejected
from desk.casetasks import instance_of
from desk.casework.intake import Intake, Succeeding
from desk.context import DeskContext
from desk.model import Case, Priority
from desk.store import cases, customers, links
from desk.store.links import Link, LinkKind
from engine.db import queries
from engine.errors import FormInvalid
from engine.ports import Transaction

INTAKE = "intake"
"""The variable in which a process keeps the answers of its intake form."""
OF_THE_FIRST = frozenset({"received_at", "desired_at", "customer_tier", "tags"})
"""What was said at the first time alone, or has been kept with the customer."""
OF_THE_CUSTOMER = frozenset({"customer_language", "preferred_channel"})
"""What holds for another matter too; who they are is added from what is known of them."""
LONGEST_DESCRIPTION = 4000


class Successors:
    """Opens them within other use cases."""

    def __init__(self, context: DeskContext, intake: Intake) -> None:
        self._context = context
        self._intake = intake

    def open(
        self,
        tx: Transaction,
        first: Case,
        kind: LinkKind,
        *,
        text: str,
        received_at: datetime,
        by: str,
        changes: Mapping[str, str] | None = None,
        reason: str = "",
    ) -> str:
        """Open a case for the customer of the `first`, which it is linked to; its number. What was answered at the intake of
        the first one holds for it too, but for `changes` and what the present form takes no more; of what is split off, only what
        was said of the customer. Who is kept from the first one is kept from it too. Raises FormInvalid, before anything is
        written, where that form asks for more.
        """
        answers = {**self._answers(tx, first, kind), **(changes or {})}
        answers |= {"description": text[:LONGEST_DESCRIPTION], "received_at": received_at.isoformat()}
        answers = fitting(self._intake.form_in(tx, first.team), answers)
        succeeding = Succeeding(first=first, received_at=received_at)
        number = self._intake.open_in(tx, answers, by=by, team=first.team, succeeding=succeeding)
        link = Link(number=number, kind=kind, other=first.number, at=self._context.now(), by=by, reason=reason)
        links.add(tx, self._context.vault, link)
        return number

    def _answers(self, tx: Transaction, first: Case, kind: LinkKind) -> dict[str, Any]:
        vault, kept = self._context.vault, self._said_at_first(tx, first, kind)
        customer = customers.by_id(tx, vault, [first.customer_id])[first.customer_id]
        matter = cases.matters(tx, vault, [first.number])[first.number]
        who = {"customer_name": customer.name, "customer_number": customer.number, "customer_contact": matter.contact}
        known = {"channel": first.channel, "type": first.type, "customer_kind": "existing"}
        return {"urgency": Priority.NORMAL.value, **kept, **{key: value for key, value in (who | known).items() if value}}

    def _said_at_first(self, tx: Transaction, first: Case, kind: LinkKind) -> dict[str, Any]:
        """What was answered at the intake of the first case and holds for this one."""
        given = queries.variables(tx, self._context.vault, instance_of(tx, first.number).id).get(INTAKE)
        if not isinstance(given, Mapping):
            return {}
        if kind is LinkKind.SPLIT_OFF:
            return {key: value for key, value in given.items() if key in OF_THE_CUSTOMER}
        return {key: value for key, value in given.items() if key not in OF_THE_FIRST}


def fitting(form: Form | None, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Those answers that a form takes: another version may know other fields and choices. Raises FormInvalid."""
    if form is None:
        return dict(answers)
    keys = {path for path, _ in form.inputs}
    found = {key: value for key, value in answers.items() if key in keys}
    for _ in range(2):
        try:
            form.validate(found)
            return found
        except FormRejected as rejected:
            errors = rejected.errors
            found = {key: value for key, value in found.items() if key not in errors}
    raise FormInvalid(form.id, errors)
