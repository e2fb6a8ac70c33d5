"""What assignment knows: an agent as a candidate, and what is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from desk.assignment.skills import MEDIUM_LEVEL
from desk.model import Priority

WEIGHTS: Mapping[str, int] = {Priority.URGENT: 3, Priority.NORMAL: 2, Priority.LOW: 1}


def weight_of(priority: str) -> int:
    """How much of somebody's capacity a case of this priority takes; an unknown one counts as normal."""
    return WEIGHTS.get(priority, WEIGHTS[Priority.NORMAL])


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An agent as assignment sees them at one instant.

    `signed_in` is false until a one-time password was used. `load` is the sum of the WEIGHTS of the open cases that they own and
    of the `contributions` to others' cases on which they work. `times_assigned` grows with each piece of work that they get.
    `engaged` is who gets another one at this very moment, so that what is known of their load is old.
    No `lines` or `languages` means all of them. `delegate` is who stands in while they are `on_leave`; `stands_in_for` is the
    absent member of the team through whom a delegate from another team is a candidate.
    """

    login: str
    team_keys: frozenset[str]
    skills: frozenset[str] = frozenset()
    levels: Mapping[str, int] = field(default_factory=dict)
    lines: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    active: bool = True
    signed_in: bool = True
    may_read: bool = True
    available: bool = True
    busy: bool = False
    on_shift: bool = True
    on_leave: bool = False
    delegate: str | None = None
    stands_in_for: str | None = None
    load: int = 0
    contributions: int = 0
    capacity: int = 10
    last_assigned_at: datetime | None = None
    times_assigned: int = 0
    engaged: bool = False

    def level(self, skill: str | None) -> int:
        """Their level of a skill, 0 without it; when no skill is asked for, everybody's is the same."""
        if skill is None:
            return MEDIUM_LEVEL
        return self.levels.get(skill, MEDIUM_LEVEL) if skill in self.skills else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the routing row asks for.

    `line` is the business line and `language` the customer's. `familiar` are the owners of the customer's other open cases, the
    newest first. `avoid` are logins that must not get it: who is complained about, who gave it back, who let it lie.
    """

    team: str
    priority: str
    skill: str | None = None
    level: int = 1
    line: str | None = None
    language: str | None = None
    fallback_team: str | None = None
    previous_owner: str | None = None
    familiar: tuple[str, ...] = ()
    avoid: frozenset[str] = frozenset()

    @property
    def weight(self) -> int:
        return weight_of(self.priority)

    @property
    def teams(self) -> tuple[str, ...]:
        """The team and the one that steps in for it."""
        return tuple(dict.fromkeys(filter(None, (self.team, self.fallback_team))))
