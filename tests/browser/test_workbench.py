"""The analyst's editors, used as an analyst uses them: rename by double click, choose in the panel, save, mend."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, jsonify, render_template, request
from playwright.sync_api import Page, expect

from bpmn.compare import compare
from bpmn.diagram import read_diagram
from engine.errors import StaleRevision
from webui.app import create_app
from webui.context import Viewer

from .desk import RULES
from .server import seen_by, serving

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LIN = Viewer(login="lin", name="林", roles=frozenset({"analyst"}))
SAMPLES = Path(__file__).parent / "samples"
FINDING = {
    "severity": "error",
    "file": "complaint.bpmn",
    "element_id": "Handle",
    "element_name": "处理投诉",
    "line": 17,
    "message": "没有截止时间。",
    "way_out": "请填写截止时间。",
}
FILES = {
    "editor": {"xml": (SAMPLES / "complaint.bpmn").read_text("utf-8")},
    "undo": {"xml": (SAMPLES / "undo.bpmn").read_text("utf-8"), "kind": "editor"},
    "dmn": {"xml": (SAMPLES / "priority.dmn").read_text("utf-8")},
    "formedit": {"schema": json.loads((SAMPLES / "handle.form").read_text("utf-8"))},
}
WIDGETS = {
    "exclude": [
        [".djs-container"], [".bio-properties-panel-container"], [".dmn-js-parent"], [".fjs-editor-container"]
    ]
}  # fmt: skip


@dataclass
class Desk:
    """What the editors' server would keep: the last save and the revision."""

    revision: int = 3
    saved: dict[str, Any] = field(default_factory=dict)


def editors(desk: Desk) -> Flask:
    app = seen_by(create_app(desk, secret_key=b"only for tests", testing=True), LIN)

    @app.get("/edit/<kind>")
    def edit(kind):
        names = {"editor": "complaint.bpmn", "undo": "undo.bpmn", "dmn": "priority.dmn", "formedit": "handle.form"}
        choices = {
            "forms": [{"value": "handle", "label": "处理 (handle)"}, {"value": "confirm", "label": "确认 (confirm)"}],
            "handlers": [{"value": "escalate", "label": "升级 (escalate)"}, {"value": "notify", "label": "通知 (notify)"}],
        }
        workbench = {
            "kind": kind, "title": "投诉处理", "version": "1.1", "backUrl": "/", "saveUrl": "/save",
            "revision": desk.revision, "findings": [], "deployUrl": "/deployed", "choices": choices,
            "files": [{"name": name, "url": f"/edit/{k}", "here": k == kind} for k, name in names.items()],
            **FILES[kind],
        }  # fmt: skip
        return render_template("workbench.html", workbench=workbench)

    @app.put("/save")
    def save():
        body = request.get_json()
        if body["revision"] != desk.revision:
            raise StaleRevision("complaint 1.1", read=body["revision"], current=desk.revision)
        desk.revision += 1
        desk.saved = body
        return jsonify(revision=desk.revision, findings=[FINDING])

    app.add_url_rule("/deployed", view_func=lambda: '<link rel="icon" href="data:,">teams are chosen here')
    return app


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def address(desk):
    with serving(editors(desk)) as url:
        yield url


def opened(page: Page, kind: str) -> Page:
    page.goto(f"/edit/{kind}")
    page.locator("body[data-ready='1']").wait_for()
    return page


def test_an_analyst_renames_a_task_chooses_another_form_and_saves(address, open_page, desk, screenshot):
    page = opened(open_page(address), "editor")
    page.locator("[data-element-id=Handle] .djs-hit").first.dblclick()
    page.locator(".djs-direct-editing-content").fill("处理并回访")
    page.locator(".djs-container").click(position={"x": 700, "y": 500})
    page.locator("[data-element-id=Handle] .djs-hit").first.click()
    page.locator("[data-group-id=group-form] .bio-properties-panel-group-header-title").click()
    page.get_by_label("表单", exact=True).select_option("confirm")
    expect(page.locator("#save-state")).to_have_text("有未保存的更改")
    screenshot(page, "editor", "zh", whole=False)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#save-state")).to_have_text("已保存")
    assert 'name="处理并回访"' in desk.saved["xml"]
    assert 'formId="confirm"' in desk.saved["xml"]
    assert "<zeebe:userTask />" in desk.saved["xml"]
    assert desk.saved["svg"].startswith("<?xml")
    assert desk.revision == 4


def test_a_finding_of_the_server_selects_its_element(address, open_page, screenshot):
    page = opened(open_page(address), "editor")
    page.locator("#save").click()
    page.get_by_role("button", name="没有截止时间").click()
    expect(page.locator("[data-element-id=Handle].selected")).to_have_count(1)
    screenshot(page, "editor-findings", "zh", whole=False)


def test_compensation_cycles_conditions_and_loops_go_through_the_editor_unharmed(address, open_page, desk, screenshot):
    page = opened(open_page(address), "undo")
    expect(page.locator("[data-element-id=Undo]").first).to_be_visible()
    expect(page.locator(".bjsl-button")).to_be_hidden()
    screenshot(page, "editor-undo", "zh", whole=False)
    page.locator("#save").click()
    expect(page.locator("#save-state")).to_have_text("已保存")
    before, after = (read_diagram(xml.encode()) for xml in (FILES["undo"]["xml"], desk.saved["xml"]))
    assert not compare(before, after)


def test_a_save_on_an_old_revision_is_refused_and_keeps_the_drawing(address, open_page, desk):
    page = opened(open_page(address), "editor")
    page.expected_troubles.append("409")
    desk.revision = 8
    page.locator("#save").click()
    expect(page.get_by_role("alert")).to_contain_text("在您打开之后已被他人修改")
    expect(page.locator("[data-element-id=Handle]").first).to_be_visible()
    assert desk.saved == {}


