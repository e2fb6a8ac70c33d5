"""Drafts by HTTP: what is saved, what is refused with which words, and that a refusal changes nothing."""

from __future__ import annotations

import pytest

from tests.support.product import Visitor
from tests.support.versions import DIAGRAM, KEY, a_draft

MEGABYTE = 1024 * 1024
SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>'
UNREADABLE, CHANGED = "cannot be read", "changed this since you opened it"
DOCTYPE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions>&e;</definitions>'


def put(visitor: Visitor, path: str, body: object, **options: object):
    headers = {"X-CSRF-Token": visitor.token, "Accept": "application/json", "Accept-Language": visitor.language}
    return visitor.client.put(path, json=body, headers=headers, **options)


def saving(draft_id: int, name: str = DIAGRAM) -> str:
    return f"/drafts/{draft_id}/files/{name}"


@pytest.fixture
def analyst(product) -> Visitor:
    return product.visitor("analyst")


@pytest.fixture
def draft(product) -> int:
    return a_draft(product)


@pytest.fixture
def xml(product, draft) -> str:
    return product.desk.drafts.draft(draft).files[DIAGRAM].decode()


def test_a_new_draft_opens_in_the_modeler_with_an_empty_change_list(product, analyst):
    answer = analyst.post("/drafts", {"key": KEY, "version": "1.0"})
    page = analyst.get(answer.headers["Location"]).text
    assert '"kind": "editor"' in page
    assert "Draft of 1.2" in page
    assert '"value": "notify"' in page
    assert "First version: six steps" not in analyst.get(answer.headers["Location"] + "/changes").text


def test_a_draft_of_an_unknown_version_is_refused(analyst):
    assert analyst.post("/drafts", {"key": KEY, "version": "0.1"}).status_code == 404
    assert analyst.post("/drafts", {}).status_code == 404


def test_saving_keeps_diagram_and_picture_and_tells_the_findings(product, analyst, draft, xml):
    renamed = xml.replace('name="处理需求"', 'name="处理并回访"')
    answer = put(analyst, saving(draft), {"xml": renamed, "svg": SVG, "revision": 1})
    assert answer.status_code == 200
    assert answer.json["revision"] == 2
    assert any("处理并回访" in found["message"] for found in answer.json["findings"])
    assert product.desk.drafts.draft(draft).files[DIAGRAM].decode() == renamed
    assert analyst.get(f"/drafts/{draft}/picture.svg").text == SVG


def test_forms_and_tables_are_saved_too(product, analyst, draft):
    files = product.desk.drafts.draft(draft).files
    table = files["route.dmn"].decode().replace('"complaints"', '"service"', 1)
    assert put(analyst, saving(draft, "route.dmn"), {"xml": table, "revision": 1}).status_code == 200
    schema = {"type": "default", "id": "confirm", "components": [{"type": "textfield", "key": "comment", "label": "意见"}]}
    answer = put(analyst, saving(draft, "confirm.form"), {"schema": schema, "revision": 2})
    assert answer.status_code == 200
    assert '"意见"' in product.desk.drafts.draft(draft).files["confirm.form"].decode()


@pytest.mark.parametrize("name", ["route.dmn", "handle.form", DIAGRAM])
def test_every_file_opens_in_its_editor(analyst, draft, name):
    assert analyst.get(saving(draft, name)).status_code == 200


@pytest.mark.parametrize("name", ["process.toml", "texts.en.toml", "..%2Fsecret", "missing.bpmn"])
def test_files_without_an_editor_are_not_found(analyst, draft, name):
    assert analyst.get(saving(draft, name)).status_code == 404
    assert put(analyst, saving(draft, name), {"xml": "<a/>", "revision": 1}).status_code == 404


