"""What processes there are: their versions, who works by which, and each version laid open for people to read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from bpmn.describe import COLUMNS, NodeDescription, describe
from bpmn.dmn import Decision
from bpmn.dmn.tables import DecisionTable
from bpmn.package import Change, ProcessPackage, diagram_in
from bpmn.render import render_svg
from desk.processes.versions import version_order
from desk.store.releases import Draft
from engine.model import Deployment
from webui.access import for_roles
from webui.context import services
from webui.csv_files import csv_file, download
from webui.i18n import language
from webui.processes import analyst_words
from webui.processes.comparisons import comparison_data
from webui.processes.process_texts import package_of

blueprint = Blueprint("processes", __name__)
for_roles(blueprint, "analyst", "supervisor")
analyst_words.install(blueprint)
blueprint.add_app_template_filter(analyst_words.translated)
NO_SCRIPT = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
ZIP_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A deployed version as the list shows it. `teams` start their new cases on it; `cases` and `open` are numbers."""

    deployment: Deployment
    teams: tuple[str, ...]
    cases: int
    open: int
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRow:
    """A process with its versions, the newest first, and its open drafts."""

    key: str
    name: str
    versions: tuple[VersionRow, ...]
    drafts: tuple[Draft, ...]


@blueprint.get("/processes")
def show_all() -> str:
    """All processes with their versions and drafts."""
    packages = services().desk.drafts.packages()
    keys = list(dict.fromkeys(deployment.key for deployment in packages.deployments))
    rows = [_process_row(key, packages.deployments, packages.drafts) for key in keys]
    return render_template("processes/list.html", processes=rows)


def _process_row(key: str, deployments: tuple[Deployment, ...], drafts: tuple[Draft, ...]) -> ProcessRow:
    rollout = services().desk.rollout
    own = sorted((each for each in deployments if each.key == key), key=lambda each: version_order(each.version), reverse=True)
    current = rollout.versions(key)
    counts = rollout.counts(key)
    versions = tuple(
        VersionRow(
            deployment=each,
            teams=tuple(team for team, version in current.items() if version == each.version),
            cases=counts.get(each.version, (0, 0))[0],
            open=counts.get(each.version, (0, 0))[1],
            changes=changes_of(package_of(each.id)),
        )
        for each in own
    )
    name = process_name(package_of(own[0].id))
    return ProcessRow(key=key, name=name, versions=versions, drafts=tuple(each for each in drafts if each.process_key == key))


@blueprint.get("/processes/<key>/<version>")
def show(key: str, version: str) -> str:
    """One version: diagram, node description table, decision tables, forms, change list."""
    deployment, package = _found(key, version)
    others = [each.version for each in _versions(key) if each.version != version]
    return render_template(
        "processes/show.html",
        deployment=deployment,
        package=package,
        name=process_name(package),
        changes=changes_of(package),
        nodes=describe(package, language=language()),
        columns=node_columns(),
        decisions=decisions_of(package),
        others=others,
        told=lambda text: package.translate(text, language()),
        current=services().desk.rollout.versions(key),
    )


@blueprint.get("/processes/<key>/<version>/compare/<other>")
def compare(key: str, version: str, other: str) -> str:
    """What one must do to the other version to get this one, in words."""
    _, package = _found(key, version)
    _, from_package = _found(key, other)
    return render_template(
        "processes/compare.html",
        key=key,
        version=version,
        other=other,
        name=process_name(package),
        changes=changes_of(package),
        comparison=comparison_data(from_package, package),
        others=[each.version for each in _versions(key) if each.version != version],
    )


@blueprint.get("/processes/<key>/<version>/compare")
def choose_comparison(key: str, version: str) -> WerkzeugResponse:
    """Lead to the comparison with the version that the page's list names."""
    return redirect(url_for("processes.compare", key=key, version=version, other=request.args.get("other") or version))


@blueprint.get("/processes/<key>/<version>/diagram.svg")
def picture(key: str, version: str) -> Response:
    """The diagram as a picture, for documents and printing."""
    _, package = _found(key, version)
    return svg_answer(render_svg(diagram_in(package, language()), source=package.diagram_file))


@blueprint.get("/processes/<key>/<version>/package.zip")
def package_zip(key: str, version: str) -> Response:
    """The version's files as they were deployed."""
    _found(key, version)
    return download(f"{key}-{version}.zip", zipped(services().desk.drafts.files_of(key, version)), "application/zip")


@blueprint.get("/processes/<key>/<version>/nodes.csv")
def nodes_csv(key: str, version: str) -> Response:
    """The node description table as a file."""
    _, package = _found(key, version)
    rows = (_cells(node) for node in describe(package, language=language()))
    return csv_file(f"{key}-{version}-nodes.csv", node_columns(), rows)


def _found(key: str, version: str) -> tuple[Deployment, ProcessPackage]:
    deployment = services().desk.drafts.deployment(key, version)
    return deployment, package_of(deployment.id)


def _versions(key: str) -> list[Deployment]:
    return [each for each in services().desk.drafts.packages().deployments if each.key == key]


def _cells(node: NodeDescription) -> list[str]:
    values = (getattr(node, name) for name, _ in COLUMNS)
    return [value if isinstance(value, str) else "\n".join(value) for value in values]


def node_columns() -> list[str]:
    """The heads of the node description table in the viewer's language."""
    return [wording.fill(language(), {}) for _, wording in COLUMNS]


def process_name(package: ProcessPackage) -> str:
    """What the process is called in the viewer's language."""
    return package.translate(package.manifest.name, language())


def changes_of(package: ProcessPackage) -> tuple[str, ...]:
    """The version's change list in the viewer's language."""
    return tuple(change_text(change) for change in package.manifest.changes)


def change_text(change: Change) -> str:
    return change.zh if language() == "zh" else change.en


def decisions_of(package: ProcessPackage) -> list[Decision]:
    """Every decision of the package, those with tables first."""
    found = [model.decisions[key] for key, model in package.decisions.items()]
    return sorted(found, key=lambda decision: not decision.tables)


@blueprint.app_template_filter("literal_text")
def literal_text(written: str) -> str | None:
    """What a cell says when it is a text in quotes; None when it is any other expression."""
    inside = written[1:-1]
    return inside if len(written) > 1 and written[0] == written[-1] == '"' and '"' not in inside else None


@blueprint.app_template_filter("has_own_notes")
def has_own_notes(table: DecisionTable) -> bool:
    """Whether a table's notes say more than its results do."""
    return any(set(rule.annotations) - {literal_text(text) for text in rule.output_texts} for rule in table.rules)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of the files, the same bytes for the same files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, ZIP_MOMENT), files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def svg_answer(svg: str) -> Response:
    """A picture that cannot run anything, whoever made it."""
    response = Response(svg, content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = NO_SCRIPT
    return response
