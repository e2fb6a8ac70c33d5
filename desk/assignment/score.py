"""Who of those who can get a case fits best, in points from 0 to 100. Overload counts below 0.

Load counts most, so that nobody drowns while others wait; time without a new case and level of skill decide among people who
are about equally loaded. The points are whole, so that trifles tie and the turn decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.assignment.candidates import Candidate, Wanted
from desk.assignment.skills import HIGHEST_LEVEL

POINTS: Mapping[str, int] = {"load": 70, "idle": 15, "skill": 15}
"""The most that each term can bring: free share of the capacity, time since the last case, level of the wanted skill."""

LONGEST_IDLE = timedelta(hours=2)
"""Waiting longer than this brings no more points; also what somebody counts as who never got a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The points by term, and their sum."""

    load: int
    idle: int
    skill: int
    idle_minutes: int

    @property
    def total(self) -> int:
        return self.load + self.idle + self.skill


def score(one: Candidate, wanted: Wanted, now: datetime) -> Score:
    """The points of a candidate for a case."""
    idle = LONGEST_IDLE if one.last_assigned_at is None else min(max(now - one.last_assigned_at, timedelta(0)), LONGEST_IDLE)
    free = one.capacity - one.load
    return Score(
        load=POINTS["load"] * free // max(one.capacity, 1),
        idle=POINTS["idle"] * idle // LONGEST_IDLE,
        skill=POINTS["skill"] * one.level(wanted.skill) // HIGHEST_LEVEL,
        idle_minutes=idle // timedelta(minutes=1),
    )
