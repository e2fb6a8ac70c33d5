"""Who starts new cases on which version, how it came to be so, and what became of the versions' cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from desk.processes.rollout import VersionFigures, current_version, earlier_version
from desk.processes.versions import version_order
from desk.store.releases import Stage
from engine.errors import NotFound
from engine.model import Deployment
from webui.access import for_roles, go_to, requires, signed_in
from webui.bodies import revision_sent
from webui.context import services
from webui.csv_files import csv_file
from webui.i18n import format_datetime, format_number, format_percent, gettext
from webui.processes import analyst_words
from webui.processes.process_texts import package_of
from webui.processes.processes import process_name
from webui.refusals import BodyUnreadable
from webui.staffing.people_names import name_of, team_name, teams

blueprint = Blueprint("rollout", __name__)
for_roles(blueprint, "analyst", "supervisor")
analyst_words.install(blueprint)
FEW_CASES = 30
EVERYONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamRow:
    """A team, the version of its new cases, the stage that says so, and the version that undoing would bring back."""

    key: str
    version: str
    stage: Stage | None
    earlier: str | None


@blueprint.get("/rollout")
def show() -> str:
    """Teams and versions, the history of stages, and two versions side by side."""
    deployed = services().desk.drafts.packages().deployments
    keys = list(dict.fromkeys(each.key for each in deployed))
    if not keys:
        return render_template("rollout/none.html")
    key = request.args.get("key") or keys[0]
    own = _versions(deployed, key)
    stages = services().desk.rollout.stages(key)
    versions = _compared(own, stages)
    return render_template(
        "rollout/show.html",
        key=key,
        keys=keys,
        name=process_name(package_of(own[-1].id)),
        teams=_team_rows(key, stages),
        stages=list(reversed(stages)),
        read=len(stages),
        versions=[each.version for each in reversed(own)],
        compared=versions,
        figures=services().desk.rollout.compare(key, *versions),
        few=FEW_CASES,
        minutes=minutes,
        percent=percent,
    )


def _versions(deployed: Sequence[Deployment], key: str) -> list[Deployment]:
    """The process's deployments, the highest version last. Raises NotFound."""
    own = sorted((each for each in deployed if each.key == key), key=lambda each: version_order(each.version))
    if not own:
        raise NotFound(f"There is no process {key}. Choose one from the list of processes.", key=key)
    return own


def _team_rows(key: str, stages: Sequence[Stage]) -> list[TeamRow]:
    current = services().desk.rollout.versions(key)
    return [
        TeamRow(
            key=team,
            version=version,
            stage=next((each for each in reversed(stages) if each.team in (team, None)), None),
            earlier=earlier_version(stages, team),
        )
        for team, version in current.items()
    ]


def _compared(own: Sequence[Deployment], stages: Sequence[Stage]) -> tuple[str, ...]:
    """The two versions to compare: as asked, else the two that teams work by or worked by last, else the newest."""
    known = [each.version for each in own]
    asked = [version for version in (request.args.get("a"), request.args.get("b")) if version in known]
    now, before = {current_version(stages, team) for team in teams()}, {stage.version for stage in stages}
    ordered = [*asked, *(version for used in (now, before, known) for version in reversed(known) if version in used)]
    two = list(dict.fromkeys(ordered))[:2]
    return tuple(two if asked else sorted(two, key=version_order))


@blueprint.post("/rollout")
@requires("analyst")
def assign() -> ResponseReturnValue:
    """Let a team, or everyone, start new cases on a version from now on."""
    form = request.form
    key, version, team = form.get("key", ""), form.get("version", ""), form.get("team")
    if team is None:
        raise BodyUnreadable("team is missing; everyone is an empty team")
    chosen = None if team == EVERYONE else [team]
    services().desk.rollout.assign(key, version, chosen, by=signed_in().login, read=revision_sent())
    who = gettext("Everyone") if chosen is None else team_name(team)
    told = gettext("From now on new cases start on %(version)s: %(who)s. Running cases keep their version.")
    flash(told % {"version": version, "who": who}, "good")
    return go_to(url_for("rollout.show", key=key))


@blueprint.get("/rollout/<key>/comparison.csv")
def comparison_csv(key: str) -> Response:
    """The comparison of two versions as a file; numbers are written plainly, medians in minutes."""
    own = _versions(services().desk.drafts.packages().deployments, key)
    versions = _compared(own, services().desk.rollout.stages(key))
    rows = ((name, *values) for name, values in plain_figures(services().desk.rollout.compare(key, *versions)))
    return csv_file(f"{key}-{'-'.join(versions)}.csv", [gettext("Measure"), *versions], rows)


def plain_figures(figures: Sequence[VersionFigures]) -> list[tuple[str, list[object]]]:
    """Name and values of each line of the comparison; None where there is nothing to measure."""
    return [
        (gettext("Cases"), [each.cases for each in figures]),
        (gettext("Open"), [each.open for each in figures]),
        (gettext("Median time to the first response (min)"), [each.median_response_minutes for each in figures]),
        (gettext("Median time to the solution (min)"), [each.median_solve_minutes for each in figures]),
        (gettext("Reopened"), [each.reopened for each in figures]),
        (gettext("Surveys answered"), [each.answered for each in figures]),
        (gettext("Satisfied among the answers (per cent)"), [each.satisfied_percent for each in figures]),
    ]


@blueprint.get("/rollout/<key>/history.csv")
def history_csv(key: str) -> Response:
    """All stages as a file."""
    heads = [gettext("Since"), gettext("Team"), gettext("Version"), gettext("Assigned by")]
    rows = (
        (
            format_datetime(stage.assigned_at),
            team_name(stage.team) if stage.team else gettext("Everyone"),
            stage.version,
            name_of(stage.assigned_by),
        )
        for stage in services().desk.rollout.stages(key)
    )
    return csv_file(f"{key}-rollout.csv", heads, rows)


def minutes(value: float | None) -> str:
    """A median for reading: minutes with at most one digit, a dash where nothing got so far."""
    return "–" if value is None else gettext("%(n)s min", n=format_number(round(value, 1)))


def percent(value: float | None) -> str:
    return "–" if value is None else format_percent(value / 100)
