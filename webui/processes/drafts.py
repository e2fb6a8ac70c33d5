"""The analyst's workbench: a draft's diagram, tables and forms in their editors, its change list, giving it up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, flash, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from bpmn.package import Change, ProcessPackage, texts_file, untranslated, with_changes
from bpmn.render import render_svg
from desk.errors import DraftClosed
from desk.processes.drafts import MANIFEST, OpenDraft
from desk.store.releases import DraftState
from engine.errors import StaleRevision
from webui.access import for_roles, go_to, signed_in
from webui.bodies import json_object, revision_of, revision_required
from webui.context import services
from webui.i18n import gettext
from webui.processes import analyst_words
from webui.processes.findings import browser_lint_rules, finding_data
from webui.processes.processes import process_name, svg_answer
from webui.refusals import BodyUnreadable
from webui.security import accepts_package
from webui.wording import sentence

blueprint = Blueprint("drafts", __name__)
for_roles(blueprint, "analyst")
analyst_words.install(blueprint)
EDITORS = {".bpmn": "editor", ".dmn": "dmn", ".form": "formedit"}
MOST_CHANGES = 50
LONGEST_CHANGE = 500


@blueprint.post("/drafts")
def create() -> ResponseReturnValue:
    """Begin a draft from a deployed version and open it."""
    key, version = request.form.get("key", ""), request.form.get("version", "")
    opened = services().desk.drafts.open_draft(key, version, by=signed_in().login)
    return go_to(url_for("drafts.show", draft_id=opened.draft.id))


@blueprint.get("/drafts/<int:draft_id>")
def show(draft_id: int) -> ResponseReturnValue:
    """The draft's diagram in the modeler; a draft that was deployed leads to its version."""
    opened = services().desk.drafts.draft(draft_id)
    if opened.draft.state is DraftState.DEPLOYED:
        flash(gettext("This draft was deployed. To change the process again, begin a new draft."))
        return go_to(url_for("processes.show", key=opened.draft.process_key, version=opened.draft.deployed_version))
    return edit(draft_id, ProcessPackage.from_files(opened.files).diagram_file)


@blueprint.get("/drafts/<int:draft_id>/files/<name>")
def edit(draft_id: int, name: str) -> ResponseReturnValue:
    """One file of the draft in its editor."""
    opened = still_open(draft_id)
    kind, content = _editor_of(opened, name)
    package = ProcessPackage.from_files(opened.files)
    key = opened.draft.process_key
    workbench = {
        "kind": kind,
        "title": process_name(package),
        "version": gettext("Draft of %(version)s", version=services().desk.drafts.next_version(key)),
        "backUrl": url_for("processes.show_all"),
        "saveUrl": url_for("drafts.save", draft_id=draft_id, name=name),
        "revision": opened.draft.revision,
        "findings": findings_of(draft_id),
        "selected": request.args.get("element", ""),
        "deployUrl": url_for("drafts.release", draft_id=draft_id),
        "files": file_tabs(opened, name),
        "choices": _choices(package),
        "lintRules": browser_lint_rules(),
    }
    text = content.decode("utf-8-sig")
    return render_template("workbench.html", workbench={**workbench, **_content(kind, text)})


def _content(kind: str, text: str) -> dict[str, Any]:
    return {"schema": json.loads(text)} if kind == "formedit" else {"xml": text}


@blueprint.put("/drafts/<int:draft_id>/files/<name>")
@accepts_package
def save(draft_id: int, name: str) -> ResponseReturnValue:
    """Keep what an editor sent, if it was made from the newest revision and can be read."""
    body = json_object()
    opened = services().desk.drafts.draft(draft_id)
    kind, _ = _editor_of(opened, name)
    revision, svg = revision_of(body), body.get("svg")
    if svg is not None:
        _bytes(svg, "svg")
    saved = services().desk.drafts.save_draft(
        draft_id, {name: _sent(kind, body)}, by=signed_in().login, revision=revision, svg=svg
    )
    return jsonify(revision=saved.draft.revision, findings=findings_of(draft_id))


