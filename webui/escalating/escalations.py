"""The escalation page: what waits for somebody, acknowledging one or many, taking a case over, and the list as a file."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.escalating.escalations import FILTERS, MOST_SHOWN, EscalationView
from desk.limits.limit_errors import EscalationNotFound, NothingToTakeOver
from webui import labels
from webui.access import for_roles, go_to, signed_in
from webui.context import services
from webui.csv_files import csv_file
from webui.i18n import format_datetime, gettext, mark, ngettext
from webui.staffing.people_names import agents, name_of, team_name, teams
from webui.wording import sentence

blueprint = Blueprint("escalations", __name__)
for_roles(blueprint, "supervisor")
MOST_CHOSEN = 200
MOST_EXPORTED = 10_000
HEADS = (
    mark("Case"),
    mark("Clock"),
    mark("Round"),
    mark("Customer"),
    mark("Type"),
    mark("Priority"),
    mark("Team"),
    mark("Owner"),
    mark("Limit missed"),
    mark("Level"),
    mark("Told whom"),
    mark("Came at"),
    mark("Told at"),
    mark("Acknowledged by"),
    mark("Acknowledged at"),
    mark("Note"),
)


@blueprint.get("/escalations")
def show() -> str:
    """Alarms that nobody took first, then what waits for somebody, then what was acknowledged and isn't over."""
    asked = _asked()
    page = services().desk.escalations.page(viewer=signed_in().login, **asked)
    limits = services().desk.escalations.limits()
    return render_template(
        "escalations/show.html",
        items=page.items,
        total=page.total,
        most=MOST_SHOWN,
        asked=asked,
        limits=[labels.label_of(labels.CLOCKS, code).text for code in _in_order(limits)],
        options=_options(limits | {asked["clock"]} if "clock" in asked else limits),
        now=services().clock.now(),
        name_of=name_of,
        team_name=team_name,
        key_of=_key,
    )


def _asked() -> dict[str, str]:
    found = {name: request.values.get(name, "").strip()[:100] for name in FILTERS}
    return {name: value for name, value in found.items() if value}


def _in_order(clocks: Collection[str]) -> list[str]:
    return [*(code for code in labels.CLOCKS if code in clocks), *sorted(set(clocks) - set(labels.CLOCKS))]


def _options(limits: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """What each filter offers; of clocks only those that are escalated."""
    words = {"type": labels.CASE_TYPES, "priority": labels.PRIORITIES}
    found = {name: [(code, gettext(label.text)) for code, label in table.items()] for name, table in words.items()}
    found["clock"] = [(code, labels.label_of(labels.CLOCKS, code).text) for code in _in_order(limits)]
    found["team"] = [(key, team_name(key)) for key in teams()]
    found["supervisor"] = [(one.login, one.name) for one in agents().values() if one.leads]
    return found


@blueprint.post("/escalations/acknowledge")
def acknowledge() -> Response:
    """Acknowledge the chosen ones with one note."""
    login, note = signed_in().login, request.form.get("note", "")
    desk = services().desk
    done = [_tried(lambda one=one: desk.escalations.acknowledge(*one, by=login, note=note)) for one in _chosen()]
    if not done:
        flash(gettext("Choose at least one escalation."), "error")
    elif any(done):
        told = ngettext("%(n)s escalation acknowledged.", "%(n)s escalations acknowledged.", sum(done))
        flash(told, "good")
    return _back()


@blueprint.post("/escalations/take-over")
def take_over() -> Response:
    """Acknowledge one, and own its case from now on."""
    login, note = signed_in().login, request.form.get("note", "")
    for number, clock in _chosen()[:1]:
        if _tried(lambda n=number, c=clock: services().desk.escalations.take_over(n, c, by=login, note=note)):
            flash(gettext("Case %(number)s is yours now.", number=number), "good")
            return go_to(url_for("cases.show", number=number))
    return _back()


def _tried(do: Callable[[], Any]) -> bool:
    """Do it; what somebody else did meanwhile is said, and stops no other."""
    try:
        do()
    except (EscalationNotFound, NothingToTakeOver) as error:
        flash(sentence(error), "warn")
        return False
    return True


def _chosen() -> list[tuple[str, str]]:
    """The case numbers and clocks that were ticked."""
    ticked = (text.partition(" ") for text in dict.fromkeys(request.form.getlist("escalation")))
    return [(number, clock) for number, _, clock in ticked if number and clock][:MOST_CHOSEN]


def _key(view: EscalationView) -> str:
    return f"{view.case.number} {view.newest.clock}"


def _back() -> Response:
    return go_to(url_for("escalations.show", **_asked()))


@blueprint.get("/exports/escalations.csv")
def export() -> Response:
    """The list with the filters of the address, one row for each level that came."""
    page = services().desk.escalations.page(viewer=signed_in().login, limit=MOST_EXPORTED, **_asked())
    columns = [gettext(head) for head in HEADS]
    return csv_file("escalations.csv", columns, (_row(view, level) for view in page.items for level in view.levels))


def _row(view: EscalationView, level: Any) -> list[object]:
    case = view.case
    clock = labels.label_of(labels.CLOCKS, level.clock).text
    head = [case.number, clock, level.round, view.customer, _word("CASE_TYPES", case.type), _word("PRIORITIES", case.priority)]
    head += [team_name(case.team), "" if view.in_line else name_of(case.owner), format_datetime(view.missed_at), level.level]
    told = name_of(level.supervisor) or gettext("all supervisors")
    times = [format_datetime(at) if at else "" for at in (level.at, level.told_at)]
    answered = format_datetime(level.acknowledged_at) if level.acknowledged_at else ""
    return [*head, told, *times, name_of(level.acknowledged_by), answered, level.note]


def _word(table: str, code: str) -> str:
    return labels.label_of(getattr(labels, table), code).text
