"""What somebody learns of cases of a customer that they may not read: how many each team has, and whom to ask. Nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from desk.context import DeskContext
from desk.model import Agent, Case
from desk.rights import readable
from desk.staffing.answering import Leading, who_leads
from desk.store import assignments, cases, customers
from engine.ports import Transaction

MOST_COUNTED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """How many cases of a customer a team has, and how many are open. `ask` is the login of who leads it and may know of them,
    if there is anybody.
    """

    team: str
    cases: int
    open: int
    ask: str | None


def by_team(hidden: Iterable[Case], leading: Leading, kept_from: Mapping[str, Collection[str]]) -> tuple[Elsewhere, ...]:
    """Count cases by team, the team with the most open ones in front. `kept_from`: of a case by its number those from whom it is
    kept; nobody is to be asked of them.
    """
    of_team: dict[str, list[Case]] = {}
    for case in hidden:
        of_team.setdefault(case.team, []).append(case)
    never = {team: {login for case in its for login in kept_from.get(case.number, ())} for team, its in of_team.items()}
    counted = [
        Elsewhere(
            team=team,
            cases=len(its),
            open=sum(case.open for case in its),
            ask=leading.who_answers_for(team, never=never[team]),
        )
        for team, its in of_team.items()
    ]
    return tuple(sorted(counted, key=lambda one: (-one.open, -one.cases, one.team)))


def cases_elsewhere(tx: Transaction, desk: DeskContext, text: str, agent: Agent) -> tuple[Elsewhere, ...]:
    """The cases, of the last MOST_COUNTED, of a customer whose exact phone, e-mail or number the text is, that the agent may not
    read. A case that is kept from the agent, who is complained about, isn't told.
    """
    may_read = readable(agent)
    if may_read.everything or may_read.login is None:
        return ()
    found = customers.matching(tx, desk.vault, contact=text, number=text)
    known = {case.number: case for case in cases.of_customers(tx, [one.id for one in found], limit=MOST_COUNTED)}
    unread = known.keys() - cases.readable_among(tx, known, may_read)
    kept_from = assignments.kept_from_each(tx, unread)
    hidden = [known[number] for number in unread if agent.login not in kept_from.get(number, ())]
    return by_team(hidden, who_leads(tx, desk.now()), kept_from) if hidden else ()