def _sent(kind: str, body: Mapping[str, Any]) -> bytes:
    if kind != "formedit":
        return _bytes(body.get("xml"), "xml")
    schema = body.get("schema")
    if not isinstance(schema, Mapping):
        raise BodyUnreadable("schema is not a JSON object")
    return _bytes(json.dumps(schema, ensure_ascii=False, indent=2) + "\n", "schema")


def _bytes(text: object, what: str) -> bytes:
    if not isinstance(text, str):
        raise BodyUnreadable(f"{what} is not a text")
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise BodyUnreadable(f"{what} holds half a character") from None


@blueprint.get("/drafts/<int:draft_id>/picture.svg")
def picture(draft_id: int) -> Response:
    """The diagram as the modeler drew it at the last save; before the first one as we draw it."""
    opened = services().desk.drafts.draft(draft_id)
    package = ProcessPackage.from_files(opened.files)
    return svg_answer(opened.draft.svg or render_svg(package.diagram_bytes, source=package.diagram_file))


@blueprint.get("/drafts/<int:draft_id>/changes")
def changes(draft_id: int) -> ResponseReturnValue:
    """The change list of the version in the making."""
    opened = still_open(draft_id)
    return _changes_page(opened, ProcessPackage.from_files(opened.files).manifest.changes)


@blueprint.post("/drafts/<int:draft_id>/changes")
def save_changes(draft_id: int) -> ResponseReturnValue:
    """Keep the change list; lines without any text are left out."""
    opened = still_open(draft_id)
    written = _changes_sent()
    manifest = with_changes(opened.files[MANIFEST], written)
    try:
        services().desk.drafts.save_draft(draft_id, {MANIFEST: manifest}, by=signed_in().login, revision=revision_required())
    except StaleRevision as error:
        return _changes_page(opened, written, conflict=sentence(error)), 409
    flash(gettext("The change list is saved."), "good")
    return go_to(url_for("drafts.changes", draft_id=draft_id))


def _changes_sent() -> tuple[Change, ...]:
    pairs = zip(request.form.getlist("zh"), request.form.getlist("en"), strict=False)
    told = ((" ".join(zh.split())[:LONGEST_CHANGE], " ".join(en.split())[:LONGEST_CHANGE]) for zh, en in pairs)
    return tuple(Change(zh=zh or en, en=en or zh) for zh, en in told if zh or en)[:MOST_CHANGES]


def _changes_page(opened: OpenDraft, written: tuple[Change, ...], conflict: str = "") -> str:
    package = ProcessPackage.from_files(opened.files)
    # after a conflict the next try counts from what is saved now, so that it is made on purpose
    newest = services().desk.drafts.draft(opened.draft.id)
    return render_template(
        "drafts/changes.html",
        draft=newest.draft,
        name=process_name(package),
        version=services().desk.drafts.next_version(opened.draft.process_key),
        changes=written,
        conflict=conflict,
        saved=ProcessPackage.from_files(newest.files).manifest.changes,
        tabs=file_tabs(opened, MANIFEST),
    )


@blueprint.get("/drafts/<int:draft_id>/texts/<code>")
def texts(draft_id: int, code: str) -> ResponseReturnValue:
    """The labels in another language: those without a text first."""
    opened = still_open(draft_id)
    _texts_name(opened, code)
    return _texts_page(opened, code, {})


@blueprint.post("/drafts/<int:draft_id>/texts/<code>")
def save_texts(draft_id: int, code: str) -> ResponseReturnValue:
    """Keep the labels of one language; a label left empty is shown in Chinese."""
    opened = still_open(draft_id)
    name = _texts_name(opened, code)
    pairs = zip(request.form.getlist("source"), request.form.getlist("text"), strict=False)
    written = {source: text.strip() for source, text in pairs if source and text.strip()}
    revision = revision_required()
    try:
        content = {name: texts_file(written)}
        services().desk.drafts.save_draft(draft_id, content, by=signed_in().login, revision=revision)
    except StaleRevision as error:
        return _texts_page(opened, code, written, conflict=sentence(error)), 409
    flash(gettext("The texts are saved."), "good")
    return go_to(url_for("drafts.texts", draft_id=draft_id, code=code))


