"""Why this person has the case, each time anew, and giving it to somebody else: by the rule, or by one's own choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, request, session, url_for
from werkzeug.wrappers import Response

from desk.casework.cases import CaseView
from desk.casework.timeline import Explained
from desk.errors import CaseNotFound
from desk.staffing.ownership import Turn
from desk.texts import LONGEST_REASON
from webui.access import for_roles, go_to, signed_in
from webui.bodies import revision_required
from webui.casework.reasons import obstacle, reason, why_changed
from webui.context import services, viewer
from webui.i18n import gettext
from webui.refusals import BodyUnreadable
from webui.staffing.people_names import name_of, team_name, teams

blueprint = Blueprint("assigning", __name__)
for_roles(blueprint, "agent", "supervisor")
DRAFT = "give_draft"
KNOWN_FIRST = frozenset({"handled_before", "knows_customer", "stands_in"})


def owner_view(case: CaseView, _texts: Any, login: str) -> dict[str, Any]:
    """What cases/_owner.html needs: the turns, the newest first, and who could have the case now."""
    ownership = services().desk.ownership
    prospect = ownership.prospect(case.number, viewer=login)
    draft = drafted(case.number)
    chosen = draft.get("to", "")
    rows = prospect.answer.considered if prospect.answer else ()
    doubtful = next((obstacle(row) for row in rows if row["login"] == chosen and row["obstacle"]), "")
    return {
        "turns": ownership.story(case.number, viewer=login)[::-1],
        "prospect": prospect,
        "chosen": chosen,
        "doubtful": doubtful,
        "given_reason": draft.get("reason", ""),
        "title_of": title_of,
        "verdict": verdict,
        "reason": reason,
        "obstacle": obstacle,
        "why_changed": why_changed,
        "other_teams": other_teams(case.case.team) if prospect.task and _may_transfer(prospect.task.assignee, login) else [],
    }


def other_teams(team: str) -> list[tuple[str, str]]:
    """The teams that a case of this one can go to, with their names."""
    return [(key, team_name(key)) for key in teams() if key != team]


def _may_transfer(holder: str | None, login: str) -> bool:
    seen_by = viewer()
    return holder == login or (seen_by is not None and seen_by.has_role("supervisor"))


def drafted(number: str) -> dict[str, str]:
    """Whom the viewer was about to give this case and why, to be confirmed: asked for once, kept out of addresses and logs."""
    draft = session.get(DRAFT)
    return session.pop(DRAFT) if isinstance(draft, dict) and draft.get("number") == number else {}


def title_of(turn: Turn) -> str:
    """What happened in a turn, in the viewer's language."""
    who, by = name_of(turn.assignee), name_of(turn.by)
    if turn.how == "claimed":
        return gettext("%(name)s took it", name=who)
    if turn.how == "released":
        return gettext("%(name)s gave it back", name=name_of(turn.before))
    if turn.assignee is None:
        return gettext("Waits: offered to the whole team")
    if turn.how == "assigned":
        return gettext("Given to %(who)s", who=who)
    if turn.decision is None and turn.by not in ("engine", "desk"):
        return gettext("%(by)s chose %(name)s", by=by, name=who)
    return gettext("Given anew to %(name)s", name=who)


def verdict(row: Mapping[str, Any], decision: Explained) -> tuple[str, str]:
    """What became of a candidate in a decision, in words, with its tone."""
    chosen = decision.result.get("assignee")
    if row.get("obstacle"):
        return obstacle(row), "quiet"
    if row.get("login") == chosen:
        return gettext("chosen"), "good"
    best = next((one for one in decision.considered if one.get("login") == chosen and not one.get("obstacle")), {})
    if decision.reason_code in KNOWN_FIRST:
        return gettext("passed over: %(name)s knows the case or the customer", name=name_of(chosen)), "info"
    if row.get("score", 0) < best.get("score", 0):
        return gettext("passed over: fewer points"), "info"
    return gettext("passed over: same points, and it was the turn of %(name)s", name=name_of(chosen)), "info"


@blueprint.post("/cases/<number>/assign")
def assign_anew(number: str) -> Response:
    """Let the rule give the case to somebody else."""
    answer = services().desk.ownership.assign_anew(
        number, reason=request.form.get("reason", ""), revision=revision_required(), by=signed_in().login
    )
    if answer.assignee is None:
        flash(gettext("Nobody else can take the case now; it stays where it is."), "warn")
    else:
        flash(gettext("The task is with %(name)s now.", name=name_of(answer.assignee)), "good")
    return _back(number)


@blueprint.post("/cases/<number>/give")
def give(number: str) -> Response:
    """Give the case to whom the viewer chose; who isn't eligible has to be confirmed."""
    login, to, because = signed_in().login, request.form.get("to", "")[:100], request.form.get("reason", "")
    prospect = services().desk.ownership.prospect(number, viewer=login)
    if prospect.task is None:
        raise BodyUnreadable("nobody is to work on this case now")
    rows = prospect.answer.considered if prospect.answer else ()
    doubtful = any(row["login"] == to and row["obstacle"] for row in rows)
    if doubtful and "sure" not in request.form:
        session[DRAFT] = {"number": number, "to": to, "reason": because[:LONGEST_REASON]}
        return go_to(url_for("cases.show", number=number, tab="owner", _anchor="give"))
    task = services().desk.work.reassign(prospect.task.id, assignee=to, by=login, reason=because, revision=revision_required())
    flash(gettext("The task is with %(name)s now.", name=name_of(task.assignee)), "good")
    return _back(number)


@blueprint.post("/cases/<number>/team")
def give_to_team(number: str) -> Response:
    """Give the case to another team: to whom of it the rule chooses, else into its line."""
    team, because, login = request.form.get("team", "")[:60], request.form.get("reason", ""), signed_in().login
    given = services().desk.transferring.give_to_team(number, team, reason=because, revision=revision_required(), by=login)
    if given.assignee is None:
        flash(gettext("The case waits in the line of %(team)s now.", team=team_name(team)), "good")
    else:
        flash(gettext("The task is with %(name)s now.", name=name_of(given.assignee)), "good")
    try:
        services().desk.cases.case(number, viewer=login)
    except CaseNotFound:  # it is another team's now
        return go_to(url_for("inbox.show"))
    return _back(number)


def _back(number: str) -> Response:
    return go_to(url_for("cases.show", number=number, tab="owner"))
