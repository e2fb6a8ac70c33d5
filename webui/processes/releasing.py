"""Making a draft a version: the last look at it, its number, and who starts new cases on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bpmn.errors import InvalidFile
from bpmn.package import ProcessPackage
from desk.errors import TeamNotFound
from desk.processes.versions import is_version
from engine.errors import DeploymentRefused, Invalid, StaleRevision, VersionExists
from webui.access import go_to, signed_in
from webui.bodies import revision_required
from webui.context import services
from webui.i18n import gettext
from webui.processes.comparisons import comparison_data
from webui.processes.drafts import blueprint, file_tabs, findings_of, still_open
from webui.processes.findings import finding_data
from webui.processes.process_texts import package_of
from webui.processes.processes import changes_of, process_name
from webui.staffing.people_names import team_name, teams
from webui.wording import sentence

EVERYONE, SOME = "everyone", "teams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the form said. `errors` maps a field to what is wrong with it; "" is the whole form."""

    version: str
    scope: str = SOME
    teams: tuple[str, ...] = ()
    confirmed: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)

    def refused(self, errors: Mapping[str, str]) -> Wish:
        return Wish(version=self.version, scope=self.scope, teams=self.teams, confirmed=self.confirmed, errors=errors)


@blueprint.get("/drafts/<int:draft_id>/deploy")
def release(draft_id: int) -> ResponseReturnValue:
    """The last look: number, teams, change list, findings, differences."""
    key = still_open(draft_id).draft.process_key
    return _page(draft_id, Wish(version=services().desk.drafts.next_version(key)))


@blueprint.post("/drafts/<int:draft_id>/deploy")
def deploy(draft_id: int) -> ResponseReturnValue:
    """Deploy the draft for the chosen teams, or say field by field and element by element why not."""
    draft = still_open(draft_id).draft
    wish = _sent()
    if errors := _missing(wish):
        return _page(draft_id, wish.refused(errors)), 422
    chosen = None if wish.scope == EVERYONE else wish.teams
    revision = revision_required()
    try:
        services().desk.drafts.deploy_draft(draft_id, wish.version, chosen, by=signed_in().login, revision=revision)
    except DeploymentRefused as error:
        found = [finding_data(each) for each in error.findings]
        return _page(draft_id, wish.refused({"": sentence(error)}), refused=found), 422
    except StaleRevision as error:
        return _page(draft_id, wish.refused({"": sentence(error)})), 409
    except VersionExists as error:
        return _page(draft_id, wish.refused({"version": sentence(error)})), 409
    except TeamNotFound as error:
        return _page(draft_id, wish.refused({"teams": sentence(error)})), 422
    except (Invalid, InvalidFile) as error:
        return _page(draft_id, wish.refused({"version": sentence(error)})), 422
    flash(_done(wish), "good")
    return go_to(url_for("rollout.show", key=draft.process_key))


def _sent() -> Wish:
    form = request.form
    return Wish(
        version=form.get("version", "").strip()[:40],
        scope=EVERYONE if form.get("scope") == EVERYONE else SOME,
        teams=tuple(dict.fromkeys(form.getlist("teams"))),
        confirmed="confirmed" in form,
    )


def _missing(wish: Wish) -> dict[str, str]:
    errors = {}
    if not is_version(wish.version):
        errors["version"] = gettext("Give the version a number, such as 1.2.")
    if wish.scope == SOME and not wish.teams:
        errors["teams"] = gettext("Choose at least one team, or everyone.")
    if not wish.confirmed:
        errors["confirmed"] = gettext("Tick this when you have looked at the differences.")
    return errors


def _done(wish: Wish) -> str:
    if wish.scope == EVERYONE:
        told = gettext("Version %(version)s is deployed. All new cases start on it; running ones keep theirs.")
    else:
        told = gettext("Version %(version)s is deployed. New cases of %(teams)s start on it; all others keep theirs.")
    return told % {"version": wish.version, "teams": gettext(", ").join(map(team_name, wish.teams))}


def _page(draft_id: int, wish: Wish, refused: list[dict[str, Any]] | None = None) -> str:
    opened = still_open(draft_id)
    draft, package = opened.draft, ProcessPackage.from_files(opened.files)
    before = services().desk.drafts.deployment(draft.process_key, draft.from_version)
    return render_template(
        "drafts/deploy.html",
        draft=draft,
        name=process_name(package),
        wish=wish,
        changes=changes_of(package),
        findings=findings_of(draft_id) if refused is None else refused,
        refused=refused is not None,
        comparison=comparison_data(package_of(before.id), package),
        tabs=file_tabs(opened, ""),
        editable={tab["file"]: tab["url"] for tab in file_tabs(opened, "")},
        teams=teams(),
        current=services().desk.rollout.versions(draft.process_key),
    )
