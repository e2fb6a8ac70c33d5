"""Both shipped versions are whole: they lint clean, compile, validate their own forms, and speak English throughout."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bpmn.compare import compare
from bpmn.describe import describe
from bpmn.diagram import EventKind, NodeKind
from bpmn.forms import FormRejected
from bpmn.lint import check_package
from bpmn.normalise import normalise
from bpmn.package import ProcessPackage, load_package
from engine.spiff import verify_compiles

ROOT = Path(__file__).resolve().parents[2]
HANDLERS = {"archive", "assign", "escalate", "new-round", "notify", "service-clocks", "survey"}
CHINESE = re.compile("[\u4e00-\u9fff]")
INTAKE = {"channel": "phone", "customer_name": "张三", "type": "inquiry", "urgency": "normal", "description": "如何开通信用卡"}
DONE = {"content": "已告知", "outcome": "resolved"}


def shipped(version: str) -> ProcessPackage:
    return load_package(ROOT / "processes" / "customer-service" / version)


@pytest.fixture(params=["1.0", "1.1"])
def package(request: pytest.FixtureRequest) -> ProcessPackage:
    return shipped(request.param)


def said_in(package: ProcessPackage) -> Iterator[str]:
    """Every text that a person can come to see: names and words of diagram and tables, labels of forms, the manifest."""
    manifest = package.manifest
    yield from (manifest.name, manifest.owner, manifest.description, *(role.name for role in manifest.roles))
    for name, content in package.files.items():
        if name.endswith((".bpmn", ".dmn")):
            for element in ElementTree.fromstring(content).iter():
                yield from (element.get("name", ""), element.get("label", ""))
                yield from re.findall(r'"([^"]*)"', element.get("source", ""))
                if element.tag.endswith(("}documentation", "}description", "}outputEntry")):
                    yield "".join(element.itertext()).strip().strip('"')
        elif name.endswith(".form"):
            yield from labels(json.loads(content))


def labels(schema: Any) -> Iterator[str]:
    if isinstance(schema, list):
        for part in schema:
            yield from labels(part)
    elif isinstance(schema, dict):
        yield from (schema.get(key, "") for key in ("label", "description", "text", "dateLabel", "timeLabel"))
        for part in schema.values():
            yield from labels(part)


def test_it_lints_without_a_finding(package):
    assert [str(finding) for finding in check_package(package, handlers=HANDLERS, functions={"clock"})] == []


def test_a_missing_handler_stops_it(package):
    findings = check_package(package, handlers=HANDLERS - {"escalate"})
    assert {finding.element_id for finding in findings if finding.severity == "error"} == {"escalate", "escalate_response"}


def test_it_compiles(package):
    verify_compiles(normalise(package.diagram_bytes), "customer-service")


def test_every_text_has_an_english_translation(package):
    said = {text for text in said_in(package) if isinstance(text, str) and CHINESE.search(text)}
    english = package.texts["en"]
    assert said - english.keys() == set(), "texts.en.toml lacks these"
    assert english.keys() - said == set(), "texts.en.toml translates what nobody says any more"
    assert not [text for text in english.values() if not text or CHINESE.search(text)]


def test_the_node_description_table_names_all_seven_nodes_of_the_source(package):
    names = {row.name: row for row in describe(package)}
    for name in ("需求分类", "启动服务时钟", "分派处理人", "处理需求", "告知客户结果", "发送满意度调查", "归档"):
        assert name in names
    assert names["处理需求"].role == "客服专员"
    assert names["协办"].role == "协作部门"


def test_no_due_instant_is_a_constant_in_the_diagram(package):
    timers = [node.event for _, node in package.diagram.nodes() if node.event and node.event.kind is EventKind.TIMER]
    assert len(timers) == 10
    assert not [timer.expression for timer in timers if not (timer.expression or "").startswith("= ")]


def test_each_node_is_explained_and_stands_in_a_lane(package):
    process = package.diagram.process("customer-service")
    silent = {NodeKind.EXCLUSIVE_GATEWAY, NodeKind.END_EVENT}
    assert [node.id for node in process.nodes.values() if not node.documentation and node.kind not in silent] == []
    assert [node.id for node in process.nodes.values() if not node.lane] == []


def test_intake_takes_what_an_agent_must_ask_and_nothing_else(package):
    intake = package.forms["intake"]
    assert intake.validate(INTAKE)["description"] == "如何开通信用卡"
    with pytest.raises(FormRejected) as refused:
        intake.validate({**INTAKE, "description": " ", "typename": "x"})
    assert "typename" in refused.value.errors
    with pytest.raises(FormRejected) as refused:
        intake.validate({"customer_name": "张三", "favourite_colour": "blue"})
    assert refused.value.errors.keys() == {"channel", "type", "urgency", "description", "favourite_colour"}


def test_fields_that_the_browser_leaves_empty_are_no_obstacle(package):
    untouched = {"received_at": None, "customer_kind": None, "subtype": None, "customer_number": "", "usage_blocked": False}
    assert package.forms["intake"].validate({**INTAKE, **untouched})["usage_blocked"] is False


def test_what_identifies_a_customer_is_marked_as_sensitive(package):
    assert {"customer_name", "customer_contact", "customer_number", "description"} <= package.forms["intake"].sensitive_fields
    assert "content" in package.forms["handle"].sensitive_fields


def test_waiting_for_the_customer_needs_a_date_and_solving_does_not(package):
    handle = package.forms["handle"]
    assert handle.validate({**DONE, "wait_until": "2023-10-02T10:00+08:00"}) == DONE
    with pytest.raises(FormRejected) as refused:
        handle.validate({**DONE, "outcome": "wait_customer"})
    assert refused.value.errors.keys() == {"wait_until"}


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ("confirm", {"decision": "approved", "comment": "同意"}),
        ("supervise", {"action": "已催办", "done": True}),
        ("survey", {"rating": "neutral", "result": "satisfied", "suggestion": "希望增加在线排队提示"}),
    ],
)
def test_the_other_forms_take_a_full_answer(package, form, answer):
    assert package.forms[form].validate(answer) == answer


def test_version_1_1_has_one_approval_instead_of_three_and_warns_earlier():
    old, new = shipped("1.0"), shipped("1.1")
    differences = compare(old.diagram, new.diagram)
    tasks = [{element.id for element in some if element.kind == "userTask"} for some in (differences.added, differences.removed)]
    assert tasks == [{"approve"}, {"approve_1", "approve_2", "approve_3"}]
    fractions = [
        [
            package.diagram.process("customer-service").nodes[node].work.headers["warnFraction"]
            for node in ("start_clocks", "new_round")
        ]
        for package in (old, new)
    ]
    assert fractions == [["0.75", "0.75"], ["0.5", "0.5"]]
    assert len(new.manifest.changes) == 2
