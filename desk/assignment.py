"""Who gets a case: a pure rule over a routing row and the people of the team, with its reason.

Eligible is who is active, has signed in once, is available, in the team and skilled. A case that comes back goes to its last
owner when eligible; else to the least loaded; ties go to who has waited longest for a case. Only urgent cases may exceed
somebody's capacity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from desk.model import Priority
from desk.reasons import Reason

WEIGHTS: Mapping[str, int] = {Priority.URGENT: 3, Priority.NORMAL: 2, Priority.LOW: 1}
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent as assignment sees them.

    `signed_in` is false until a one-time password was used. `load` is the sum of the WEIGHTS of the open cases that they own.
    """

    login: str
    team_keys: frozenset[str]
    skills: frozenset[str] = frozenset()
    active: bool = True
    signed_in: bool = True
    available: bool = True
    load: int = 0
    capacity: int = 10
    last_assigned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the routing row asks for. `avoid` are logins that must not get it (who is complained about, say)."""

    team: str
    priority: str
    skill: str | None = None
    fallback_team: str | None = None
    previous_owner: str | None = None
    avoid: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The answer: nobody (`assignee` None) means that the task is offered to the whole team."""

    assignee: str | None
    team: str
    reason: Reason
    considered: tuple[Mapping[str, Any], ...]


def assign(wanted: Wanted, candidates: Sequence[Candidate]) -> Assignment:
    """Choose an agent of the team, else of the fallback team; every candidate is listed with why not, or their load."""
    considered: list[Mapping[str, Any]] = []
    for team in dict.fromkeys(filter(None, (wanted.team, wanted.fallback_team))):
        fit = _fit(wanted, team, candidates, considered)
        chosen = next((one for one in fit if one.login == wanted.previous_owner), None)
        if chosen is not None:
            return Assignment(
                assignee=chosen.login, team=team, reason=Reason(code="handled_before"), considered=tuple(considered)
            )
        if fit:
            chosen = min(fit, key=lambda one: (one.load, one.last_assigned_at or _NEVER, one.login))
            reason = _reason(chosen, fit, team, wanted)
            return Assignment(assignee=chosen.login, team=team, reason=reason, considered=tuple(considered))
    reason = Reason(code="nobody_free", arguments={"team": wanted.team})
    return Assignment(assignee=None, team=wanted.team, reason=reason, considered=tuple(considered))


def _fit(wanted: Wanted, team: str, candidates: Iterable[Candidate], considered: list[Mapping[str, Any]]) -> list[Candidate]:
    fit = []
    for one in sorted(candidates, key=lambda candidate: candidate.login):
        if team not in one.team_keys:
            continue
        obstacle = _obstacle(one, wanted)
        considered.append(
            {
                "login": one.login,
                "team": team,
                "load": one.load,
                "capacity": one.capacity,
                "skill": wanted.skill,
                "obstacle": obstacle,
            }
        )
        if not obstacle:
            fit.append(one)
    return fit


def _obstacle(one: Candidate, wanted: Wanted) -> str:
    """Why this candidate can't get it, as a code; empty when they can."""
    if not one.active:
        return "inactive"
    if not one.signed_in:
        return "not_signed_in"
    if not one.available:
        return "away"
    if one.login in wanted.avoid:
        return "excluded"
    if wanted.skill and wanted.skill not in one.skills:
        return "lacks_skill"
    weight = WEIGHTS.get(wanted.priority, WEIGHTS[Priority.NORMAL])
    if wanted.priority != Priority.URGENT and one.load + weight > one.capacity:
        return "at_capacity"
    return ""


def _reason(chosen: Candidate, fit: Sequence[Candidate], team: str, wanted: Wanted) -> Reason:
    instead = wanted.team if team != wanted.team else None
    where = {"team": team, "instead": instead, "skill": wanted.skill}
    if len(fit) == 1:
        return Reason(code="only_one_free", arguments=where)
    alone = sum(one.load == chosen.load for one in fit) == 1
    load = {"load": chosen.load, "capacity": chosen.capacity}
    return Reason(code="least_loaded" if alone else "waited_longest", arguments={**where, **load})