def _texts_name(opened: OpenDraft, code: str) -> str:
    name = f"texts.{code}.toml"
    if name not in opened.files:
        abort(404)
    return name


def _texts_page(opened: OpenDraft, code: str, written: Mapping[str, str], conflict: str = "") -> str:
    newest = services().desk.drafts.draft(opened.draft.id)
    package = ProcessPackage.from_files(newest.files)
    return render_template(
        "drafts/texts.html",
        draft=newest.draft,
        name=process_name(package),
        version=services().desk.drafts.next_version(opened.draft.process_key),
        code=code,
        missing=untranslated(package, code),
        known={**package.texts.get(code, {}), **written},
        conflict=conflict,
        tabs=file_tabs(opened, f"texts.{code}.toml"),
    )


@blueprint.post("/drafts/<int:draft_id>/discard")
def discard(draft_id: int) -> ResponseReturnValue:
    """Give the draft up."""
    still_open(draft_id)
    services().desk.drafts.discard_draft(draft_id, by=signed_in().login, revision=revision_required())
    flash(gettext("Draft %(id)s is discarded. Nothing changed for anybody.", id=draft_id))
    return go_to(url_for("processes.show_all"))


def still_open(draft_id: int) -> OpenDraft:
    """The draft. Raises NotFound, and DraftClosed when it was deployed or discarded."""
    opened = services().desk.drafts.draft(draft_id)
    if opened.draft.state is not DraftState.OPEN:
        raise DraftClosed(draft_id, opened.draft.state)
    return opened


def findings_of(draft_id: int) -> list[dict[str, Any]]:
    """What lint says about the saved draft, in the viewer's language."""
    return [finding_data(each) for each in services().desk.drafts.lint(draft_id)]


def file_tabs(opened: OpenDraft, here: str) -> list[dict[str, Any]]:
    """The draft's files that have an editor: the diagram first, then tables, forms, the change list."""
    order = [*EDITORS]
    names = [name for name in opened.files if _kind(name)]
    names.sort(key=lambda name: (order.index(_suffix(name)), name))
    draft_id = opened.draft.id
    tabs = [_tab(name, name, here, "drafts.edit", draft_id, name=name) for name in names]
    codes = [name.split(".")[1] for name in sorted(opened.files) if name.startswith("texts.")]
    texts_of = gettext("Texts (%(code)s)")
    tabs += [_tab(texts_of % {"code": code}, f"texts.{code}.toml", here, "drafts.texts", draft_id, code=code) for code in codes]
    return [*tabs, _tab(gettext("Change list"), MANIFEST, here, "drafts.changes", draft_id)]


def _tab(title: str, file: str, here: str, endpoint: str, draft_id: int, **parts: str) -> dict[str, Any]:
    return {"name": title, "file": file, "url": url_for(endpoint, draft_id=draft_id, **parts), "here": file == here}


def _suffix(name: str) -> str:
    return name[name.rfind(".") :]


def _kind(name: str) -> str | None:
    return EDITORS.get(_suffix(name))


def _editor_of(opened: OpenDraft, name: str) -> tuple[str, bytes]:
    kind = _kind(name)
    if kind is None or name not in opened.files:
        abort(404)
    return kind, opened.files[name]


def _topics(package: ProcessPackage) -> list[str]:
    """The types of the external tasks that the package names."""
    nodes = package.diagram.process(package.manifest.process_id).nodes.values()
    return sorted({node.work.handler for node in nodes if node.work.topic and node.work.handler})


def _choices(package: ProcessPackage) -> dict[str, list[dict[str, str]]]:
    """What the properties panel offers: forms, decisions and handlers that exist."""
    decisions = ((key, model.decisions[key].name) for key, model in package.decisions.items())
    return {
        "forms": [{"value": key, "label": key} for key in sorted(package.forms)],
        "decisions": [{"value": key, "label": f"{name} ({key})" if name else key} for key, name in decisions],
        "handlers": [{"value": key, "label": key} for key in (*sorted(services().engine.handlers), *_topics(package))],
    }
