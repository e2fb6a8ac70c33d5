"""What people carry: the open cases that they own, and the contributions of their departments on which they work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import and_, func, literal, select

from desk import tables
from desk.assignment import weight_of
from desk.model import CaseState
from desk.store.contributions import ContributionState
from engine.db import tables as engine_tables
from engine.db.among import Among
from engine.db.queries import OPEN_TASKS
from engine.db.statements import Record, Statement
from engine.ports import Transaction

WORKING = (CaseState.OPEN, CaseState.IN_PROGRESS)
LOGINS = "logins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """How many cases, and contributions to others' cases, somebody works on, by the priority of the case."""

    cases: Mapping[str, int] = field(default_factory=dict)
    contributions: Mapping[str, int] = field(default_factory=dict)

    @property
    def load(self) -> int:
        """What they weigh together: a contribution as much as a case of its priority."""
        return load_of(self.cases) + load_of(self.contributions)


NOTHING = Carried()


def load_of(counts: Mapping[str, int]) -> int:
    """What open cases weigh, from their numbers by priority."""
    return sum(count * weight_of(priority) for priority, count in counts.items())


def _of_people() -> Statement:
    """A case that waits in a line burdens nobody, whoever owned it before."""
    case, assignment, part, task = tables.case, tables.assignment, tables.contribution, engine_tables.user_task
    waits = and_(assignment.c.case_number == case.c.number, assignment.c.waiting_since.is_not(None))
    owned = (
        select(literal("cases").label("kind"), case.c.owner.label("login"), case.c.priority, func.count().label("count"))
        .where(Among(case.c.owner, LOGINS), case.c.state.in_(WORKING), ~select(assignment.c.case_number).where(waits).exists())
        .group_by(case.c.owner, case.c.priority)
    )
    contributed = (
        select(literal("contributions").label("kind"), task.c.assignee, case.c.priority, func.count())
        .join(part, part.c.task_id == task.c.id)
        .join(case, case.c.number == part.c.case_number)
        .where(Among(task.c.assignee, LOGINS), task.c.state.in_(OPEN_TASKS), part.c.state == ContributionState.OPEN)
        .group_by(task.c.assignee, case.c.priority)
    )
    return Statement(owned.union_all(contributed))


CARRIED = _of_people()


def carried(tx: Transaction, logins: Collection[str]) -> dict[str, Carried]:
    """What each works on; who works on nothing is left out."""
    return by_login(CARRIED.all(tx, logins=sorted(logins)))


def by_login(rows: Collection[Record]) -> dict[str, Carried]:
    """The rows of CARRIED by person."""
    found: dict[str, dict[str, dict[str, int]]] = {}
    for row in rows:
        found.setdefault(row["login"], {"cases": {}, "contributions": {}})[row["kind"]][row["priority"]] = row["count"]
    return {login: Carried(**counts) for login, counts in found.items()}


def open_of_teams(tx: Transaction, team_keys: Collection[str]) -> dict[str, dict[str, int]]:
    """How many cases of each priority each team works on or has waiting."""
    case = tables.case.c
    query = select(case.team, case.priority, func.count()).where(case.team.in_(list(team_keys)), case.state.in_(WORKING))
    found: dict[str, dict[str, int]] = {}
    for team, priority, count in tx.execute(query.group_by(case.team, case.priority)):
        found.setdefault(team, {})[priority] = count
    return found
