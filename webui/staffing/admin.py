"""People and teams, for administrators."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.errors import AgentNotFound, AnswersInvalid, NameTaken, PasswordTooWeak
from desk.model import Agent, NewAgent, Role
from webui.access import for_roles, go_to, signed_in
from webui.bodies import revision_required
from webui.context import services
from webui.i18n import gettext
from webui.labels import ROLES, label_of
from webui.refusals import BodyUnreadable
from webui.staffing.people_names import agents, team_name, teams
from webui.wording import sentence

blueprint = Blueprint("admin", __name__)
for_roles(blueprint, "admin")
PASSWORD_LENGTH = 14
LANGUAGES = ("zh", "en")
TEAM_FIELDS = {"key": 60, "name": 100, "name_en": 100}  # and how long each may be


@blueprint.get("/admin")
def show() -> Response:
    """Lead to the people."""
    return redirect(url_for("admin.people"))


@blueprint.get("/admin/people")
def people() -> Response:
    """Everybody, and a form for somebody new."""
    return _people_page({}, {}, 200)


@blueprint.post("/admin/people")
def add_person() -> Response:
    """Add somebody; the one-time password is shown once, here."""
    given = request.form
    password = services().chance.token()[:PASSWORD_LENGTH]
    try:
        agent = services().desk.people.add_agent(_new_agent(password), by=signed_in().login)
    except AnswersInvalid as error:
        return _people_page(given, {key: sentence(each) for key, each in error.errors.items()}, 422)
    except (NameTaken, PasswordTooWeak) as error:
        return _people_page(given, {"login": sentence(error)}, 409)
    return make_response(render_template("admin/password.html", agent=agent, password=password), 201)


def _new_agent(password: str) -> NewAgent:
    role = request.form.get("role", "")
    if role not in list(Role):
        raise BodyUnreadable("there is no such role")
    return NewAgent(
        login=request.form.get("login", "").strip()[:100],
        name=request.form.get("name", "").strip()[:100],
        password=password,
        role=Role(role),
        team_keys=tuple(request.form.getlist("teams")),
        skills=_skills(),
        language=_language(),
        email=request.form.get("email", "").strip()[:200],
        password_is_temporary=True,
    )


def _skills() -> tuple[str, ...]:
    return tuple(filter(None, (each.strip()[:60] for each in request.form.get("skills", "").replace("，", ",").split(","))))


def _language() -> str:
    language = request.form.get("language", "")
    if language and language not in LANGUAGES:
        raise BodyUnreadable("there is no such language")
    return language


def _people_page(given: Mapping[str, str], errors: Mapping[str, str], status: int) -> Response:
    page = render_template(
        "admin/people.html",
        agents=sorted(agents().values(), key=lambda one: (not one.active, one.login)),
        teams=[(key, team_name(key)) for key in teams()],
        roles=[(role.value, label_of(ROLES, role).text) for role in Role],
        given=given,
        errors=errors,
        team_name=team_name,
    )
    return make_response(page, status)


@blueprint.get("/admin/people/<login>")
def person(login: str) -> str:
    """One person's teams, skills, language, capacity, account."""
    return render_template(
        "admin/person.html",
        agent=_agent(login),
        teams=[(key, team_name(key)) for key in teams()],
        myself=login == signed_in().login,
    )


def _agent(login: str) -> Agent:
    if login not in agents():
        raise AgentNotFound(login)
    return agents()[login]


@blueprint.post("/admin/people/<login>")
def change_person(login: str) -> Response:
    """Change what the page offers; nobody can switch the own account off."""
    active = "active" in request.form or login == signed_in().login
    capacity = request.form.get("capacity", "")
    if not (capacity.isascii() and capacity.isdigit() and len(capacity) < 5):
        raise BodyUnreadable("the capacity is not a whole number")
    services().desk.people.change_agent(
        login,
        by=signed_in().login,
        revision=revision_required(),
        active=active,
        available="available" in request.form,
        team_keys=tuple(request.form.getlist("teams")),
        skills=_skills(),
        language=_language(),
        email=request.form.get("email", "").strip()[:200],
        capacity=int(capacity),
    )
    flash(gettext("The changes are saved."), "good")
    return go_to(url_for("admin.people"))


@blueprint.post("/admin/people/<login>/password")
def reset_password(login: str) -> Response:
    """Give somebody a new one-time password, shown once; it ends their sessions."""
    password = services().chance.token()[:PASSWORD_LENGTH]
    services().desk.people.reset_password(login, password, by=signed_in().login)
    return make_response(render_template("admin/password.html", agent=_agent(login), password=password))


@blueprint.get("/admin/teams")
def show_teams() -> Response:
    """All teams, and a form for a new one."""
    return _teams_page({}, {}, 200)


@blueprint.post("/admin/teams")
def add_team() -> Response:
    """Add a team."""
    given = {name: request.form.get(name, "").strip()[:longest] for name, longest in TEAM_FIELDS.items()}
    errors = {name: gettext("Please fill this in.") for name, text in given.items() if not text}
    if given["key"] and not given["key"].replace("-", "").isalnum():
        errors["key"] = gettext("Use letters, digits and hyphens.")
    if errors:
        return _teams_page(given, errors, 422)
    try:
        services().desk.people.add_team(
            given["key"].lower(),
            given["name"],
            given["name_en"],
            request.form.get("supervisor") or None,
            by=signed_in().login,
        )
    except NameTaken as error:
        return _teams_page(given, {"key": sentence(error)}, 409)
    flash(gettext("The team %(name)s is there.", name=given["name"]), "good")
    return go_to(url_for("admin.show_teams"))


@blueprint.post("/admin/teams/<key>")
def change_team(key: str) -> Response:
    """Give a team another supervisor and deputy."""
    supervisor, deputy = (request.form.get(name) or None for name in ("supervisor", "deputy"))
    services().desk.people.change_team(key, supervisor=supervisor, deputy=deputy, by=signed_in().login)
    flash(gettext("The changes are saved."), "good")
    return go_to(url_for("admin.show_teams"))


def _teams_page(given: Mapping[str, str], errors: Mapping[str, str], status: int) -> Response:
    leads = [(login, one.name) for login, one in agents().items() if one.active and one.leads]
    members: dict[str, list[str]] = {}
    for one in agents().values():
        for key in one.team_keys if one.active else ():
            members.setdefault(key, []).append(one.name)
    page = render_template(
        "admin/teams.html", teams=teams(), members=members, leads=leads, given=given, errors=errors, team_name=team_name
    )
    return make_response(page, status)
