"""Who may approve what, and who is asked: a matrix of kind × amount per role or person, pure (R42, R43).

One approval, by the first person on the way up whose authority suffices: the team's supervisor, its deputy, then whoever else
has enough, those with the least of it first.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from desk.model import Agent, Role, Team
from desk.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Authority for one kind of approval (refund, say) up to an amount, None: any; of a role, or of one person."""

    kind: str
    role: Role | None = None
    login: str | None = None
    up_to: Decimal | None = None

    def suffices(self, amount: Decimal | None) -> bool:
        """Whether it covers an amount; an approval without an amount is covered by any."""
        return self.up_to is None or amount is None or amount <= self.up_to


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be approved, who asks for it, and the team of the case."""

    kind: str
    amount: Decimal | None
    by: str
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """The answer: nobody (`login` None) means that the approval is offered to all who may be asked."""

    login: str | None
    reason: Reason
    considered: tuple[Mapping[str, Any], ...]


def grants_of(agent: Agent, kind: str, grants: Sequence[Grant]) -> Sequence[Grant]:
    """What somebody was granted for a kind: their own grants if they have any, else those of their role.

    A kind that no grant speaks of is in the hands of those who lead.
    """
    known = [one for one in grants if one.kind == kind]
    if not known:
        return (Grant(kind=kind, role=agent.role),) if agent.leads else ()
    own = [one for one in known if one.login == agent.login]
    return own or [one for one in known if one.login is None and one.role is agent.role]


def may_approve(agent: Agent, kind: str, amount: Decimal | None, grants: Sequence[Grant]) -> bool:
    """Whether somebody's authority suffices."""
    return any(one.suffices(amount) for one in grants_of(agent, kind, grants))


def first_approver(
    asked: Asked, team: Team | None, people: Mapping[str, Agent], grants: Sequence[Grant], away: Collection[str] = ()
) -> Approver:
    """Who is asked. Never who asks; `away` are those on leave."""
    considered: list[Mapping[str, Any]] = []
    for login, code in _way_up(asked, team, people, grants):
        obstacle = _obstacle(people.get(login), asked, grants, away)
        considered.append({"login": login, "rung": code, "obstacle": obstacle, "kind": asked.kind, "amount": asked.amount})
        if not obstacle:
            reason = Reason(code=code, arguments={"team": asked.team} if code != "has_authority" else {})
            return Approver(login=login, reason=reason, considered=tuple(considered))
    return Approver(login=None, reason=Reason(code="nobody_has_authority"), considered=tuple(considered))


def _way_up(asked: Asked, team: Team | None, people: Mapping[str, Agent], grants: Sequence[Grant]) -> Iterator[tuple[str, str]]:
    named = {team.supervisor: "team_supervisor", team.deputy: "team_deputy"} if team else {}
    rungs = [(login, code) for login, code in named.items() if login]
    yield from rungs
    others = [one for one in people.values() if one.login not in named and grants_of(one, asked.kind, grants)]
    for one in sorted(others, key=lambda one: (_reach(one, asked.kind, grants), one.login)):
        yield one.login, "has_authority"


def _reach(agent: Agent, kind: str, grants: Sequence[Grant]) -> Decimal:
    limits = [one.up_to for one in grants_of(agent, kind, grants)]
    return Decimal("Infinity") if None in limits else max(limit for limit in limits if limit is not None)


def _obstacle(agent: Agent | None, asked: Asked, grants: Sequence[Grant], away: Collection[str]) -> str:
    """Why they can't be asked, as a code; empty when they can."""
    if agent is None or not agent.active:
        return "inactive"
    if agent.login == asked.by:
        return "asks_for_it"
    if not may_approve(agent, asked.kind, asked.amount, grants):
        return "lacks_authority"
    if agent.login in away:
        return "on_leave"
    return "" if agent.available else "away"