def test_deploying_saves_first_what_is_unsaved(address, open_page, desk):
    page = opened(open_page(address), "editor")
    page.locator("[data-element-id=Warn] .djs-hit").first.click()
    page.keyboard.press("Delete")
    page.get_by_role("link", name="部署").click()
    page.wait_for_url("**/deployed")
    assert 'id="Warn"' not in desk.saved["xml"]


def test_leaving_with_unsaved_changes_asks_first(address, open_page):
    page = opened(open_page(address), "editor")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.locator("[data-element-id=Warn] .djs-hit").first.click()
    page.keyboard.press("Delete")
    page.goto("/styleguide")
    assert asked == ["beforeunload"]


def test_the_licence_mark_stays_visible(address, open_page):
    for kind, mark in (("editor", ".bjs-powered-by"), ("dmn", ".dmn-js-parent .bjs-powered-by")):
        expect(opened(open_page(address), kind).locator(mark).first).to_be_visible()


def test_a_rule_of_a_table_is_changed_and_saved(address, open_page, desk, screenshot):
    page = opened(open_page(address), "dmn")
    page.locator("td[data-element-id=ResultNormal]").click()
    page.keyboard.press("Control+A")
    page.keyboard.type('"low"')
    page.locator(".decision-table-name, .input-cell").first.click()
    screenshot(page, "dmn", "zh", whole=False)
    page.keyboard.press("Control+S")
    expect(page.locator("#save-state")).to_have_text("已保存")
    assert '<text>"low"</text>' in desk.saved["xml"]


def test_a_field_of_a_form_is_renamed_and_saved(address, open_page, desk, screenshot):
    page = opened(open_page(address), "formedit")
    page.locator("[data-id=Field_cause]").click()
    page.locator("[data-group-id=group-general] .bio-properties-panel-group-header-title").click()
    page.locator("#bio-properties-panel-key").fill("root_cause")
    expect(page.locator("#save-state")).to_have_text("有未保存的更改")
    screenshot(page, "formedit", "zh", whole=False)
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#save-state")).to_have_text("已保存")
    assert desk.saved["schema"]["components"][0]["key"] == "root_cause"


@pytest.mark.parametrize("kind", ["editor", "dmn", "formedit"])
@pytest.mark.parametrize(("language", "width"), [("zh", 390), ("en", 1280)])
def test_the_editors_own_markup_is_accessible(address, open_page, screenshot, kind, language, width):
    page = opened(open_page(address, language=language, width=width), kind)
    screenshot(page, kind, language, whole=width == 390)
    found = Axe().run(page, context=WIDGETS, options=RULES)
    assert found.violations_count == 0, found.generate_report()


KINDS = [
    "task", "userTask", "serviceTask", "sendTask", "receiveTask", "manualTask", "businessRuleTask", "scriptTask",
    "callActivity", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "subProcess",
    "dataObjectReference", "dataStoreReference", "textAnnotation", "startEvent", "endEvent", "intermediateCatchEvent",
    "intermediateThrowEvent",
]  # fmt: skip
COLLECT_WORDS = """async () => {
  const modeler = document.getElementById('workbench').caseloopModeler;
  const found = new Set();
  const note = text => { if (/[A-Za-z]{3,}/.test(text ?? '')) found.add(text.trim()); };
  const notes = root => root?.querySelectorAll('*').forEach(e => {
    [e.title, e.placeholder].forEach(note);
    e.childNodes.forEach(n => n.nodeType === Node.TEXT_NODE && note(n.data));
  });
  const soon = () => new Promise(done => setTimeout(done, 40));
  for (const element of modeler.get('elementRegistry').getAll()) {
    modeler.get('selection').select(element);
    await soon();
    document.querySelectorAll('.bio-properties-panel-group-header:not(.open) .bio-properties-panel-group-header-title')
      .forEach(header => header.click());
    await soon();
    notes(document.getElementById('properties'));
    notes(document.querySelector('.djs-context-pad'));
    if (modeler.get('popupMenu').isEmpty(element, 'bpmn-replace')) continue;
    modeler.get('popupMenu').open(element, 'bpmn-replace', { x: 9, y: 9 });
    await soon();
    notes(document.querySelector('.djs-popup'));
    modeler.get('popupMenu').close();
  }
  notes(document.querySelector('.djs-palette'));
  return [...found];
}"""


def one_of_each_kind() -> str:
    head, _rest = FILES["editor"]["xml"].split("<bpmn:process", 1)
    nodes = "".join(f'<bpmn:{kind} id="N{n}" />' for n, kind in enumerate(KINDS))
    shapes = "".join(
        f'<bpmndi:BPMNShape id="S{n}" bpmnElement="N{n}">'
        f'<dc:Bounds x="{n % 6 * 150}" y="{n // 6 * 130}" width="90" height="70" /></bpmndi:BPMNShape>'
        for n in range(len(KINDS))
    )
    plane = (
        f'<bpmndi:BPMNDiagram id="D"><bpmndi:BPMNPlane id="P" bpmnElement="all">{shapes}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    )
    return f'{head}<bpmn:process id="all" isExecutable="true">{nodes}</bpmn:process>{plane}</bpmn:definitions>'


def test_the_modeler_speaks_chinese_for_every_kind_of_element(address, open_page, monkeypatch):
    monkeypatch.setitem(FILES, "editor", {"xml": one_of_each_kind()})
    page = opened(open_page(address), "editor")
    latin = {word for text in page.evaluate(COLLECT_WORDS) for word in re.findall(r"[A-Za-z]{3,}", text)}
    assert latin - {"BPMN", "DMN", "FEEL", "QName", "JSON", "ISO", "UTC", "handle", "confirm", "escalate", "notify"} == set()
