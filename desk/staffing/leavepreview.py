"""What leave would do to open work, by the rule that hands it on when the leave begins; nothing changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from desk.assignment import Assignment, Candidate, Wanted, assign
from desk.assignment.absences import Absence, OpenWork
from desk.assignment.eligibility import obstacle
from desk.model import Agent, Priority
from desk.staffing.answering import who_leads
from desk.staffing.handing import wanted_again
from desk.store import assignments, candidates
from engine.ports import Transaction

MOST_ANSWERED = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """What a leave does to an open task: it goes to `to`; None: it is offered to its team. `what` is the leave's choice.

    A preview names the team in whose `line` a case waits because the rule finds nobody, also of what goes back to it; and by
    an `obstacle` of assignment, with the `skill` that is asked for, why who stands in can't take it.
    """

    task_id: int
    number: str
    name: str
    what: OpenWork
    to: str | None
    line: str | None = None
    obstacle: str = ""
    skill: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A case that waits, for which somebody on leave answers now and `to` once they are away; None: nobody may."""

    number: str
    to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePreview:
    """`delegate` stands in at the end of the chain; `obstacle` says why no case reaches them then, whatever it asks for, and
    `unreached` that each one that there is asks for more than they can take. Leave often begins at night: not being on shift is
    no such reason. `answered` is what waits in lines and they answer for."""

    handings: tuple[Handing, ...]
    delegate: str | None
    obstacle: str
    unreached: bool
    answered: tuple[Answered, ...]


def foreseen(
    tx: Transaction, agent: Agent, leave: Absence, handings: Iterable[Handing], delegate: str | None, at: datetime
) -> LeavePreview:
    """The leave as it would begin at `at`, which isn't entered yet, with the loads of now."""
    found = candidates.candidates(tx, agent.team_keys, at, also=(leave,))
    person = next((one for one in found if one.login == delegate), None)
    told = obstacle(replace(person, on_shift=True), Wanted(team="", priority=Priority.URGENT)) if person else ""
    given = tuple(handings if leave.open_work is OpenWork.KEEP else _by_the_rule(tx, leave, handings, delegate, at))
    unreached = leave.open_work is OpenWork.HAND_OVER and not told and bool(given) and all(_is_out_of_reach(one) for one in given)
    answered = tuple(_answered(tx, leave, at))
    return LeavePreview(handings=given, delegate=delegate, obstacle=told, unreached=unreached, answered=answered)


def _answered(tx: Transaction, leave: Absence, at: datetime) -> Iterator[Answered]:
    leading = who_leads(tx, at)
    leads = [replace(one, is_gone=one.is_gone or one.login == leave.login) for one in leading.leads]
    without = replace(leading, leads=leads)
    for one in assignments.answered_by(tx, leave.login, MOST_ANSWERED):
        yield Answered(number=one.number, to=without.owner_of(one))


def _is_out_of_reach(handing: Handing) -> bool:
    """Whether who stands in can't take it, other than for not being on shift yet."""
    return handing.obstacle not in ("", "off_shift") or (handing.line is not None and not handing.obstacle)


def _by_the_rule(
    tx: Transaction, leave: Absence, handings: Iterable[Handing], delegate: str | None, at: datetime
) -> Iterator[Handing]:
    """Cases go one after the other, so that each adds to the load of who gets it; other work goes as it is."""
    more: dict[str, int] = {}
    for handing in handings:
        kept = assignments.kept(tx, handing.number)
        if kept is None or kept.task_id != handing.task_id:
            yield handing
            continue
        wanted = wanted_again(tx, kept, leave.login)
        known = candidates.candidates(tx, wanted.teams, at, also=(leave,))
        answer = assign(wanted, [_laden(one, more, at) for one in known], at)
        if answer.assignee is not None:
            more[answer.assignee] = more.get(answer.assignee, 0) + wanted.weight
        line = wanted.team if answer.assignee is None else None
        to = answer.assignee if handing.what is OpenWork.HAND_OVER else None  # a team gives out anew what it gets back
        yield replace(handing, to=to, line=line, obstacle=_obstacle_of(answer, delegate), skill=wanted.skill)


def _laden(one: Candidate, more: dict[str, int], at: datetime) -> Candidate:
    return replace(one, load=one.load + more[one.login], last_assigned_at=at) if one.login in more else one


def _obstacle_of(answer: Assignment, delegate: str | None) -> str:
    rows = [row for row in answer.considered if row["login"] == delegate]
    return "" if answer.assignee == delegate or not rows else str(rows[0]["obstacle"])
