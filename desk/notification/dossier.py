"""What a message about a case can speak of, read in one go: the case, its customer, its running clocks, the people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from desk.context import DeskContext
from desk.instants import minute
from desk.masking import mask_contact, mask_name
from desk.model import Agent, Case, Role, Team
from desk.store import cases, clocks, customers, people
from desk.store.cases import Matter
from desk.store.clocks import ClockRow
from engine.ports import Transaction

OWNER, SUPERVISOR, SUPERVISORS, TEAM = "owner", "supervisor", "supervisors", "team"
ADMINISTRATORS = "administrators"
CONTRIBUTOR, DEPARTMENT_SUPERVISOR = "contributor", "department_supervisor"
"""Who works on a part of the case for another department, and who leads that department."""


PAUSED = "paused"
"""The code that stands where a due time would, while the clock is paused; templates turn it into words."""
UNTIMED = "not_timed"
"""The code that stands there when no limit applies to the solution (E32)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A case and what belongs to it. `clocks` are those of the present round, by name; `language` is the customer's."""

    case: Case
    matter: Matter
    customer_name: str
    clocks: Mapping[str, ClockRow]
    teams: Mapping[str, Team]
    people: Mapping[str, Agent]
    language: str

    def staff(self, audience: str, *, key: str | None = None, login: str | None = None) -> tuple[Agent, ...]:
        """Who is meant: of the case, or with the `key` of another team that works on a part of it, of that one.

        A case without an owner is its team's, a part without a `login` its department's; a team without a supervisor is all
        supervisors'.
        """
        if audience == OWNER:
            return self._active(self.case.owner) or self.staff(TEAM)
        if audience == CONTRIBUTOR:
            return self._active(login) or self.staff(TEAM, key=key)
        if audience in (SUPERVISOR, DEPARTMENT_SUPERVISOR):
            team = self.teams.get(key or self.case.team)
            named = self._active(team.supervisor if team else None) or self._active(team.deputy if team else None)
            return named or self.staff(SUPERVISORS)
        if audience in (SUPERVISORS, ADMINISTRATORS):
            role = Role.SUPERVISOR if audience == SUPERVISORS else Role.ADMIN
            return of_role(self.people.values(), role)
        return tuple(one for one in self.people.values() if one.active and (key or self.case.team) in one.team_keys)

    def _active(self, login: str | None) -> tuple[Agent, ...]:
        agent = self.people.get(login or "")
        return (agent,) if agent and agent.active else ()

    def variables(self, *, base_url: str, zone: ZoneInfo) -> dict[str, Any]:
        """The variables that every notice template may use; the customer's name and contact masked."""
        case, owner = self.case, self.people.get(self.case.owner or "")
        masked = (mask_name(self.customer_name), mask_contact(self.matter.contact))
        return {
            "number": case.number,
            "type": case.type,
            "priority": case.priority,
            "channel": case.channel,
            "preferred_channel": case.preferred_channel,
            "round": case.round,
            "received_at": minute(case.received_at, zone),
            "respond_due": self._due("respond", zone),
            "solve_due": self._due("solve", zone) or UNTIMED,
            "owner": owner.name if owner else "",
            "team": self.team_name(self.case.team),
            "customer": "，".join(filter(None, masked)),
            "description": self.matter.description,
            "order_number": self.matter.order_number,
            "product": self.matter.product,
            "link": f"{base_url}/cases/{case.number}",
        }

    def team_name(self, key: str) -> str:
        """What a team is called; its key when it isn't known."""
        team = self.teams.get(key)
        return team.name if team else key

    def _due(self, clock: str, zone: ZoneInfo) -> str:
        if clock not in self.clocks:
            return ""
        due_at = self.clocks[clock].due_at
        return minute(due_at, zone) if due_at else PAUSED


def of_role(people: Iterable[Agent], role: Role) -> tuple[Agent, ...]:
    """Those of a role who are still with us."""
    return tuple(one for one in people if one.active and one.role is role)


def read_dossier(tx: Transaction, desk: DeskContext, number: str) -> Dossier:
    """Read a case's dossier. Raises CaseNotFound."""
    case = cases.case(tx, number)
    customer = customers.by_id(tx, desk.vault, [case.customer_id])[case.customer_id]
    return Dossier(
        case=case,
        matter=cases.matters(tx, desk.vault, [number])[number],
        customer_name=customer.name,
        clocks={row.name: row for row in clocks.of_cases(tx, [number]) if row.round == case.round},
        teams=people.teams(tx),
        people={one.login: one for one in people.agents(tx)},
        language=customer.language or desk.settings.language,
    )
