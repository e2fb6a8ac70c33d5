"""Owners ask departments for parts of a case (协办): these do them, pass them on, or are told that they needn't."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from benchmarks.day.acting import SUPERVISOR, Actor, Story
from benchmarks.day.limits import AGREED
from benchmarks.day.noted import Part
from desk.collaboration.contributions import Asked
from engine.model import UserTask

DEPARTMENTS = ("technical", "business", "product")
TECHNICIANS = DEPARTMENTS[0]
BY_BUTTON_SHARE, TWO_SHARE, AGREED_SHARE = 0.3, 0.25, 0.3
"""So many ask just for technical help; of the others so many ask two departments at once; for so many parts a limit is agreed."""
HOURS_TO_CONTRIBUTE = 2.5
FATES = {"done": 75, "passed_on": 15, "withdrawn": 10}
DONE: Mapping[str, Any] = {"content": "已排查", "outcome": "resolved"}


def helped(actor: Actor, holder: str) -> Story:
    """One or two departments do their parts, before the case is solved."""
    yield actor.about(minutes=20)
    parts = _button(actor, holder) if actor.happens(BY_BUTTON_SHARE) else _asked(actor, holder)
    for part in parts:
        yield actor.about(hours=HOURS_TO_CONTRIBUTE)
        match actor.drawn(FATES):
            case "withdrawn":
                actor.act(actor.desk.contributions.withdraw, _id(actor, part), reason="不再需要", by=holder)
                _end(actor, part, withdrawn=True)
            case "passed_on":
                after = yield from _passed_on(actor, part)
                yield from _done(actor, after)
            case _:
                yield from _done(actor, part)


def _button(actor: Actor, holder: str) -> list[Part]:
    actor.act(actor.desk.work.request_technical_help, actor.number, reason="需要排查", by=holder)
    return [_noted(actor, TECHNICIANS)]


def _asked(actor: Actor, holder: str) -> list[Part]:
    teams = [actor.one_of(DEPARTMENTS)]
    if actor.happens(TWO_SHARE):
        teams.append(actor.one_of([team for team in DEPARTMENTS if team not in teams]))
    limits = [actor.one_of([*AGREED]) if actor.happens(AGREED_SHARE) else "" for _ in teams]
    asked = [Asked(team=team, wanted="请协助核实", limit=limit) for team, limit in zip(teams, limits, strict=True)]
    actor.act(actor.desk.contributions.ask, actor.number, asked, by=holder)
    return [_noted(actor, one.team, one.limit) for one in asked]


def _noted(actor: Actor, team: str, limit: str = "") -> Part:
    part = Part(team=team, asked_at=actor.now(), limit=limit)
    actor.noted.parts.append(part)
    return part


def _passed_on(actor: Actor, part: Part) -> Iterator[timedelta]:
    """Somebody of the department finds that it is another one's matter; the new part."""
    task = yield from actor.found(_of(part.team), f"for {part.team}")
    member = task.assignee or actor.someone(part.team)
    other = actor.one_of([team for team in DEPARTMENTS if not _is_open(actor, team)] or ["business"])
    actor.act(actor.desk.contributions.pass_on, _id(actor, part), team=other, reason="属于贵部门", by=member)
    _end(actor, part)
    return _noted(actor, other)


def _is_open(actor: Actor, team: str) -> bool:
    return any(part.team == team and part.ended_at is None for part in actor.noted.parts)


def _done(actor: Actor, part: Part) -> Story:
    task = yield from actor.found(_of(part.team), f"for {part.team}")
    member = task.assignee or actor.someone(part.team)
    actor.act(actor.desk.work.claim, task.id, by=member)
    yield actor.about(minutes=25)
    actor.act(actor.desk.work.complete, task.id, DONE, by=member)
    _end(actor, part)


def _of(team: str) -> Callable[[UserTask], bool]:
    return lambda task: task.activity_id == "contribute" and task.candidate_groups == (team,)


def _end(actor: Actor, part: Part, *, withdrawn: bool = False) -> None:
    part.ended_at, part.withdrawn = actor.now(), withdrawn


def _id(actor: Actor, part: Part) -> int:
    """The open contribution of the part's department."""
    found = actor.desk.contributions.of_case(actor.number, viewer=SUPERVISOR)
    return next(one.contribution.id for one in found if one.contribution.team == part.team and one.contribution.state == "open")
