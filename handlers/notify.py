"""Doer `notify`: tells somebody something about a case.

Headers: `to` (owner, supervisor, team or customer), `template` (see notices.toml), `once` = round (at most once in a round,
however often the diagram comes by), `language` of a customer. Inputs of the node become variables of the template.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from desk.context import DeskContext
from desk.instants import instant, minute
from engine.errors import Invalid
from engine.ports import Done, Fail, HandlerCall, JobOutcome
from handlers.dossier import OWNER, SUPERVISOR, TEAM, Dossier, read_dossier
from handlers.headers import choice
from handlers.mail import MailUnavailable
from handlers.post import Post, make_post
from handlers.templates import NAMES, variables_of

CUSTOMER = "customer"
AUDIENCES = frozenset({OWNER, SUPERVISOR, TEAM, CUSTOMER})
ONCE_CHOICES = frozenset({"always", "round"})
TIMES = frozenset({"wait_until", "until"})
SAYABLE = (str, int, float, Decimal, datetime)


class Notify:
    """Writes notices and sends mail; each key once."""

    name = "notify"

    def __init__(self, desk: DeskContext, post: Post) -> None:
        self._desk = desk
        self._post = post

    def do(self, call: HandlerCall) -> JobOutcome:
        """Tell them. A template that lacks a variable is an incident; a mail server that is away is tried again."""
        try:
            audience, template = choice(call, "to", AUDIENCES), choice(call, "template", NAMES)
            once = choice(call, "once", ONCE_CHOICES, default="always")
            dossier = read_dossier(self._desk, call.business_key)
            key = call.idempotency_key if once == "always" else f"{call.business_key}:{template}:{dossier.case.round}"
            given = {**self._said(call.inputs, template), **self._post.variables(dossier)}
            return self._tell(call, dossier, audience, template, given, key)
        except Invalid as error:
            return Fail(reason=error.message, permanent=True)
        except MailUnavailable as error:
            return Fail(reason=error.message)

    def _tell(
        self, call: HandlerCall, dossier: Dossier, audience: str, template: str, given: Mapping[str, Any], key: str
    ) -> JobOutcome:
        if audience == CUSTOMER:
            language = call.headers.get("language", "zh")
            way = self._post.tell_customer(dossier, template, given, key=key, language=language)
            return Done(result={"told": [CUSTOMER], "by": way})
        staff = dossier.staff(audience)
        self._post.tell_staff(staff, template, given, key=key)
        return Done(result={"told": [agent.login for agent in staff], "by": "notice"})

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


def make(services: Any) -> Notify:
    """The entry point's factory."""
    return Notify(services.desk.context, make_post(services))
