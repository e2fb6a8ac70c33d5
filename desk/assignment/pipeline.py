"""The way to an assignee: eligible, then room, then who knows the case or the customer, then the best score, then the turn.

First the team is asked, then the one that steps in for it. Everybody who was considered is in the answer, with the code of what
stood in the way or with their points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from desk.assignment.candidates import Candidate, Wanted
from desk.assignment.eligibility import obstacle
from desk.assignment.score import Score, score
from desk.reasons import Reason

ASKED = ("team", "skill", "level", "line", "language", "fallback_team")
"""What stays wanted of a case, however often it is assigned."""

KNOWN = frozenset({"handled_before", "knows_customer", "stands_in"})
"""The reasons for which somebody is chosen whatever points others have."""

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """The answer: nobody (`assignee` None) means that the case waits in the team's line, its task offered to the whole team.

    `considered` has a row for each candidate of each team that was asked: login, team, load, capacity, weight, obstacle, and for
    those without one score, points by term, idle_minutes.
    """

    assignee: str | None
    team: str
    reason: Reason
    considered: tuple[Mapping[str, Any], ...]


def assign(wanted: Wanted, candidates: Sequence[Candidate], now: datetime) -> Assignment:
    """Choose an agent of the team, else of the fallback team."""
    considered: list[Mapping[str, Any]] = []
    for team in wanted.teams:
        members = sorted((one for one in candidates if team in one.team_keys), key=lambda one: one.login)
        obstacles = {one.login: obstacle(one, wanted) for one in members}
        scores = {one.login: score(one, wanted, now) for one in members if not obstacles[one.login]}
        considered += [_row(one, team, wanted, obstacles[one.login], scores.get(one.login)) for one in members]
        if scores:
            chosen, reason = _chosen(members, scores, team, wanted)
            return Assignment(assignee=chosen.login, team=team, reason=reason, considered=tuple(considered))
    reason = Reason(code="nobody_free", arguments={"team": wanted.team})
    return Assignment(assignee=None, team=wanted.team, reason=reason, considered=tuple(considered))


def preferred(wanted: Wanted, candidates: Iterable[Candidate], now: datetime) -> list[Candidate]:
    """Who fits, of the first team in which anybody does: the best first, then who would be best without them, and so on.

    Who had the case or knows the customer plays no part.
    """
    fit = [one for one in candidates if not obstacle(one, wanted)]
    for team in wanted.teams:
        if members := [one for one in fit if team in one.team_keys]:
            return sorted(members, key=lambda one: _place(one, score(one, wanted, now)))
    return []


def result_of(answer: Assignment, wanted: Wanted) -> dict[str, Any]:
    """An answer as the process keeps it: {assignee, team, reason, wanted}; `wanted` is what was asked for, without priority."""
    asked: dict[str, Any] = {name: getattr(wanted, name) for name in ASKED if getattr(wanted, name) is not None}
    asked["avoid"] = sorted(wanted.avoid)
    return {"assignee": answer.assignee, "team": answer.team, "reason": str(answer.reason), "wanted": asked}


def _row(one: Candidate, team: str, wanted: Wanted, obstacle: str, points: Score | None) -> Mapping[str, Any]:
    row = {"login": one.login, "team": team, "load": one.load, "capacity": one.capacity, "weight": wanted.weight}
    row |= {"skill": wanted.skill, "level": one.level(wanted.skill), "obstacle": obstacle}
    if one.contributions:
        row["contributions"] = one.contributions
    if one.stands_in_for:
        row["stands_in_for"] = one.stands_in_for
    if obstacle == "on_leave":
        row["delegate"] = one.delegate
    if points:
        terms = {"load": points.load, "idle": points.idle, "skill": points.skill}
        row |= {"score": points.total, "points": terms, "idle_minutes": points.idle_minutes}
    return row


def _chosen(members: Sequence[Candidate], scores: Mapping[str, Score], team: str, wanted: Wanted) -> tuple[Candidate, Reason]:
    by_login = {one.login: one for one in members}
    if known := _known(by_login, scores, wanted):
        login, reason = known
        return by_login[login], reason
    fit = [by_login[login] for login in scores]
    best = min(fit, key=lambda one: _place(one, scores[one.login]))
    return best, _why(best, fit, scores[best.login], team, wanted)


def _place(one: Candidate, points: Score) -> tuple[int, datetime, str]:
    return -points.total, one.last_assigned_at or _NEVER, one.login


def _known(by_login: Mapping[str, Candidate], scores: Mapping[str, Score], wanted: Wanted) -> tuple[str, Reason] | None:
    """Who had the case, else who has another case of the customer; who is on leave is replaced by who stands in for them."""
    known = [(wanted.previous_owner, "handled_before")] if wanted.previous_owner else []
    for login, code in (*known, *((one, "knows_customer") for one in wanted.familiar)):
        if login in scores:
            return login, Reason(code=code)
        absent = by_login.get(login)
        if absent is not None and absent.on_leave and absent.delegate in scores:
            return absent.delegate, Reason(code="stands_in", arguments={"person": login})
    return None


def _why(best: Candidate, fit: Sequence[Candidate], points: Score, team: str, wanted: Wanted) -> Reason:
    instead = wanted.team if team != wanted.team else None
    where = {"team": team, "instead": instead, "skill": wanted.skill}
    if len(fit) == 1:
        return Reason(code="only_one_free", arguments=where)
    load = {"load": best.load, "capacity": best.capacity}
    lowest = min(_share(one) for one in fit)
    least = [one for one in fit if _share(one) == lowest]
    equally_able = len({one.level(wanted.skill) for one in least}) == 1
    if best not in least or (len(least) > 1 and not (equally_able and _last(best) == min(map(_last, least)))):
        rest = {"score": points.total, "count": len(fit), "idle": points.idle_minutes, "level": best.level(wanted.skill)}
        return Reason(code="best_score", arguments={**where, **load, **rest})
    return Reason(code="least_loaded" if len(least) == 1 else "waited_longest", arguments={**where, **load})


def _share(one: Candidate) -> float:
    return one.load / max(one.capacity, 1)


def _last(one: Candidate) -> datetime:
    return one.last_assigned_at or _NEVER
