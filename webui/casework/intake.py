"""A request comes in: the intake form of the version that the agent's team works with."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, abort, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk.instants import as_wall_time
from desk.model import Agent, Channel
from webui.access import for_roles, signed_in
from webui.bodies import json_object
from webui.casework.profile_words import typed_tags
from webui.context import services, time_zone
from webui.processes.process_texts import form_schema
from webui.refusals import BodyUnreadable
from webui.staffing.people_names import team_name

blueprint = Blueprint("intake", __name__)
for_roles(blueprint, "agent", "supervisor")
TIER, TAGS = "customer_tier", "tags"
REQUEST_ID = re.compile(r"[\w-]{1,60}", re.ASCII)


@blueprint.get("/requests/new")
def show() -> str:
    """The intake form; `channel` and `team` may be chosen by the address."""
    agent = signed_in()
    teams = _teams_of(agent)
    team = request.args.get("team", "")
    team = team if team in teams else (teams[0] if teams else "")
    desk = services().desk
    version = desk.rollout.version_for(desk.settings.process_key, team) if team else ""
    form = desk.intake.form(team) if team else None
    channel = request.args.get("channel", "")
    channel = channel if channel in list(Channel) else ""
    given = {"received_at": services().clock.now()} | ({"channel": channel} if channel else {})
    task = form and {
        "schema": _for(agent, form_schema(form.schema, desk.tasks.package(desk.settings.process_key, version).texts)),
        "data": as_wall_time(form, given, time_zone()),
        "submitUrl": url_for("intake.take", team=team),
        "revision": 0,
        "requestId": services().chance.token(),
        "draftKey": f"intake-{team}-{channel}",
    }
    return render_template(
        "intake/show.html", task=task, version=version, team=team, teams=[(key, team_name(key)) for key in teams], channel=channel
    )


def _for(agent: Agent, schema: dict[str, Any]) -> dict[str, Any]:
    """The form with the customer's tier only for those who may give one."""
    return schema if agent.leads else _without(schema, TIER)


def _without(part: Any, key: str) -> Any:
    if isinstance(part, list):
        return [_without(each, key) for each in part if not (isinstance(each, dict) and each.get("key") == key)]
    return {name: _without(value, key) for name, value in part.items()} if isinstance(part, dict) else part


def _teams_of(agent: Agent) -> tuple[str, ...]:
    """The teams for which somebody takes requests: the own ones; administrators and supervisors any."""
    own = agent.team_keys
    if not agent.leads:
        return own
    others = (team.key for team in services().desk.people.teams() if team.key not in own)
    return (*(key for key in own if key != "supervisors"), *others)


@blueprint.post("/requests")
def take() -> ResponseReturnValue:
    """Open a case from the answers of the form."""
    agent, sent = signed_in(), json_object()
    data, request_id = sent.get("data"), sent.get("request_id")
    if not isinstance(data, dict):
        raise BodyUnreadable("data is not an object of answers")
    team = request.args.get("team", "")
    if team not in _teams_of(agent):
        raise BodyUnreadable("the team is not one of yours")
    if request_id is not None and not (isinstance(request_id, str) and REQUEST_ID.fullmatch(request_id)):
        raise BodyUnreadable("request_id is not a short text")
    if isinstance(data.get(TAGS), str):
        data = {**data, TAGS: ",".join(typed_tags(data[TAGS]))}
    number = services().desk.intake.open_case(
        data, by=agent.login, team=team, request_id=request_id and f"{agent.login}:{request_id}"
    )
    return jsonify(number=number, next=url_for("intake.taken", number=number)), 201


@blueprint.get("/requests/<number>")
def taken(number: str) -> str:
    """What became of the request: its number, and what to do next."""
    agent = signed_in()
    case = services().desk.cases.case(number, viewer=agent.login)
    tasks = [task for task in services().desk.inbox.of_case(number) if task.assignee in (None, agent.login)]
    return render_template("intake/taken.html", case=case, tasks=tasks, me=agent, now=services().clock.now())


@blueprint.get("/requests/customers")
def customers() -> str:
    """Known customers with exactly this contact or number, masked; asked while somebody types."""
    contact, number = (request.args.get(name, "")[:200] for name in ("contact", "number"))
    if not request.headers.get("HX-Request"):
        abort(404)
    found = services().desk.intake.matching_customers(contact=contact, number=number) if contact or number else []
    return render_template("intake/_customers.html", found=found, asked=bool(contact or number))
