"""The targets page: what is promised to whom, as people read it; what a request received then would be promised, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from flask import Blueprint, abort, render_template, request

from desk.clocks import Calendars, ClockTarget
from desk.clocks.targets import OWN_TEAMS
from desk.limits.limit_errors import CalendarUnknown
from desk.limits.targetbook import Promised, Request, TargetBoard
from desk.model import CaseType, Channel, Priority
from webui import labels
from webui.access import for_roles, signed_in
from webui.casework.profile_words import typed_tags
from webui.context import services, time_zone
from webui.i18n import gettext, mark
from webui.limits.clock_words import calendar_name
from webui.limits.limit_words import amount_in_words, row_limit
from webui.processes.process_texts import in_words
from webui.wording import sentence

blueprint = Blueprint("targets", __name__)
for_roles(blueprint, "agent", "supervisor", "analyst")
WHOEVER_HAS_IT = mark("calendar of the team that has the case")
YEARS = range(1990, 2100)
"""Of what calendars count; a request of another year is a slip of the hand."""
CHOICES = {"type": tuple(CaseType), "priority": tuple(Priority), "channel": tuple(Channel)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the address asks. `shown` is the time of receipt that the form begins with, `error` says what is wrong with it."""

    version: str
    against: str
    channel: str
    type: str
    priority: str
    tier: str
    tags: str
    received: str
    shown: str
    received_at: datetime
    error: str = ""


@blueprint.get("/targets")
def show() -> str:
    """The table of a version, compared with another one when that is asked; and the answer to what-if."""
    book = services().desk.targets
    versions = [one.version for one in book.versions()]
    asked = _asked(versions)
    board, other = (book.board(one, asked.received_at, **_who(asked)) if one else None for one in (asked.version, asked.against))
    return render_template(
        "targets/show.html",
        asked=asked,
        versions=versions,
        board=board,
        other=other,
        clocks=_clocks(board, other),
        combinations=[(type, priority) for type in CHOICES["type"] for priority in CHOICES["priority"]],
        what_if=_what_if(asked),
        cell_of=cell_of,
        rows_of=rows_of,
        limit_text=limit_text,
        row_limit=row_limit,
        words=_words(asked.version),
        calendar_text=partial(calendar_text, services().desk.calendars.counting()),
        sentence=sentence,
    )


def _words(version: str) -> Callable[[str], str]:
    """The version's own texts in the viewer's language."""
    if not version:
        return str
    package = services().desk.tasks.package(services().desk.settings.process_key, version)
    return lambda text: in_words(package, text)


def _asked(versions: Sequence[str]) -> Asked:
    given = {name: request.args.get(name, "").strip()[:100] for name in ("version", "against", "tags", *CHOICES, "tier")}
    version = given["version"] or _in_force(versions)
    if version not in versions or given["against"] not in (*versions, ""):
        if versions or given["version"] or given["against"]:
            abort(404)
        version = ""
    choices = {**CHOICES, "tier": services().desk.settings.tiers}
    chosen = {name: given[name] if given[name] in choices[name] else "" for name in choices} | {"tags": given["tags"]}
    received, now = request.args.get("received", "").strip()[:40], services().clock.now()
    at = _instant(received)
    shown = received or f"{now.astimezone(time_zone()):%Y-%m-%dT%H:%M}"
    error = gettext("Say when it was received, as date and time.") if received and at is None else ""
    return Asked(
        version=version, against=given["against"], received=received, shown=shown, received_at=at or now, error=error, **chosen
    )


def _in_force(versions: Sequence[str]) -> str:
    """The version on which a new case of the viewer's first team starts; without a team the newest."""
    desk = services().desk
    teams = [*signed_in().team_keys, *(team.key for team in desk.people.teams())]
    if not versions:
        return ""
    return desk.rollout.version_for(desk.settings.process_key, teams[0]) if teams else versions[-1]


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.year not in YEARS:
        return None
    return (at.replace(tzinfo=time_zone()) if at.tzinfo is None else at).astimezone(UTC)


def _clocks(*boards: TargetBoard | None) -> list[str]:
    """The clocks of which any board promises something, in the usual order."""
    named = {name for board in boards if board for one in board.promised.values() if one.targets for name in one.targets.clocks}
    return [name for name in labels.CLOCKS if name in named] + sorted(named - labels.CLOCKS.keys())


def _what_if(asked: Asked) -> Promised | None:
    if not (asked.version and asked.type and asked.priority and asked.received) or asked.error:
        return None
    wanted = Request(type=asked.type, priority=asked.priority, received_at=asked.received_at, **_who(asked))
    return services().desk.targets.what_if(asked.version, wanted)


def _who(asked: Asked) -> dict[str, Any]:
    """By which channel a request comes, and from whom."""
    return {"channel": asked.channel or None, "tier": asked.tier or None, "tags": tuple(typed_tags(asked.tags))}


def cell_of(board: TargetBoard | None, combination: tuple[str, str], clock: str) -> ClockTarget | None:
    """What a board promises of a clock."""
    found = board.promised[combination].targets if board else None
    return found.clocks.get(clock) if found else None


def rows_of(board: TargetBoard, combination: tuple[str, str], clock: str) -> list[Mapping[str, Any]]:
    """The rows behind a cell."""
    found = board.promised[combination].targets
    return [row for row in found.considered if row["clock"] == clock] if found else []


def limit_text(target: ClockTarget | None) -> str:
    """A limit in words; empty for none."""
    if target is None:
        return ""
    amount, unit = target.limit.amount, target.limit.unit
    # a part of the solution's limit is worked out as minutes
    if unit == "min" and amount >= 60 and amount % 60 == 0:
        amount, unit = amount / 60, "h"
    return amount_in_words(float(amount), unit)


def calendar_text(calendars: Calendars, key: str) -> str:
    """A calendar by its name in the studio, as the calendars are now; one that there is no more by its key."""
    if key == OWN_TEAMS:
        return gettext(WHOEVER_HAS_IT)
    try:
        return calendar_name(key, calendars.of(key).name)
    except CalendarUnknown:
        return key
