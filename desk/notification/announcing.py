"""Tells people: who of them wants it, by which ways, from when on. Everything is promised in the caller's transaction.

A notice in the app is there with the commit; what leaves the house waits in the log of deliveries for the courier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bpmn.wording import Wording
from desk.context import DeskContext
from desk.model import Agent, Priority
from desk.notification.channel_book import ChannelBook
from desk.notification.dossier import OWNER, Dossier, read_dossier
from desk.notification.kinds import name_of_kind
from desk.notification.ports import Message, Way
from desk.notification.preferences import Preferences, Travel, travel
from desk.notification.templates import Written
from desk.notification.writing import written
from desk.store import deliveries, notices, preferences
from desk.store.deliveries import NewDelivery
from desk.store.notices import NewNotice
from engine.ports import Transaction

BY_PERSON = "contact_customer"
"""The template that asks somebody to tell the customer, whom nothing else reaches."""

REASSIGNED = "reassigned"
OFFERED = "offered"
"""The template that tells a team of a case that waits for it."""

CUSTOMERS_KEY, PERSONS_KEY = ":customer", ":person"
MOST_NAMED = 10
NOBODYS_CHOICE = Preferences()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """One thing to be said to some people, under one key."""

    template: str
    given: Mapping[str, Any]
    key: str
    urgent: bool


class Announcer:
    """Safe to share among threads. The same key tells once, whoever asks however often."""

    def __init__(self, context: DeskContext, book: ChannelBook) -> None:
        self._context = context
        self._book = book

    def dossier(self, tx: Transaction, number: str) -> Dossier:
        """What messages about a case can speak of. Raises CaseNotFound."""
        return read_dossier(tx, self._context, number)

    def variables(self, dossier: Dossier) -> dict[str, Any]:
        """What every template may say about the case."""
        return dossier.variables(base_url=self._context.settings.base_url, zone=self._context.zone)

    def tell_staff(
        self,
        tx: Transaction,
        dossier: Dossier,
        agents: Iterable[Agent],
        template: str,
        given: Mapping[str, Any],
        *,
        key: str,
        urgent: bool = False,
    ) -> None:
        """Tell people of the house of a case, see `tell`; what is about an urgent case is urgent."""
        urgent = urgent or dossier.case.priority == Priority.URGENT
        self.tell(tx, agents, template, given, key=key, team=dossier.case.team, urgent=urgent)

    def tell(
        self,
        tx: Transaction,
        agents: Iterable[Agent],
        template: str,
        given: Mapping[str, Any],
        *,
        key: str,
        team: str,
        urgent: bool = False,
    ) -> None:
        """Tell each in their language by the ways that they want, and the channels that subscribed to the team's, where it begins
        with their names; mails hold nothing that a customer wrote. `given` has the variables of the template. What is `urgent`
        waits for no morning. Raises Invalid for a missing variable.
        """
        told = _Told(template=template, given=given, key=key, urgent=urgent)
        chosen = list(agents)
        wanted = preferences.of_people(tx, self._context.vault, [agent.login for agent in chosen])
        for agent in chosen:
            self._tell(tx, agent, wanted.get(agent.login, NOBODYS_CHOICE), told)
        for entry in self._book.listening(name_of_kind(template), team):
            said = _addressed(written(tx, template, given, entry.language), chosen)
            self._promise(tx, told, said, entry.name, to="", key=f"{key}:@{entry.name}", plan=self._now())

    def tell_new_holder(self, tx: Transaction, number: str, holder: str, *, reason: str, key: str) -> None:
        """Tell somebody that a task of a case was handed to them by a person, and why."""
        dossier = self.dossier(tx, number)
        agents = [dossier.people[holder]] if holder in dossier.people else []
        self.tell_staff(tx, dossier, agents, REASSIGNED, {**self.variables(dossier), "reason": reason}, key=key)

    def tell_customer(
        self, tx: Transaction, dossier: Dossier, template: str, given: Mapping[str, Any], *, key: str, language: str = ""
    ) -> str:
        """Promise the customer a mail or a text message, or ask the owner to tell them; which: "mail", "sms" or "person".
        Without a `language` it is the customer's.

        Raises Invalid for a missing variable.
        """
        said, contact = written(tx, template, given, language or dossier.language), dossier.matter.contact
        found = self._book.to_customer(contact)
        if found is None:
            self.ask_owner(tx, dossier, {**given, "message": said.text}, key=f"{key}{PERSONS_KEY}")
            return "person"
        way, channel = found
        told = _Told(template=template, given=given, key=key, urgent=True)
        self._promise(tx, told, said, channel, to=contact, key=f"{key}{CUSTOMERS_KEY}", plan=self._now())
        return way.value

    def ask_owner(self, tx: Transaction, dossier: Dossier, given: Mapping[str, Any], *, key: str) -> None:
        """Ask the case's owner to tell the customer `message` themselves."""
        self.tell_staff(tx, dossier, dossier.staff(OWNER), BY_PERSON, given, key=key)

    def tell_in_app(self, tx: Transaction, agent: Agent, template: str, given: Mapping[str, Any], *, key: str) -> None:
        """Tell one person in the app alone. Raises Invalid for a missing variable."""
        told = _Told(template=template, given=given, key=key, urgent=False)
        self._notice(tx, agent, written(tx, template, given, agent.language), told)

    def _tell(self, tx: Transaction, agent: Agent, wanted: Preferences, told: _Told) -> None:
        said = written(tx, told.template, told.given, agent.language)
        own_key = f"{told.key}:{agent.login}"
        if self._plan(tx, wanted, told, Way.APP) is not None:
            self._notice(tx, agent, said, told)
        mail, by_mail = self._book.first(Way.MAIL), self._plan(tx, wanted, told, Way.MAIL)
        if mail and agent.email and by_mail:
            self._promise(tx, told, said, mail, to=agent.email, key=own_key, plan=by_mail, login=agent.login)
        by_im = self._plan(tx, wanted, told, Way.IM)
        if wanted.im in self._book.names() and wanted.im_address and by_im:
            key = f"{own_key}:im"
            self._promise(tx, told, said, wanted.im, to=wanted.im_address, key=key, plan=by_im, login=agent.login)

    def _plan(self, tx: Transaction, wanted: Preferences, told: _Told, way: Way) -> Travel | None:
        context = self._context
        open_hours = context.calendars_in(tx).business
        now, zone = context.now(), context.zone
        return travel(wanted, told.template, way, urgent=told.urgent, now=now, zone=zone, work=open_hours)

    def _now(self) -> Travel:
        return Travel(not_before=self._context.now())

    def _notice(self, tx: Transaction, agent: Agent, said: Written, told: _Told) -> None:
        notice = NewNotice(
            login=agent.login,
            template=told.template,
            subject=said.subject,
            body=said.whole,
            idempotency_key=f"{told.key}:{agent.login}",
            case_number=_number(told.given),
        )
        notices.add(tx, self._context.vault, notice, self._context.now())

    def _promise(
        self,
        tx: Transaction,
        told: _Told,
        said: Written,
        channel: str,
        *,
        to: str,
        key: str,
        plan: Travel,
        login: str | None = None,
    ) -> None:
        now = self._context.now()
        message = Message(
            to=to,
            subject=said.subject,
            text=said.text,
            template=told.template,
            at=now,
            language=said.language,
            case_number=_number(told.given),
            variables=said.variables,
        )
        new = NewDelivery(
            idempotency_key=key,
            channel=channel,
            message=message,
            not_before=plan.not_before,
            in_digest=plan.in_digest,
            login=login,
        )
        deliveries.promise(tx, self._context.vault, new, now)


def _addressed(said: Written, agents: Sequence[Agent]) -> Written:
    """What a channel of many says, beginning with who is meant by "you"; as it is when it is told to nobody in particular."""
    if not agents:
        return said
    names = ", ".join(agent.name for agent in agents[:MOST_NAMED]) + (" …" if len(agents) > MOST_NAMED else "")
    whom = Wording(f"To: {names}", f"致：{names}").said(said.language)
    return replace(said, text=f"{whom}\n{said.text}")


def _number(given: Mapping[str, Any]) -> str | None:
    return str(given["number"]) if given.get("number") else None
