"""Why somebody can't get a case, as a code. What concerns the person comes before what concerns the case; room comes last."""

from __future__ import annotations

from collections.abc import Callable

from desk.assignment.candidates import Candidate, Wanted
from desk.model import Priority

_Check = Callable[[Candidate, Wanted], bool]


def has_room(one: Candidate, wanted: Wanted) -> bool:
    """Whether the case fits into the capacity; an urgent one may exceed it (the green channel, R24)."""
    return wanted.priority == Priority.URGENT or one.load + wanted.weight <= one.capacity


def _speaks(one: Candidate, wanted: Wanted) -> bool:
    return wanted.language is None or not one.languages or wanted.language in one.languages


def _serves(one: Candidate, wanted: Wanted) -> bool:
    return wanted.line is None or not one.lines or wanted.line in one.lines


_CHECKS: tuple[tuple[str, _Check], ...] = (
    ("inactive", lambda one, _: one.active),
    ("not_signed_in", lambda one, _: one.signed_in),
    ("may_not_read", lambda one, _: one.may_read),
    ("on_leave", lambda one, _: not one.on_leave),
    ("busy", lambda one, _: not one.busy),
    ("away", lambda one, _: one.available),
    ("off_shift", lambda one, _: one.on_shift),
    ("excluded", lambda one, wanted: one.login not in wanted.avoid),
    ("lacks_skill", lambda one, wanted: wanted.skill is None or wanted.skill in one.skills),
    ("lacks_level", lambda one, wanted: wanted.skill is None or one.level(wanted.skill) >= wanted.level),
    ("other_line", _serves),
    ("other_language", _speaks),
    ("at_capacity", has_room),
    ("engaged", lambda one, _: not one.engaged),
)
OBSTACLES = tuple(code for code, _ in _CHECKS)


def obstacle(one: Candidate, wanted: Wanted) -> str:
    """The first of OBSTACLES that stands in the way of this candidate; empty when they can get it."""
    return next((code for code, passes in _CHECKS if not passes(one, wanted)), "")
