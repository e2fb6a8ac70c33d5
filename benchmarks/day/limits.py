"""The limits that the requirements promise (C1, C4, C13, C19, R40), written down a second time, not read from any table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.day.happened import Happened
from benchmarks.day.noted import Class

MIN, HOUR = 60, 3600
RANKS = {"low": 0, "normal": 1, "urgent": 2}
RESPOND = {"urgent": 15 * MIN, "normal": HOUR, "low": 4 * HOUR}
SOLVE = {"urgent": 2 * HOUR, "normal": 24 * HOUR}
LOW_WORKING_DAYS = 3
COMPLAINT_RESPOND, COMPLAINT_SOLVE, COMPLAINT_FOLLOW_UP = HOUR, 48 * HOUR, 72 * HOUR
TRANSFER = {"urgent": HOUR, "normal": 12 * HOUR, "low": 24 * HOUR}
PICKUP = 5 * MIN
PREFERRED = ("vip", "key_account")
STANDARD = "standard"
PREFERRED_RESPOND = 30 * MIN
PREFERRED_SOLVE = {"urgent": HOUR, "normal": 8 * HOUR}
PREFERRED_WORKING_DAYS = 2
QUICK_LANE = "quick_lane"
QUICK_RESPOND, QUICK_SOLVE = 15 * MIN, 4 * HOUR
LIVE = ("phone", "chat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many seconds around the clock, or while the office is open, or so many working days."""

    seconds: int = 0
    office_seconds: int = 0
    working_days: int = 0

    @property
    def in_office(self) -> bool:
        """Whether the office's calendar says when it counts."""
        return not self.seconds


FEEDBACK = Limit(seconds=24 * HOUR)
AGREED = {"2h": Limit(seconds=2 * HOUR), "6bh": Limit(office_seconds=6 * HOUR), "1wd": Limit(working_days=1)}
"""What owners and departments agree on, by how they write it."""


def first_class(case: Happened) -> Class:
    """What a case is found to be at its entry."""
    return Class(priority=_first_priority(case), tier=case.intake.get("customer_tier") or STANDARD)


def _first_priority(case: Happened) -> str:
    """Who can't work or is upset comes first; a suggestion can wait."""
    intake = case.intake
    if intake["usage_blocked"] or intake["emotional"] or intake["urgency"] == "urgent":
        return "urgent"
    crowd = intake["scope"] == "group"
    if crowd and intake["type"] == "complaint":
        return "urgent"
    if intake["type"] == "suggestion":
        return "low"
    return "normal" if crowd else str(intake["urgency"])


def limits(case: Happened, found_to_be: Class, round: int) -> Mapping[str, list[Limit]]:
    """By clock all limits of a case of this class, of which the earliest instant counts."""
    found: dict[str, list[Limit]] = {}
    for clock, limit in [*_all(case, found_to_be.priority, round), *_sooner(case, found_to_be, round)]:
        found.setdefault(clock, []).append(limit)
    return found


def of_department(team: str, priority: str) -> Limit:
    """How long a department has for its part of a case when nothing was agreed."""
    if priority == "urgent":
        return Limit(seconds=HOUR)
    return Limit(working_days=2) if team == "product" else Limit(office_seconds=4 * HOUR)


def _all(case: Happened, priority: str, round: int) -> Iterator[tuple[str, Limit]]:
    kind, channel = case.intake["type"], case.intake["channel"]
    low = priority == "low"
    yield "solve", Limit(working_days=LOW_WORKING_DAYS) if low else Limit(seconds=SOLVE[priority])
    if kind == "complaint":
        yield "solve", Limit(seconds=COMPLAINT_SOLVE)
        yield "follow_up", Limit(seconds=COMPLAINT_FOLLOW_UP)
    if round > 1:
        return
    yield "respond", Limit(seconds=RESPOND[priority])
    if kind == "complaint":
        yield "respond", Limit(seconds=COMPLAINT_RESPOND)
    if kind in ("inquiry", "complaint"):
        yield "transfer", Limit(seconds=TRANSFER[priority])
    if kind == "inquiry" and channel in LIVE:
        yield "pickup", Limit(seconds=PICKUP)


def _sooner(case: Happened, found_to_be: Class, round: int) -> Iterator[tuple[str, Limit]]:
    """What customers of higher tiers, and common technical problems, are promised besides (R33, R85)."""
    if found_to_be.tier in PREFERRED:
        low = found_to_be.priority == "low"
        days = Limit(working_days=PREFERRED_WORKING_DAYS)
        yield "solve", days if low else Limit(seconds=PREFERRED_SOLVE[found_to_be.priority])
        if round == 1:
            yield "respond", Limit(seconds=PREFERRED_RESPOND)
    if case.intake.get("tags") == QUICK_LANE and case.intake["type"] in ("inquiry", "complaint"):
        yield "solve", Limit(seconds=QUICK_SOLVE)
        if round == 1:
            yield "respond", Limit(seconds=QUICK_RESPOND)
