"""Cases to look at: one with its clocks, its timeline, the reasons for what was decided; lists by filter and text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from desk.casework.elsewhere import Elsewhere, cases_elsewhere
from desk.casework.explanation import Explanation, explanation_of
from desk.casework.timeline import Explained, TimelineItem, explained, said, timeline
from desk.clocks import CONDITIONAL, ClockPhase
from desk.clocks.names import FOLLOW_UP, NOT_PROMISED, kind_of
from desk.context import DeskContext
from desk.errors import RightMissing
from desk.masking import mask_contact, mask_name, mask_number
from desk.model import Agent, Case, Verdict
from desk.rights import may_see_contact, readable
from desk.store import assignments, clocks, customers, links, notices, people
from desk.store import cases as store
from desk.store.cases import Filter, TextFilter
from desk.store.clocks import ClockRow
from desk.store.links import Link
from desk.store.sealing import index
from desk.tables import ORDER
from desk.texts import require_reason
from engine.db import queries
from engine.db.database import tried_again
from engine.model import InstanceState, Suspension
from engine.ports import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockView:
    """A clock as of now. `left` is negative after the due instant, and None once the clock has stopped.

    While it is paused `due_at` is None, and `left` is working time of its calendar, not time on the wall.
    """

    name: str
    round: int
    state: ClockPhase
    started_at: datetime
    due_at: datetime | None
    warn_at: datetime | None
    stopped_at: datetime | None
    paused_since: datetime | None
    paused_until: datetime | None
    paused_for: tuple[str, ...]
    breached_at: datetime | None
    breach_cause: str | None
    calendar: str
    provisional: bool
    verdict: Verdict
    left: timedelta | None
    source: str

    @property
    def paused(self) -> bool:
        return self.state is ClockPhase.PAUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseView:
    """A case for the case page. Names and contacts are masked; `description` is in clear, for who may read the case.

    `links` tell, from either side, which case it belongs with. `suspension` is set while a person lets the case rest. `in_line`:
    nobody has it, its owner answers for it until somebody takes it.
    """

    case: Case
    customer: str
    contact: str
    customer_number: str
    description: str
    order_number: str
    product: str
    owner_name: str
    team_name: str
    team_name_en: str
    clocks: tuple[ClockView, ...]
    instance_id: int
    deployment_id: int
    may_reveal_contact: bool
    suspension: Suspension | None
    links: tuple[Link, ...] = ()
    in_line: bool = False

    @property
    def number(self) -> str:
        return self.case.number

    @property
    def next_clock(self) -> ClockView | None:
        """The running clock that is due first."""
        return next_clock(self.clocks)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseListItem:
    """A case in a list. `in_line`: nobody has it, its owner answers for it until somebody takes it."""

    case: Case
    customer: str
    owner_name: str
    next_clock: ClockView | None
    suspended: bool
    in_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One page of a list; `total` counts all pages."""

    items: tuple[CaseListItem, ...]
    total: int
    page: int
    page_size: int


SAME = (
    "name",
    "round",
    "state",
    "started_at",
    "due_at",
    "warn_at",
    "stopped_at",
    "paused_since",
    "paused_until",
    "breach_cause",
    "calendar",
    "provisional",
    "source",
)
"""What a view says as the row has it."""


def view_of(clock: ClockRow, now: datetime) -> ClockView:
    """A clock as of now."""
    same = {field: getattr(clock, field) for field in SAME}
    verdict = clock.verdict_at(now)
    missed = clock.breached_at or (clock.due_at if verdict is Verdict.BREACHED else None)
    reasons = tuple(reason for reason in clock.paused_for.split(",") if reason)
    return ClockView(**same, paused_for=reasons, breached_at=missed, verdict=verdict, left=_left(clock, now))


def _left(clock: ClockRow, now: datetime) -> timedelta | None:
    if clock.stopped_at is not None:
        return None
    return clock.remaining if clock.due_at is None else clock.due_at - now


def next_clock(views: tuple[ClockView, ...]) -> ClockView | None:
    """The open clock that is due first, of those that the customer was promised; a paused one only when none runs.

    The follow-up comes behind both: while a case waits, it waits.
    """
    promised = (view for view in views if view.name not in CONDITIONAL and kind_of(view.name) not in NOT_PROMISED)
    running = (view for view in promised if view.left is not None)
    return min(running, key=_urgency, default=None)


def _urgency(view: ClockView) -> tuple[bool, bool, datetime]:
    return view.name == FOLLOW_UP, view.due_at is None, view.due_at or view.started_at


def clock_views(tx: Transaction, numbers: list[str], now: datetime) -> dict[str, tuple[ClockView, ...]]:
    """The clocks of the cases by number."""
    views: dict[str, tuple[ClockView, ...]] = {}
    for clock in clocks.of_cases(tx, numbers):
        views[clock.case_number] = (*views.get(clock.case_number, ()), view_of(clock, now))
    return views