def cut_short(xml: str) -> dict:
    return {"xml": xml[: len(xml) // 2], "revision": 1}


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (cut_short, 422, "not well-formed XML"),
        (lambda xml: {"xml": DOCTYPE, "revision": 1}, 422, "DOCTYPE"),
        (lambda xml: {"xml": "", "revision": 1}, 422, "XML"),
        (lambda xml: {"xml": "\ud800", "revision": 1}, 422, UNREADABLE),
        (lambda xml: {"xml": xml, "svg": 7, "revision": 1}, 422, UNREADABLE),
        (lambda xml: {"xml": xml}, 422, UNREADABLE),
        (lambda xml: {"xml": xml, "revision": True}, 422, UNREADABLE),
        (lambda xml: {"xml": xml, "revision": 10**20}, 422, UNREADABLE),
        (lambda xml: {"revision": 1}, 422, UNREADABLE),
        (lambda xml: [xml], 422, UNREADABLE),
        (lambda xml: {"xml": xml, "revision": 7}, 409, CHANGED),
    ],
)
def test_what_cannot_be_kept_is_refused_in_clear_words_and_changes_nothing(product, analyst, draft, xml, body, status, told):
    before = product.rows()
    answer = put(analyst, saving(draft), body(xml))
    assert answer.status_code == status
    assert told in answer.json["error"]["message"]
    assert product.rows() == before


def test_a_file_of_fifty_megabytes_is_turned_away_unread(product, analyst, draft):
    before = product.rows()
    answer = put(analyst, saving(draft), {"xml": "x" * 50 * MEGABYTE, "revision": 1})
    assert answer.status_code == 413
    assert "larger than the 6 MB" in answer.json["error"]["message"]
    assert product.rows() == before


def test_refusals_are_said_in_chinese_to_those_who_read_it(product, draft, xml):
    answer = put(product.visitor("analyst", language="zh"), saving(draft), cut_short(xml))
    assert "不是格式正确的 XML" in answer.json["error"]["message"]


def test_saving_without_the_sessions_token_is_refused(product, analyst, draft, xml):
    before = product.rows()
    answer = analyst.client.put(saving(draft), json={"xml": xml, "revision": 1})
    assert answer.status_code == 403
    assert product.rows() == before


def test_supervisors_cannot_save(product, draft, xml):
    assert put(product.visitor("wang"), saving(draft), {"xml": xml, "revision": 1}).status_code == 403


def test_the_change_list_is_kept_in_both_languages(product, analyst, draft):
    lines = {"revision": "1", "zh": ["预警提前", "", "  "], "en": ["Earlier warning", "Only English", ""]}
    assert analyst.post(f"/drafts/{draft}/changes", lines).status_code == 303
    page = analyst.get(f"/drafts/{draft}/changes").text
    assert 'value="预警提前"' in page
    assert page.count('value="Only English"') == 2
    manifest = product.desk.drafts.draft(draft).files["process.toml"].decode()
    assert 'zh = "预警提前"\nen = "Earlier warning"' in manifest


@pytest.mark.parametrize("page", ["changes", "texts/en", "discard", "deploy"])
def test_a_write_that_does_not_say_what_it_read_is_refused(product, analyst, draft, page):
    before = product.rows()
    form = {"zh": "x", "version": "1.2", "scope": "everyone", "confirmed": "yes"}
    assert analyst.post(f"/drafts/{draft}/{page}", form).status_code == 422
    assert product.rows() == before


def test_two_who_write_the_change_list_at_once_lose_nothing(product, analyst, draft):
    analyst.post(f"/drafts/{draft}/changes", {"revision": "1", "zh": "先到", "en": ""})
    answer = analyst.post(f"/drafts/{draft}/changes", {"revision": "1", "zh": "后到", "en": ""})
    assert answer.status_code == 409
    assert 'value="后到"' in answer.text
    assert "<li>先到</li>" in answer.text
    assert 'name="revision" value="2"' in answer.text


def test_a_discarded_draft_is_gone_and_says_so(product, analyst, draft):
    assert analyst.post(f"/drafts/{draft}/discard", {"revision": "1"}).headers["Location"] == "/processes"
    assert f'href="/drafts/{draft}"' not in analyst.get("/processes").text
    answer = analyst.get(f"/drafts/{draft}")
    assert answer.status_code == 409
    assert "discarded" in answer.text


def deploying(draft: int, visitor: Visitor, **fields: object):
    form = {"revision": "1", "version": "1.2", "scope": "teams", "teams": ["service-b"], "confirmed": "yes", **fields}
    return visitor.post(f"/drafts/{draft}/deploy", {name: value for name, value in form.items() if value is not None})


