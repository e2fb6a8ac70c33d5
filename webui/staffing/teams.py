"""Teams: who is there, what they carry, what waits; the plan of the week; the hours of a whole team."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, flash, g, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.limits.limit_errors import WorkingTimeInvalid
from desk.store.staffing import TEAM
from webui.access import for_roles, go_to, signed_in
from webui.calendars.calendar_words import weekday_names
from webui.casework.reasons import obstacle
from webui.context import services, time_zone
from webui.i18n import gettext, ngettext
from webui.staffing.people_names import name_of, team_name
from webui.staffing.shift_forms import ShiftForm, refused_hours, shown, shown_as_sent

blueprint = Blueprint("teams", __name__)
for_roles(blueprint, "agent", "supervisor")
WEEK = timedelta(days=7)


@blueprint.app_template_global("own_switch")
def own_switch() -> tuple[str, object] | None:
    """The viewer's own switch and until when it stands so; None where nobody with a switch is signed in."""
    agent = g.get("agent")
    if agent is None or agent.role == "analyst" or agent.password_is_temporary:
        return None
    availability = agent.available_at(services().clock.now())
    return availability.value, agent.availability_until if availability != "available" else None


@blueprint.get("/teams")
def show_all() -> str:
    """All teams that the viewer may see, as they are now."""
    return render_template("teams/list.html", teams=services().desk.staff.teams(viewer=signed_in().login), **_said())


@blueprint.get("/teams/<key>")
def show(key: str) -> str:
    """One team: each member's state and load."""
    return render_template("teams/show.html", one=services().desk.staff.team(key, viewer=signed_in().login), **_said())


@blueprint.get("/teams/<key>/week")
def week(key: str) -> str:
    """The plan of a week, people by days; `from` is a date of that week."""
    now = services().clock.now()
    today = now.astimezone(time_zone()).date()
    monday = _monday(request.args.get("from", ""), today)
    return render_template(
        "teams/week.html",
        one=services().desk.staff.team(key, viewer=signed_in().login),
        plan=services().desk.staff.week(key, monday, viewer=signed_in().login),
        days=[monday + timedelta(days=number) for number in range(7)],
        today=today,
        before=monday - WEEK,
        after=monday + WEEK,
        **_said(),
    )


def _monday(text: str, today: date) -> date:
    """The Monday of a week; what is no date, or out of reach, means this week."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if abs((day - today).days) > 730:
        day = today
    return day - timedelta(days=day.weekday())


@blueprint.get("/teams/<key>/line")
def line(key: str) -> str:
    """What waits, in the order in which it is given out, and why nobody has it yet."""
    login = signed_in().login
    team = services().desk.staff.team(key, viewer=login)
    return render_template(
        "teams/line.html", one=team, line=services().desk.ownership.line(key, viewer=login), obstacle=obstacle, **_said()
    )


@blueprint.post("/teams/<key>/line/drain")
def drain(key: str) -> Response:
    """Give out now what somebody can take."""
    given = services().desk.lines.drain_now(key, by=signed_in().login)
    done = ngettext("%(n)s case was given out.", "%(n)s cases were given out.", given)
    flash(done if given else gettext("Nobody can take a case now; each line says why."), "good" if given else "info")
    return go_to(url_for("teams.line", key=key))


@blueprint.get("/teams/<key>/shift")
def shift(key: str) -> Response:
    """The hours of a whole team, which hold for whoever has none of their own."""
    found = services().desk.staff.team(key, viewer=signed_in().login)
    return _shift_page(key, shown(found.shift, time_zone()), "", 200)


@blueprint.post("/teams/<key>/shift")
def set_shift(key: str) -> Response:
    """Set them, or let the team be always on."""
    form = ShiftForm.sent()
    try:
        services().desk.attendance.set_shift(
            TEAM, key, form.hours(), days=form.days(), zone=form.zone, by=signed_in().login, read=form.read
        )
    except WorkingTimeInvalid as error:
        return _shift_page(key, shown_as_sent(form), refused_hours(error), 422)
    flash(gettext("The changes are saved."), "good")
    return go_to(url_for("teams.week", key=key))


def _shift_page(key: str, form: ShiftForm, error: str, status: int) -> Response:
    found = services().desk.staff.team(key, viewer=signed_in().login)
    return make_response(
        render_template("teams/shift.html", one=found, form=form, error=error, weekdays=weekday_names(), **_said()), status
    )


def _said() -> dict[str, object]:
    return {"team_name": team_name, "name_of": name_of, "now": services().clock.now()}