class Cases:
    """Read access to cases. `viewer` is a login; what it may not read doesn't exist for it (CaseNotFound)."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def case(self, number: str, *, viewer: str) -> CaseView:
        """One case. Raises CaseNotFound."""
        with self._db.reading() as tx:
            agent = people.agent(tx, viewer)
            case = store.case(tx, number, readable=readable(agent))
            return self._view(tx, case, agent)

    def _view(self, tx: Transaction, case: Case, agent: Agent) -> CaseView:
        vault = self._context.vault
        matter = store.matters(tx, vault, [case.number])[case.number]
        customer = customers.by_id(tx, vault, [case.customer_id])[case.customer_id]
        owner = people.account(tx, case.owner) if case.owner else None
        teams = people.teams(tx)
        team = teams.get(case.team)
        instance = queries.instance_by_key(tx, case.number, process_key=case.process_key)
        return CaseView(
            case=case,
            customer=mask_name(customer.name),
            contact=mask_contact(matter.contact),
            customer_number=mask_number(customer.number),
            description=matter.description,
            order_number=matter.order_number,
            product=matter.product,
            owner_name=owner.agent.name if owner else "",
            team_name=team.name if team else case.team,
            team_name_en=team.name_en if team else case.team,
            clocks=clock_views(tx, [case.number], self._context.now()).get(case.number, ()),
            instance_id=instance.id,
            deployment_id=instance.deployment_id,
            may_reveal_contact=may_see_contact(agent, case, teams),
            suspension=queries.suspension(tx, vault, instance.id) if instance.state is InstanceState.SUSPENDED else None,
            links=self._links(tx, case.number, agent),
            in_line=case.number in assignments.in_line(tx, (case.number,)),
        )

    def _links(self, tx: Transaction, number: str, agent: Agent) -> tuple[Link, ...]:
        """The links of a case, without the reason where the agent may not read the other case."""
        found = links.of_case(tx, self._context.vault, number)
        ends = {end for link in found for end in (link.number, link.other)}
        known = store.readable_among(tx, ends, readable(agent))
        return tuple(link if {link.number, link.other} <= known else replace(link, reason="") for link in found)

    @tried_again
    def reveal_contact(self, number: str, *, by: str, reason: str) -> str:
        """The customer's full contact, for its owner and the team's supervisors. Who looked and why is logged.

        Raises CaseNotFound, RightMissing, AnswersInvalid without a reason or for a long one.
        """
        require_reason(reason)
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            case = store.case(tx, number, readable=readable(agent))
            if not may_see_contact(agent, case, people.teams(tx)):
                raise RightMissing(by, f"see the contact of {number}", f"its owner {case.owner or '(nobody yet)'}")
            now = self._context.now()
            notices.add_disclosure(tx, self._context.vault, number=number, by=by, what="contact", reason=reason.strip(), at=now)
            return store.matters(tx, self._context.vault, [number])[number].contact

    def disclosures(self, number: str, *, viewer: str) -> list[notices.Disclosure]:
        """Who looked at the full contact, when and why."""
        with self._db.reading() as tx:
            store.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return notices.disclosures(tx, self._context.vault, number)

    def timeline(self, number: str, *, viewer: str) -> list[TimelineItem]:
        """Everything that happened, in order: what was said, done, decided, missed."""
        with self._db.reading() as tx:
            store.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return timeline(tx, self._context, number)

    def conversation(self, number: str, *, viewer: str, most: int = 200) -> list[TimelineItem]:
        """The last `most` things that were said in a case, in order. Raises CaseNotFound."""
        with self._db.reading() as tx:
            store.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return said(tx, self._context, number, most)

    def explain(self, number: str, *, viewer: str) -> list[Explained]:
        """Why this class, this person, this due time: each decision with its reason and what it considered."""
        with self._db.reading() as tx:
            store.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return explained(tx, self._context, number)

    def explanation(self, number: str, *, viewer: str) -> Explanation:
        """Why the case is where it is and with whom, what set its limits, when it will be late, what was tried."""
        with self._db.reading() as tx:
            store.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return explanation_of(tx, self._context, number)

    def search(
        self, text: str = "", *, viewer: str, filters: Mapping[str, Any] | None = None, page: int = 1, page_size: int = 50
    ) -> CasePage:
        """Cases that the viewer may read, the newest received first.

        `text` is part of a case number, or exactly a phone, e-mail, customer number, customer name or order number. `filters` are
        fields of desk.store.cases.Filter (states, type, priority, team, owner, version).
        """
        with self._db.reading() as tx:
            wanted = Filter(**(filters or {}), text=self._text(tx, text))
            may_read = readable(people.agent(tx, viewer))
            found, total = store.found(tx, wanted, may_read, limit=page_size, offset=page_size * (max(page, 1) - 1))
            return CasePage(items=tuple(self._items(tx, found)), total=total, page=page, page_size=page_size)

    def elsewhere(self, text: str, *, viewer: str) -> tuple[Elsewhere, ...]:
        """Cases by team that the viewer may not read, of a customer whose exact phone, e-mail or number the text is."""
        with self._db.reading() as tx:
            return cases_elsewhere(tx, self._context, text, people.agent(tx, viewer))

    def _text(self, tx: Transaction, text: str) -> TextFilter | None:
        text = text.strip()
        if not text:
            return None
        number = text.upper() if text.isascii() and text.isalnum() and len(text) >= 3 else ""
        vault = self._context.vault
        ids = customers.ids_matching(tx, vault, text)
        return TextFilter(number=number, order_index=index(vault, text, ORDER), customer_ids=ids)

    def _items(self, tx: Transaction, found: list[Case]) -> list[CaseListItem]:
        names = {agent.login: agent.name for agent in people.agents(tx)}
        who = customers.by_id(tx, self._context.vault, {case.customer_id for case in found})
        numbers = [case.number for case in found]
        views, suspended = clock_views(tx, numbers, self._context.now()), queries.suspended_keys(tx, numbers)
        in_line = assignments.in_line(tx, numbers)
        return [
            CaseListItem(
                case=case,
                customer=mask_name(who[case.customer_id].name),
                owner_name=names.get(case.owner or "", ""),
                next_clock=next_clock(views.get(case.number, ())),
                suspended=case.number in suspended,
                in_line=case.number in in_line,
            )
            for case in found
        ]