def test_deploying_for_one_team_moves_only_its_new_cases(product, analyst, draft):
    running = product.open_case(by="chen")
    answer = deploying(draft, analyst)
    assert answer.headers["Location"] == f"/rollout?key={KEY}"
    assert "New cases of Service 2 start on it" in analyst.get(answer.headers["Location"]).text
    versions = [product.desk.cases.case(number, viewer="wang").case.version for number in (
        running, product.open_case(by="chen"), product.open_case(by="li")
    )]  # fmt: skip
    assert versions == ["1.0", "1.2", "1.0"]
    assert analyst.get(f"/drafts/{draft}").headers["Location"] == f"/processes/{KEY}/1.2"


def test_deploying_for_everyone_moves_all_teams(product, analyst, draft):
    deploying(draft, analyst, scope="everyone", teams=None)
    assert set(product.desk.rollout.versions(KEY).values()) == {"1.2"}


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"confirmed": None}, 422, "Tick this"),
        ({"teams": None}, 422, "Choose at least one team"),
        ({"teams": ["nobody"]}, 422, "There is no team"),
        ({"version": ""}, 422, "Give the version a number"),
        ({"version": "one"}, 422, "Give the version a number"),
        ({"version": '1.2"\n[x]'}, 422, "Give the version a number"),
        ({"version": "1.1"}, 409, "deployed already with other content"),
        ({"revision": "9"}, 409, CHANGED),
    ],
)
def test_a_deployment_that_is_not_possible_says_why_beside_its_field(product, analyst, draft, fields, status, told):
    before = product.rows()
    answer = deploying(draft, analyst, **fields)
    assert answer.status_code == status
    assert told in answer.text
    assert product.rows() == before


def test_a_draft_with_errors_is_refused_element_by_element(product, analyst):
    draft = a_draft(product, {'formId="handle"': 'formId="handel"'})
    before = product.rows()
    answer = deploying(draft, analyst, revision="2")
    assert answer.status_code == 422
    assert "cannot be deployed" in answer.text
    assert "handel" in answer.text
    assert f'href="/drafts/{draft}/files/{DIAGRAM}?element=handle"' in answer.text
    assert product.rows() == before


@pytest.mark.parametrize(
    ("old", "new", "element", "told"),
    [
        ('type="notify"', 'type="send-fax"', "tell_assignee", "send-fax"),
        ('= handle.outcome = "wait_customer"', "= handle.outcome = = 1", "outcome_to_ask_customer", "FEEL"),
        (
            '= handle.outcome = "wait_customer"',
            "__import__('os').system('id') == 0",
            "outcome_to_ask_customer",
            "__import__",
        ),
        ('decisionId="classify"', 'decisionId="klassify"', "classify", "klassify"),
    ],
)
def test_what_a_diagram_names_or_asks_wrongly_is_refused_by_element(product, analyst, old, new, element, told):
    draft = a_draft(product, {old: new})
    before = product.rows()
    answer = deploying(draft, analyst, revision="2")
    assert answer.status_code == 422
    assert told in answer.text
    assert f"/files/{DIAGRAM}?element={element}" in answer.text
    assert product.rows() == before


def test_a_new_label_gets_its_english_text_in_the_same_workbench(product, analyst):
    draft = a_draft(product, {'name="处理需求"': 'name="处理并回访"'})
    page = analyst.get(f"/drafts/{draft}/texts/en").text
    assert 'name="source" value="处理并回访"' in page
    lines = {"revision": "2", "source": ["处理并回访", "客户"], "text": ["Handle and call back", "Customer"]}
    assert analyst.post(f"/drafts/{draft}/texts/en", lines).status_code == 303
    assert product.desk.drafts.draft(draft).files["texts.en.toml"].decode().startswith('"处理并回访" = "Handle and call back"\n')
    assert analyst.post(f"/drafts/{draft}/texts/en", lines).status_code == 409
    assert analyst.get(f"/drafts/{draft}/texts/fr").status_code == 404
