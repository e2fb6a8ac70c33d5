"""One person's plan: the switch, shift, leave with who stands in, what they can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.assignment.absences import OpenWork
from desk.assignment.skills import HIGHEST_LEVEL, LOWEST_LEVEL, SkillInvalid
from desk.errors import AnswersInvalid
from desk.instants import instant
from desk.limits.limit_errors import WorkingTimeInvalid
from desk.model import Agent, Availability
from desk.staffing.staffing_errors import LeaveInvalid
from desk.store.staffing import AGENT
from webui import labels
from webui.access import go_to, own_path, signed_in
from webui.bodies import revision_required
from webui.calendars.calendar_words import weekday_names
from webui.calendars.team_calendars import blueprint
from webui.casework.reasons import obstacle
from webui.context import services, time_zone
from webui.i18n import gettext
from webui.refusals import BodyUnreadable
from webui.staffing.people_names import agents, name_of, team_name
from webui.staffing.shift_forms import ShiftForm, refused_hours, shown, shown_as_sent
from webui.wording import sentence

__all__ = ["blueprint"]
SKILLS = tuple(labels.CASE_TYPES)
LEVELS = range(LOWEST_LEVEL, HIGHEST_LEVEL + 1)
MOST_MINUTES = 7 * 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveForm:
    """What the form of leave shows or sent, as texts."""

    from_at: str = ""
    until_at: str = ""
    delegate: str = ""
    open_work: str = OpenWork.KEEP.value


@blueprint.get("/people/<login>")
def person(login: str) -> Response:
    """One person's plan."""
    return _page(login, 200)


def _page(login: str, status: int, **given: Any) -> Response:
    found = services().desk.staff.person(login, viewer=signed_in().login)
    values = {
        "person": found,
        "form": shown(found.shift, time_zone(), otherwise=found.team_shift[1] if found.team_shift else None),
        "leave_form": LeaveForm(),
        "preview": None,
        "errors": {},
        "stand_ins": [("", "–"), *((one.login, _stand_in(one)) for one in services().desk.staff.stand_ins(login))],
        "on_leave": next((one for one in found.leave if one.covers(services().clock.now())), None),
        "not_signed_in": [one.delegate for one in found.leave if _is_new(one.delegate)],
        "obstacle": obstacle,
        "open_work": [(code, labels.label_of(labels.OPEN_WORK, code).text) for code in labels.OPEN_WORK],
        "weekdays": weekday_names(),
        "skills": [(code, labels.label_of(labels.CASE_TYPES, code).text) for code in SKILLS],
        "levels": LEVELS,
        "more_skills": ", ".join(f"{name}:{level}" for name, level in found.agent.levels.items() if name not in SKILLS),
        "name_of": name_of,
        "team_name": team_name,
        "now": services().clock.now(),
        **given,
    }
    return make_response(render_template("teams/person.html", **values), status)


def _is_new(login: str | None) -> bool:
    known = agents().get(login or "")
    return known is not None and known.password_is_temporary


def _stand_in(one: Agent) -> str:
    return f"{one.name} – {obstacle({'obstacle': 'not_signed_in'})}" if one.password_is_temporary else one.name


@blueprint.post("/people/<login>/availability")
def switch(login: str) -> Response:
    """Turn a switch: for some minutes, until an instant, or until it is turned again."""
    chosen, minutes = request.form.get("availability", ""), request.form.get("minutes", "")
    if chosen not in list(Availability):
        raise BodyUnreadable("there is no such state")
    if minutes and not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes[:6]) <= MOST_MINUTES):
        raise BodyUnreadable("the minutes are not a number")
    until = services().clock.now() + timedelta(minutes=int(minutes)) if minutes else _instant("until_at")
    services().desk.attendance.set_availability(login, Availability(chosen), until=until, by=signed_in().login)
    flash(gettext("%(name)s: %(state)s.", name=name_of(login), state=labels.label_of(labels.AVAILABILITIES, chosen).text), "good")
    return go_to(own_path(request.form.get("back"), url_for("teams.person", login=login)))


def _instant(name: str) -> datetime | None:
    try:
        return instant(request.form.get(name, "").strip(), time_zone())
    except (ValueError, OverflowError):
        raise BodyUnreadable(f"{name} is not a date and time") from None


@blueprint.post("/people/<login>/shift")
def set_own_shift(login: str) -> Response:
    """Set somebody's own hours, or let those of the team hold."""
    form = ShiftForm.sent()
    try:
        services().desk.attendance.set_shift(
            AGENT, login, form.hours(), days=form.days(), zone=form.zone, by=signed_in().login, read=form.read
        )
    except WorkingTimeInvalid as error:
        return _page(login, 422, form=shown_as_sent(form), errors={"shift": refused_hours(error)})
    flash(gettext("The changes are saved."), "good")
    return go_to(url_for("teams.person", login=login))


@blueprint.post("/people/<login>/leave")
def add_leave(login: str) -> Response:
    """Show what leave would do to the open work, or enter it (`enter`)."""
    form = LeaveForm(**{name: request.form.get(name, "").strip()[:100] for name in LeaveForm.__slots__})
    if form.open_work not in list(OpenWork):
        raise BodyUnreadable("there is no such choice for open work")
    given = {"delegate": form.delegate or None, "open_work": OpenWork(form.open_work), "by": signed_in().login}
    from_at, until_at = _instant("from_at"), _instant("until_at")
    if from_at is None or until_at is None:
        return _page(login, 422, leave_form=form, errors={"leave": gettext("Say from when and until when.")})
    attendance = services().desk.attendance
    try:
        if "enter" not in request.form:
            return _page(login, 200, leave_form=form, preview=attendance.preview(login, from_at, until_at, **given))
        attendance.add_leave(login, from_at, until_at, **given)
    except LeaveInvalid as error:
        return _page(login, 422, leave_form=form, errors={"leave": sentence(error)})
    flash(gettext("The leave is entered."), "good")
    return go_to(url_for("teams.person", login=login))


@blueprint.post("/people/<login>/leave/<int:absence_id>/cancel")
def cancel_leave(login: str, absence_id: int) -> Response:
    """Call leave off."""
    services().desk.attendance.cancel_leave(absence_id, by=signed_in().login)
    flash(gettext("The leave is called off. What was handed on stays where it is."), "good")
    return go_to(url_for("teams.person", login=login))


@blueprint.post("/people/<login>/work")
def change_work(login: str) -> Response:
    """Change skills with levels, business lines, languages and capacity."""
    capacity = request.form.get("capacity", "").strip()
    number = int(capacity) if capacity.isascii() and capacity.isdigit() and len(capacity) < 9 else -1
    values = {"lines": _listed("lines"), "languages": _listed("languages"), "capacity": number}
    try:
        services().desk.staff.change_work(login, **values, skills=_skills(), revision=revision_required(), by=signed_in().login)
    except AnswersInvalid as error:
        return _page(login, 422, errors={key: sentence(each) for key, each in error.errors.items()})
    except SkillInvalid as error:
        return _page(login, 422, errors={"more_skills": sentence(error)})
    flash(gettext("The changes are saved."), "good")
    return go_to(url_for("teams.person", login=login))


def _skills() -> list[str]:
    form: Mapping[str, str] = request.form
    chosen = [(code, form.get(f"level-{code}", "")) for code in SKILLS]
    return [*(f"{code}:{level}" for code, level in chosen if level), *_listed("more_skills")]


def _listed(name: str) -> list[str]:
    texts = request.form.get(name, "").replace("，", ",").replace("、", ",").split(",")
    return [text.strip()[:60] for text in texts if text.strip()][:50]
