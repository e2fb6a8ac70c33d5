"""Decider `assign`: who gets the case, by the routing row that the diagram's table gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from desk import assignment, facts
from desk.assignment import Candidate, Wanted
from desk.assignment.skills import HIGHEST_LEVEL, LOWEST_LEVEL
from desk.model import Priority
from desk.reasons import decision
from engine.errors import Invalid
from engine.ports import Decision, HandlerCall, Transaction
from handlers.headers import choice

PURPOSES = frozenset({"case", "contribution"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Who could get it; who had it in the round before (None in the first); who owns other open cases of the customer; from whom
    a supervisor keeps the case.
    """

    candidates: Sequence[Candidate]
    previous_owner: str | None
    familiar: tuple[str, ...] = ()
    kept_from: frozenset[str] = frozenset()


class Assign:
    """Needs `route` {team, skill, level, line, language, fallback_team, avoid} and `classification.priority`.

    With the header `for` = contribution it is about a part of the case for another department: neither who has the case nor who
    had it before plays a part, and what was asked for isn't kept. Only `route.team` must be there; `avoid` is a login or
    several. `intake.about_agent`, who is complained about, never gets it.
    Answers {assignee, team, reason, wanted}: a null assignee means that the case waits in the team's line and the whole team is
    offered the task; `wanted` is what was asked for, for whoever assigns the case again.
    """

    name = "assign"

    def gather(self, call: HandlerCall, tx: Transaction) -> Known:
        """Read the members of both teams, the owner of the round before, and who knows the customer."""
        case = facts.case(tx, call.business_key)
        kept_from = facts.kept_from(tx, call.business_key)
        if _is_contribution(call):
            holder = None if facts.is_in_line(tx, call.business_key) else case.owner
            known = Known(candidates=(), previous_owner=None, kept_from=kept_from | ({holder} if holder else set()))
        else:
            known = Known(
                candidates=(),
                previous_owner=case.owner if _round(call) > 1 else None,
                familiar=facts.owners_of_customer(tx, case),
                kept_from=kept_from,
            )
        return replace(known, candidates=facts.candidates(tx, _wanted_knowing(call, known), call.now))

    def decide(self, call: HandlerCall, facts: Known) -> Decision:
        """Apply desk.assignment's rule."""
        wanted = _wanted_knowing(call, facts)
        answer = assignment.assign(wanted, facts.candidates, call.now)
        result = assignment.result_of(answer, wanted)
        if _is_contribution(call):
            del result["wanted"]
        return decision(result, answer.reason, answer.considered)


def make(_services: Any) -> Assign:
    """The entry point's factory."""
    return Assign()


def _wanted_knowing(call: HandlerCall, known: Known) -> Wanted:
    asked = _wanted(call)
    avoid = asked.avoid | known.kept_from
    return replace(asked, previous_owner=known.previous_owner, familiar=known.familiar, avoid=avoid)


def _wanted(call: HandlerCall) -> Wanted:
    route = call.inputs.get("route") or {}
    team = route.get("team")
    if not team:
        raise Invalid(f"{call.activity_name}: the variable route names no team. Check the routing table's last row.")
    return Wanted(
        team=team,
        priority=(call.inputs.get("classification") or {}).get("priority") or Priority.NORMAL,
        skill=route.get("skill"),
        level=_level(call, route.get("level")),
        line=route.get("line"),
        language=route.get("language"),
        fallback_team=route.get("fallback_team"),
        avoid=_avoided(call, route.get("avoid")),
    )


def _is_contribution(call: HandlerCall) -> bool:
    return choice(call, "for", PURPOSES, default="case") == "contribution"


def _level(call: HandlerCall, given: Any) -> int:
    if given is None:
        return LOWEST_LEVEL
    if isinstance(given, bool) or given not in range(LOWEST_LEVEL, HIGHEST_LEVEL + 1):
        raise Invalid(f"{call.activity_name}: route.level is {given!r}, not a level from 1 to 5. Correct the routing table.")
    return int(given)


def _avoided(call: HandlerCall, given: Any) -> frozenset[str]:
    about = (call.inputs.get("intake") or {}).get("about_agent")
    named = given if isinstance(given, list | tuple) else [given]
    return frozenset(login for login in (*named, about) if isinstance(login, str) and login)


def _round(call: HandlerCall) -> int:
    return int((call.inputs.get("clocks") or {}).get("round") or 1)
