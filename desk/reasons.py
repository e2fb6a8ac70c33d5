"""Why a rule chose as it did: a code with arguments for whoever words it, and an English sentence for everybody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.ports import Decision

SENTENCES: Mapping[str, str] = {
    "handled_before": "handled it before",
    "knows_customer": "has another open case of this customer",
    "stands_in": "stands in for {person}, who is on leave",
    "only_one_free": "the only one free in {where}",
    "least_loaded": "least loaded in {where}: {load} of {capacity}",
    "waited_longest": "waited longest among the least loaded in {where}: {load} of {capacity}",
    "best_score": "best of {count} in {where}: {score} points (load {load} of {capacity}, idle {idle} min, level {level})",
    "nobody_free": "nobody of {team} is free and fit; offered to the whole team",
    "team_supervisor": "supervisor of {team}",
    "team_deputy": "deputy of {team}",
    "another_supervisor": "another supervisor",
    "no_supervisor": "no supervisor can take it; alarm to the queue of supervisors",
    "all_supervisors": "alarm to all supervisors",
    "has_authority": "the first on the way up whose authority suffices",
    "nobody_has_authority": "nobody with enough authority is there; offered to all who may be asked",
    "clocks": "round {round}: {winners}",
    "no_clocks": "round {round}: no target row applies, nothing is timed",
}
MISSED = "{clock} was missed: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """`code` is one of SENTENCES and stable. Arguments name things by their keys: team, instead (the team for which it steps in),
    skill, clock, person (a login); load, capacity, score, count, idle (minutes) and level are numbers; `by` tells for each clock
    which row set it.
    """

    code: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        given = self.arguments
        winners = "; ".join(f"{clock} by “{source}”" for clock, source in given.get("by", {}).items())
        missed = MISSED.format(clock=given["clock"]) if "clock" in given else ""
        return missed + SENTENCES[self.code].format(**{**given, "where": self._where(), "winners": winners})

    def _where(self) -> str:
        given = self.arguments
        instead = f" (fallback for {given['instead']})" if given.get("instead") else ""
        skill = f" with skill {given['skill']}" if given.get("skill") else ""
        return f"{given.get('team')}{instead}{skill}"


def decision(result: Mapping[str, Any], reason: Reason, considered: Iterable[Mapping[str, Any]]) -> Decision:
    """A rule's answer as a decider's, with its reason: for a person in English, for a page by its code."""
    return Decision(
        result=result,
        reason=str(reason),
        reason_code=reason.code,
        reason_arguments=reason.arguments,
        considered=tuple(considered),
    )
