"""A request comes in: who it is, when it came, which number it gets, which version of the process it runs on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bpmn.forms import Form
from bpmn.wording import Wording
from desk.casework.numbering import give_back, next_number
from desk.casework.openings import opened_before, remember
from desk.context import DeskContext
from desk.errors import AnswersInvalid, TeamNotFound
from desk.instants import instant, with_offset
from desk.masking import mask_contact, mask_name, mask_number
from desk.model import COMMAND_LINE, Case, CaseState, Channel
from desk.notification.templates import LANGUAGES
from desk.processes import rollout
from desk.profiles import checked_tags, checked_tier, known_tier, split_tags
from desk.rights import require_lead
from desk.store import assignments, cases, customers, people, tier_changes
from desk.store.cases import Matter
from desk.store.customers import Customer
from desk.store.tier_changes import TierChange
from desk.wordings import NO_CHOICE, NO_COLLEAGUE, NO_TIME, RECEIVED_IN_FUTURE, RECEIVED_TOO_LONG_AGO
from engine.commands import StartInstance
from engine.db.database import tried_again
from engine.errors import CaseloopError, Unavailable
from engine.ports import Transaction

CLOCK_SKEW = timedelta(minutes=1)
MAX_BACKDATING = timedelta(days=365)
HOW = "intake"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMatch:
    """A customer that we know already, masked."""

    id: int
    name: str
    number: str
    contact: str
    tier: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Succeeding:
    """A case comes of the `first`: for the same customer, received then whatever its form takes, kept from the same people."""

    first: Case
    received_at: datetime


ABOUT = "about_agent"
"""The answer of the intake form that names who of us is complained about."""


class Intake:
    """Opens cases."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def matching_customers(self, contact: str = "", number: str = "") -> list[CustomerMatch]:
        """Known customers with exactly that phone, e-mail or number, to be shown before the case is saved."""
        with self._db.reading() as tx:
            found = customers.matching(tx, self._context.vault, contact=contact, number=number)
        return [
            CustomerMatch(
                id=one.id,
                name=mask_name(one.name),
                number=mask_number(one.number),
                contact=mask_contact(contact),
                tier=one.tier,
                tags=one.tags,
            )
            for one in found
        ]

    def form(self, team: str | None = None) -> Form | None:
        """The start form of the version on which the team's next case would run."""
        with self._db.reading() as tx:
            return self.form_in(tx, team or "")

    def form_in(self, tx: Transaction, team: str) -> Form | None:
        """See `form`; within a use case."""
        deployment = rollout.deployment_for(tx, self._context.settings.process_key, team)
        definition = self._context.engine.definition(deployment.id, tx)
        return definition.package.forms.get(definition.start_node().work.form_id or "")

    def open_case(self, form: Mapping[str, Any], *, by: str, team: str | None = None, request_id: str | None = None) -> str:
        """Open a case from the answers of the intake form and tell its number NRyyyymmddNNN.

        `by` is the agent's login (or a program's name, with `team`); `team` is the team that took the request, by default the
        agent's first. The same `request_id` again opens nothing and tells the number; with other answers it is refused.

        Clocks run from `received_at`, which may lie before the entry. A `customer_tier` other than the customer's is for
        supervisors to give, and stays the customer's, whose other open cases follow; `tags` are added to the customer's for
        this case. Raises FormInvalid, AnswersInvalid, RightMissing, TeamNotFound, NothingRolledOut, RequestSentTwice,
        KeyUsedOtherwise.
        """
        asked = [dict(form), team]
        if request_id is not None:
            with self._db.reading() as tx:
                if (known := opened_before(tx, HOW, request_id, asked)) is not None:
                    return known
        now = self._context.now()
        # in a transaction of its own, so that nobody waits for a number as long as another case takes to be opened
        number = self._db.run(lambda tx: next_number(tx, now, self._context.zone))
        try:
            opened = self._open(number, now, asked, by=by, request_id=request_id)
        except CaseloopError as error:
            # after a database's failure nobody knows whether the case is there
            if not isinstance(error, Unavailable):
                self._db.run(lambda tx: give_back(tx, number))
            raise
        if opened != number:
            self._db.run(lambda tx: give_back(tx, number))
        return opened

    @tried_again
    def _open(self, number: str, now: datetime, asked: Sequence[Any], *, by: str, request_id: str | None) -> str:
        form, team = asked
        with self._db.transaction() as tx:
            if (known := opened_before(tx, HOW, request_id, asked)) is not None:
                return known
            self._open_in(tx, number, now, form, by=by, team=_team(tx, by, team))
            remember(tx, HOW, request_id, number, [dict(form), team], self._context.now())
            return number

    def open_in(self, tx: Transaction, form: Mapping[str, Any], *, by: str, team: str, succeeding: Succeeding) -> str:
        """Open a case within a use case; its number, drawn in the same transaction. Raises what `open_case` does."""
        now = self._context.now()
        number = next_number(tx, now, self._context.zone)
        self._open_in(tx, number, now, form, by=by, team=team, succeeding=succeeding)
        return number

    def _open_in(
        self,
        tx: Transaction,
        number: str,
        now: datetime,
        form: Mapping[str, Any],
        *,
        by: str,
        team: str,
        succeeding: Succeeding | None = None,
    ) -> None:
        deployment = rollout.deployment_for(tx, self._context.settings.process_key, team)
        definition = self._context.engine.definition(deployment.id, tx)
        start_form = definition.package.forms.get(definition.start_node().work.form_id or "")
        answers = _about_login(tx, with_offset(start_form, form, self._context.zone))
        case = self._case(tx, answers, number, now, by=by, team=team, version=deployment.version, succeeding=succeeding)
        cases.insert_case(tx, self._context.vault, case, _matter(answers))
        if succeeding is not None:
            assignments.keep_from(tx, number, assignments.kept_from(tx, succeeding.first.number), team=team)
        command = StartInstance(
            deployment_id=deployment.id,
            business_key=number,
            by=by,
            form=answers if start_form else None,
            variables={"case_number": number, "case": _variables(case)},
            started_at=case.received_at,
        )
        self._context.engine.start(tx, command)

    def _case(
        self,
        tx: Transaction,
        form: Mapping[str, Any],
        number: str,
        now: datetime,
        *,
        by: str,
        team: str,
        version: str,
        succeeding: Succeeding | None,
    ) -> Case:
        settings = self._context.settings
        received_at, desired_at = self._times(form, now)
        if succeeding is not None:
            received_at, customer_id = min(succeeding.received_at, now), succeeding.first.customer_id
            customer, kind = customers.by_id(tx, self._context.vault, [customer_id])[customer_id], "existing"
        else:
            customer, kind = self._customer(tx, form, number, by, now)
        channel = _text(form, "channel") or Channel.SYSTEM
        return Case(
            number=number,
            process_key=settings.process_key,
            version=version,
            state=CaseState.OPEN,
            stage="receive",
            type=_text(form, "type"),
            subtype=_text(form, "subtype"),
            priority="normal",
            channel=channel,
            preferred_channel=_text(form, "preferred_channel"),
            customer_kind=kind,
            customer_id=customer.id,
            team=team,
            owner=None,
            owner_task_id=None,
            round=1,
            received_at=received_at,
            entered_at=now,
            late_entry=now - received_at > settings.late_entry_after,
            desired_at=desired_at,
            first_response_at=None,
            resolved_at=None,
            closed_at=None,
            created_by=by,
            revision=1,
            tier=known_tier(customer.tier, settings.tiers),
            tags=checked_tags((*customer.tags, *split_tags(_text(form, "tags")))),
        )

    def _times(self, form: Mapping[str, Any], now: datetime) -> tuple[datetime, datetime | None]:
        """When the request was received (default now), and by when the customer wants it."""
        errors: dict[str, Wording] = {}
        read: dict[str, datetime | None] = {}
        for key in ("received_at", "desired_at"):
            try:
                read[key] = instant(form.get(key), self._context.zone)
            except ValueError:
                errors[key] = NO_TIME
        received_at = read.get("received_at") or now
        if received_at > now + CLOCK_SKEW:
            errors["received_at"] = RECEIVED_IN_FUTURE
        if received_at < now - MAX_BACKDATING:
            errors["received_at"] = RECEIVED_TOO_LONG_AGO
        if errors:
            raise AnswersInvalid(errors)
        return min(received_at, now), read["desired_at"]

    def _customer(self, tx: Transaction, form: Mapping[str, Any], number: str, by: str, now: datetime) -> tuple[Customer, str]:
        """The customer and whether we knew them: by number, else by contact and name (families share a phone).

        What we didn't know of them yet, their name or number, is added, tier and language when the form gives others.
        """
        name, contact, given, tier = (_text(form, f"customer_{key}") for key in ("name", "contact", "number", "tier"))
        vault, usual = self._context.vault, self._context.settings.tiers[0]
        known = _recognised(customers.matching(tx, vault, contact=contact, number=given), name=name, number=given)
        before = known_tier(known.tier, self._context.settings.tiers) if known else usual
        if tier and tier != before:
            _check_tier(tx, tier, self._context.settings.tiers, by)
        told = {"name": name, "number": given, "tier": tier or before}
        if known is None:
            new = Customer(id=customers.insert_customer(tx, vault, **told, at=now), **told, tags=())
            customer, kind = new, _text(form, "customer_kind") or "new"
        else:
            customers.complete(tx, vault, known, name=name, number=given)
            customer, kind = replace(known, tier=told["tier"]), "existing"
        changed = customer.tier if customer.tier != before else None
        customers.save_profile(tx, customer.id, tier=changed, language=_language(form))
        if known and changed:
            following = TierChange(customer_id=customer.id, tier=changed, reason=number, by=by, at=now)
            tier_changes.keep(tx, vault, following)
        customers.add_contact(tx, vault, customer.id, contact)
        return customer, kind


