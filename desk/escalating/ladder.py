"""The ladder of an escalation: who is told at which level, and when the next level comes. Read from a table of the process.

Level 0 (a warning) and level 1 (the limit was missed, and nothing later promised with approval) come when timers of the diagram
say so: `clock("solve").at(0.75)` and `.escalate_at`. Each later level comes when nobody acknowledged the one before in time, or
when a part of the limit is used up that the table names, whichever is first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from desk.calendars import WorkingTime
from desk.clocks.state import ClockPhase, ClockState
from desk.limits.limit_errors import LadderInvalid
from desk.limits.promises import Promise, escalates_at

AT_ONCE = timedelta(0)
MOST_MINUTES = 100_000
HIGHEST_LEVEL = 9


class Whom(StrEnum):
    SUPERVISOR = "supervisor"  # the team's, else the deputy, else any other who wasn't told yet
    DEPUTY = "deputy"  # the team's deputy, else the supervisor, else any other
    ANOTHER = "another"  # a supervisor of another team
    EVERYBODY = "everybody"  # an alarm to all supervisors
    NOBODY = "nobody"  # the ladder ends below


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A level. `urgent`: it is told at once, also at night, and only who is on shift counts as there.

    `fraction`: comes at the latest when that part of the limit is used up. `answer_within`: so long it waits for somebody to
    acknowledge it before the next level comes; None: for ever.
    """

    level: int
    whom: Whom
    urgent: bool = False
    fraction: float | None = None
    answer_within: timedelta | None = None


def default_step(level: int) -> Step:
    """Of a process without a table: the first level goes to the supervisor, and no other comes."""
    return Step(level=level, whom=Whom.SUPERVISOR if level <= 1 else Whom.NOBODY)


def read_step(answer: Any, level: int) -> Step:
    """What the table answered for a level: `whom`, `urgent`, `percent` of the limit, `answer_within` minutes. No row: nobody.

    Raises LadderInvalid, which says what the table answered.
    """
    if answer is None:
        return Step(level=level, whom=Whom.NOBODY)
    if not isinstance(answer, Mapping) or answer.get("whom") not in list(Whom):
        raise LadderInvalid(level, f"whom is {_said(answer, 'whom')}", f"name one of {', '.join(Whom)}")
    percent, minutes = (_number(answer, name, level) for name in ("percent", "answer_within"))
    return Step(
        level=level,
        whom=Whom(answer["whom"]),
        urgent=answer.get("urgent") is True,
        fraction=None if percent is None else percent / 100,
        answer_within=None if minutes is None else timedelta(minutes=minutes),
    )


def _said(answer: Any, name: str) -> str:
    return repr(answer.get(name)) if isinstance(answer, Mapping) else repr(answer)


def _number(answer: Mapping[str, Any], name: str, level: int) -> float | None:
    value = answer.get(name)
    if value is None:
        return None
    if not isinstance(value, int | float | Decimal) or isinstance(value, bool) or not 0 < value <= MOST_MINUTES:
        raise LadderInvalid(level, f"{name} is {value!r}", f"write a number above 0, at most {MOST_MINUTES}, or leave it empty")
    return float(value)


def next_at(
    step: Step,
    following: Step,
    at: datetime,
    state: ClockState | None,
    work: WorkingTime,
    promised: Sequence[Promise] = (),
    changed_at: datetime | None = None,
) -> datetime | None:
    """When the level after one that came at `at` is due; None when there is none, or unless the clock runs.

    Waiting for an answer begins when the notice may go (E34). Approved promises put the next level off, by as much as the first
    one when they were given before that (C15). What a shorter limit makes due at once is due when that came, at `changed_at`;
    what was due in a pause is due at its end (E15).
    """
    if following.whom is Whom.NOBODY or state is None or state.phase is not ClockPhase.RUNNING:
        return None
    found = [one for one in (_unanswered_at(step, at, work), _used_up_at(following, state, promised)) if one is not None]
    if not found:
        return None
    awake = state.course.awake
    return max(at, awake(escalates_at(awake(max(min(found), changed_at or at)), promised)))


def _used_up_at(step: Step, state: ClockState, promised: Sequence[Promise]) -> datetime | None:
    due_at, used_up = state.at(1), None if step.fraction is None else state.at(step.fraction)
    return used_up and due_at and used_up + (escalates_at(due_at, promised) - due_at)


def notice_time(urgent: bool, now: datetime, hours: WorkingTime) -> datetime:
    """When a notice may go: at once when urgent or open, else when `hours` open next. What it tells is recorded at once (E34)."""
    return now if urgent else hours.add(now, AT_ONCE)


def _unanswered_at(step: Step, at: datetime, work: WorkingTime) -> datetime | None:
    if step.answer_within is None:
        return None
    return at + step.answer_within if step.urgent else work.add(notice_time(False, at, work), step.answer_within)
