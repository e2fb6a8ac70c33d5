"""Doer `notify`: tells somebody something about a case.

Headers: `to` (owner, supervisor, supervisors (all of them), team, customer; contributor or department_supervisor of the node's
input `contribution`), `template` (docs/notifications.md lists them),
`once` = round (at most once in a round, however often the diagram comes by), `language` of what a customer gets (without it
their own). Inputs of the node become variables of the template.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from desk import facts
from desk.clocks.names import RESPOND, SOLVE
from desk.context import DeskContext
from desk.instants import instant, minute
from desk.notification.announcing import OFFERED, Announcer
from desk.notification.dossier import CONTRIBUTOR, DEPARTMENT_SUPERVISOR, OWNER, SUPERVISOR, SUPERVISORS, TEAM, Dossier
from desk.notification.process_words import words_in
from desk.notification.templates import NAMES, variables_of
from engine.errors import Invalid
from engine.ports import Done, Fail, HandlerCall, JobOutcome, Transaction
from handlers.channels.making import make_entries
from handlers.headers import choice

CUSTOMER = "customer"
ASSIGNED = "assigned"
"""While nobody has the case the team is told OFFERED instead: its owner only answers for it, and is told so by the desk."""
AUDIENCES = frozenset({OWNER, SUPERVISOR, SUPERVISORS, TEAM, CUSTOMER, CONTRIBUTOR, DEPARTMENT_SUPERVISOR})
ONCE_CHOICES = frozenset({"always", "round"})
WARNS_OF = MappingProxyType({"response_warning": RESPOND, "solution_warning": SOLVE})
"""The clocks whose end these templates announce."""
TIMES = frozenset({"wait_until", "until"})
SAYABLE = (str, int, float, Decimal, datetime)


class Notify:
    """Writes notices, and promises to the courier what leaves the house; each key once."""

    name = "notify"

    def __init__(self, desk: DeskContext, announcer: Announcer) -> None:
        self._desk = desk
        self._announcer = announcer

    def do(self, call: HandlerCall) -> JobOutcome:
        """Tell them. A template that lacks a variable is an incident."""
        try:
            audience, template = choice(call, "to", AUDIENCES), choice(call, "template", NAMES)
            once = choice(call, "once", ONCE_CHOICES, default="always")
            said = self._said(call.inputs, template)
            return self._desk.engine.db.run(lambda tx: self._tell(tx, call, audience, template, said, once == "round"))
        except Invalid as error:
            return Fail(reason=error.message, permanent=True)

    def _tell(
        self, tx: Transaction, call: HandlerCall, audience: str, template: str, said: Mapping[str, Any], in_round: bool
    ) -> JobOutcome:
        dossier = self._announcer.dossier(tx, call.business_key)
        if self._warns_too_late(dossier, template):
            return Done(result={"told": [], "by": "nobody"})
        key = f"{call.business_key}:{template}:{dossier.case.round}" if in_round else call.idempotency_key
        given = {**words_in(tx, self._desk, call, said), **self._announcer.variables(dossier)}
        if audience == CUSTOMER:
            return self._tell_customer(tx, dossier, template, given, key=key, language=call.headers.get("language", ""))
        part = facts.contribution(tx, self._desk.vault, call.inputs.get("contribution"))
        if part is not None:
            given |= {"department": dossier.team_name(part.team), "wanted": part.wanted}
        if template == ASSIGNED and audience == OWNER and _is_nobodys(tx, dossier):
            audience, template = TEAM, OFFERED
        staff = dossier.staff(audience, key=part.team, login=part.assignee) if part else dossier.staff(audience)
        self._announcer.tell_staff(tx, dossier, staff, template, given, key=key)
        return Done(result={"told": [agent.login for agent in staff], "by": "notice"})

    def _warns_too_late(self, dossier: Dossier, template: str) -> bool:
        """Whether what is warned of has come already, as of a case that was entered late; that it was missed is told anyway."""
        clock = dossier.clocks.get(WARNS_OF.get(template, ""))
        return clock is not None and clock.due_at is not None and clock.due_at <= self._desk.now()

    def _tell_customer(
        self, tx: Transaction, dossier: Dossier, template: str, given: Mapping[str, Any], *, key: str, language: str
    ) -> JobOutcome:
        way = self._announcer.tell_customer(tx, dossier, template, given, key=key, language=language)
        return Done(result={"told": [CUSTOMER], "by": way})

    def _said(self, inputs: Mapping[str, Any], template: str) -> dict[str, Any]:
        """Those inputs of the node that the template speaks of; times as local wall time. Raises Invalid for what is no time."""
        wanted = variables_of(template, "zh") | variables_of(template, "en")
        said = {name: inputs[name] for name in wanted & inputs.keys() if isinstance(inputs[name], SAYABLE)}
        return said | {name: self._wall_time(name, said[name]) for name in TIMES & said.keys()}

    def _wall_time(self, name: str, value: Any) -> str:
        try:
            at = instant(value, self._desk.zone)
        except ValueError:
            raise Invalid(
                f"The input {name} is {value!r}, not a date and time. Correct it at the node, or in the form."
            ) from None
        return minute(at, self._desk.zone) if at else ""


def _is_nobodys(tx: Transaction, dossier: Dossier) -> bool:
    return dossier.case.owner is None or facts.is_in_line(tx, dossier.case.number)


def make(services: Any) -> Notify:
    """The entry point's factory. The channels of the settings come with it: from here on the desk's courier knows them."""
    made = make_entries(services.settings, clock=services.clock, chance=services.chance)
    for entry in made:
        services.desk.channels.add(entry)
    return Notify(services.desk.context, services.desk.announcer)