def _team(tx: Transaction, by: str, team: str | None) -> str:
    if team is not None:
        if team not in people.teams(tx):
            raise TeamNotFound(team)
        return team
    found = people.agent(tx, by)
    if not found.team_keys:
        raise TeamNotFound(f"of {by}")
    return found.team_keys[0]


def _recognised(found: Sequence[Customer], *, name: str, number: str) -> Customer | None:
    """Who of those with the same contact or number it is. A number that differs is another person, whatever the name."""
    wanted = number.casefold()
    by_number = (one for one in found if wanted and one.number.casefold() == wanted)
    by_contact = (one for one in found if not (wanted and one.number) and (not name or one.name in ("", name)))
    return next(by_number, None) or next(by_contact, None)


def _check_tier(tx: Transaction, tier: str, tiers: Sequence[str], by: str) -> None:
    """Raises AnswersInvalid for a tier that isn't ours, RightMissing for who may not give one."""
    checked_tier(tier, tiers, "customer_tier")
    if by != COMMAND_LINE:
        require_lead(people.agent(tx, by), "give a customer another tier")


def _language(form: Mapping[str, Any]) -> str | None:
    """The language that the form gives the customer, if any. Raises AnswersInvalid for one that we don't write."""
    language = _text(form, "customer_language") or None
    if language is not None and language not in LANGUAGES:
        raise AnswersInvalid({"customer_language": NO_CHOICE})
    return language


def _matter(form: Mapping[str, Any]) -> Matter:
    return Matter(
        contact=_text(form, "customer_contact"),
        description=_text(form, "description"),
        order_number=_text(form, "order_number"),
        product=_text(form, "product")[:100],
    )


def _variables(case: Case) -> dict[str, Any]:
    """What the process may know of the case: no contact, no free text."""
    return {
        "channel": case.channel,
        "customer_kind": case.customer_kind,
        "team": case.team,
        "received_at": case.received_at,
        "created_by": case.created_by,
        "preferred_channel": case.preferred_channel,
        "tier": case.tier,
        "tags": list(case.tags),
    }


def _text(form: Mapping[str, Any], key: str) -> str:
    """A text answer; anything else is left to the form's own check, which refuses it."""
    value = form.get(key)
    return value.strip() if isinstance(value, str) else ""


def _about_login(tx: Transaction, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers with the login of who is complained about, whom the case must not come to; a name must be one person's."""
    named = _text(answers, ABOUT)
    if not named:
        return answers
    found = [one.login for one in people.agents(tx) if named in (one.login, one.name)]
    if len(found) != 1:
        raise AnswersInvalid({ABOUT: NO_COLLEAGUE})
    return {**answers, ABOUT: found[0]}
