"""What is timed, and which of it must happen at all."""

from __future__ import annotations

PICKUP = "pickup"
"""From the queue until an agent takes a live contact (C2)."""
RESPOND = "respond"
"""Until a person first answers the customer."""
NEXT_RESPONSE = "next_response"
"""From the first unanswered message of the customer, after the first response (E37)."""
TRANSFER = "transfer"
"""Until a question too hard for the first team goes to a department (C4)."""
SOLVE = "solve"
"""Until the solution is told."""
FOLLOW_UP = "follow_up"
"""Until the customer is asked again after a solution (C5)."""
FEEDBACK = "feedback"
"""Until a bad answer to a survey is analysed (C19)."""
TEAM = "team"
"""A team's own limit for one assignment (OLA, E24); such a clock is named by `team_clock`."""
WAITING = "waiting"
"""While a case waits for its customer: until it goes on without them (E17). Theirs, so in no statistics of ours."""

KINDS = (PICKUP, RESPOND, NEXT_RESPONSE, TRANSFER, SOLVE, FOLLOW_UP, FEEDBACK, TEAM, WAITING)
CONDITIONAL = frozenset({TRANSFER})
"""Clocks of what need not happen at all: who transfers nothing misses nothing."""
NOT_PROMISED = frozenset({TEAM, WAITING})
"""Kinds of clocks of which the customer knows nothing."""


def team_clock(team: str, assignment: int) -> str:
    """The name of a team's clock for its n-th assignment of the case, from 1: `team:technical:2`."""
    return f"{TEAM}:{team}:{assignment}"


def team_of_clock(clock: str) -> str:
    """The team whose clock it is: `technical` of `team:technical:2`."""
    return clock.removeprefix(f"{TEAM}:").rpartition(":")[0]


def kind_of(clock: str) -> str:
    """Which of KINDS a clock is; a name that an analyst made up is its own kind."""
    return clock.partition(":")[0]
