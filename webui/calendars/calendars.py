"""The calendar studio: what counts, year by year, layer by layer; when something would be due and why; former versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Blueprint, render_template, request, url_for

from desk.calendaring.calendarstudio import Opened, is_shipped, year_of
from desk.calendars import Calendar, DayTrace, due, read_limit, trace
from desk.calendars.difference import diff
from desk.calendars.limits import WORKING_DAYS
from desk.calendars.trace import numbered
from desk.limits.limit_errors import LimitInvalid, WorkingTimeInvalid
from engine.errors import NotFound
from webui.access import for_roles
from webui.calendars import calendar_words as words
from webui.context import services, time_zone, viewer
from webui.i18n import gettext
from webui.staffing.people_names import name_of
from webui.wording import sentence

blueprint = Blueprint("calendars", __name__)
for_roles(blueprint, "agent", "supervisor", "analyst")
MOST_DAYS_TRACED = 120
EDITORS = ("supervisor",)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What becomes of a request received then with that limit: when it is due, and the days until then; or what is wrong."""

    received: str = ""
    limit: str = ""
    error: str = ""
    due_at: datetime | None = None
    days: tuple[tuple[DayTrace, int | None], ...] = ()
    in_working_days: bool = False
    is_cut: bool = False
    is_provisional: bool = False


def may_edit() -> bool:
    """Whether the viewer edits calendars."""
    seen_by = viewer()
    return seen_by is not None and seen_by.has_role(*EDITORS)


def today_year() -> int:
    """The year at the desk."""
    return services().clock.now().astimezone(time_zone()).year


def said() -> dict[str, object]:
    """What all templates of calendars need."""
    return {"words": words, "name_of": name_of, "may_edit": may_edit()}


@blueprint.get("/calendars")
def show_all() -> str:
    """All calendars, and how far open cases follow the latest changes."""
    studio = services().desk.calendars
    return render_template("calendars/list.html", calendars=studio.all(), edits=studio.edits(), **said())


@blueprint.get("/calendars/<key>")
def show(key: str) -> str:
    """A calendar as it counts, or as a version had it: the year, its layers, its versions."""
    asked = request.args.get("version", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else None
    opened = services().desk.calendars.opened(key, version=number)
    return render_template(
        "calendars/show.html",
        opened=opened,
        former=number,
        shipped=is_shipped(key),
        versions=services().desk.calendars.versions(key),
        what_if=asked_what_if(opened.calendar),
        **year_texts(opened),
        **said(),
    )


def year_texts(opened: Opened) -> dict[str, object]:
    """The variables of calendars/_year.html."""
    year, now = year_of(request.args.get("year"), today_year()), services().clock.now()
    return {
        "key": opened.key,
        "calendar": opened.calendar,
        "year": year,
        "months": words.year_view(opened.calendar, opened.counts, year, now.astimezone(opened.calendar.zone).date()),
    }


@blueprint.get("/calendars/<key>/what-if")
def what_if(key: str) -> str:
    """When a request would be due, and why: the fragment of the page."""
    opened = services().desk.calendars.opened(key, drafted=request.args.get("drafted") == "yes")
    answer = asked_what_if(opened.calendar)
    return render_template("calendars/_what_if.html", what_if=answer, calendar=opened.calendar, **said())


def asked_what_if(calendar: Calendar) -> WhatIf:
    """What the address asks of a calendar."""
    received, limit = (request.args.get(name, "").strip()[:40] for name in ("received", "limit"))
    if not received and not limit:
        now = services().clock.now().astimezone(calendar.zone)
        return WhatIf(received=f"{now:%Y-%m-%dT%H:%M}", limit="3wd")
    try:
        at = datetime.fromisoformat(received)
    except ValueError:
        return WhatIf(received=received, limit=limit, error=gettext("Say when it was received, as date and time."))
    start = at.replace(tzinfo=calendar.zone) if at.tzinfo is None else at
    try:
        asked = read_limit(limit)
        due_at = due(calendar, start.astimezone(UTC), asked)
    except (LimitInvalid, WorkingTimeInvalid, OverflowError) as error:
        told = sentence(error) if isinstance(error, LimitInvalid) else gettext("That is too far ahead for this calendar.")
        return WhatIf(received=received, limit=limit, error=told)
    days = [day for day, _ in zip(numbered(trace(calendar, start, due_at)), range(MOST_DAYS_TRACED + 1), strict=False)]
    return WhatIf(
        received=received,
        limit=limit,
        due_at=due_at,
        days=tuple(days[:MOST_DAYS_TRACED]),
        in_working_days=asked.unit == WORKING_DAYS,
        is_cut=len(days) > MOST_DAYS_TRACED,
        is_provisional=calendar.is_provisional(start, due_at),
    )


@blueprint.get("/calendars/<key>/compare")
def compare(key: str) -> str:
    """Two versions of a calendar, entry by entry."""
    studio = services().desk.calendars
    versions = studio.versions(key)
    if not versions:
        raise NotFound(f"Calendar {key[:60]} has no versions to compare. Choose one from the list.", key=key[:60])
    numbers = {str(one.version): one for one in versions}
    newer = numbers.get(request.args.get("b", ""), versions[0])
    older = numbers.get(request.args.get("a", ""), versions[1] if len(versions) > 1 else versions[0])
    changes = diff(older.document, newer.document)
    url = url_for("calendars.compare", key=key)
    return render_template(
        "calendars/compare.html", key=key, versions=versions, older=older, newer=newer, changes=changes, url=url, **said()
    )
