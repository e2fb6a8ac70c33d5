"""What a file must not be; every message names table, row and column."""

from __future__ import annotations

import pytest

from bpmn.dmn import MalformedDecisions, read_decisions
from bpmn.errors import MalformedXml, UnsafeXml, XmlTooLarge
from tests.bpmn.dmn.models import decision, definitions, literal, table


def refusal(*parts: str) -> MalformedDecisions:
    with pytest.raises(MalformedDecisions) as caught:
        read_decisions(definitions(*parts), source="classify.dmn")
    return caught.value


def test_a_broken_cell_is_named_by_row_and_column():
    error = refusal(decision("d", table(["urgency"], [["> 1", "1"], ["> (", "2"]]), name="分类"))
    assert str(error).startswith("classify.dmn, line 1: `分类`, row 2, column urgency: expected an expression")
    assert "“分类”，第 2 行，列 urgency：此处缺少表达式" in error.text("zh")


def test_a_broken_result_is_named_by_row_and_output():
    assert "`d`, row 1, output result: " in str(refusal(decision("d", table(["x"], [["-", "1 +"]]))))


def test_a_broken_column_is_named():
    assert "`d`, input column 1 (x +): " in str(refusal(decision("d", table(["x +"], []))))


@pytest.mark.parametrize(
    ("type_", "cell", "message"),
    [
        ("string", "5", "row 1, column x: 5 is no string, so the cell never matches"),
        ("number", '< "a"', 'row 1, column x: "a" is no number'),
        ("level", '"low", "middle"', '"middle" is no value of the column\'s type'),
        ("date", 'date("2026-02-30")', 'date("2026-02-30") doesn\'t exist'),
    ],
)
def test_a_literal_that_its_column_excludes_is_named(type_, cell, message):
    level = (
        '<itemDefinition name="level"><typeRef>string</typeRef><allowedValues><text>"low"</text></allowedValues></itemDefinition>'
    )
    logic = table(["x"], [[cell, "1"]]).replace("<inputExpression>", f'<inputExpression typeRef="{type_}">')
    assert message in str(refusal(level, decision("d", logic)))


def test_a_result_that_its_column_excludes_is_named():
    logic = table(["x"], [["-", "15"]]).replace("<output ", '<output typeRef="string" ')
    assert "row 1, output result: 15 is no string, so the result would be null" in str(refusal(decision("d", logic)))


def test_all_problems_are_listed_and_counted():
    error = refusal(decision("d", literal("1 +")), decision("e", literal("(")))
    assert len(error.problems) == 2
    assert "(and 1 more)" in str(error)
    assert "（另有 1 处）" in error.text("zh")


@pytest.mark.parametrize(
    ("logic", "message"),
    [
        (table(["x"], [["1", "2"]], policy="BEST"), "hit policy BEST is unknown; use one of UNIQUE, "),
        (table(["x"], [], policy="COLLECT", extra='aggregation="AVG"'), "aggregation AVG is unknown"),
        (table(["x"], [], outputs=()), "no output column"),
        (table(["x"], [["1"]]), "row 1: 1 input and 0 output cells for 1 and 1 columns"),
        ("<list>" * 60 + "</list>" * 60, "nested more than 40 deep"),
    ],
)
def test_a_table_that_cannot_be_applied_is_refused(logic, message):
    assert message in str(refusal(decision("d", logic)))


def test_a_requirement_that_leads_nowhere_is_refused():
    assert "`d` requires 'gone', which is missing" in str(refusal(decision("d", literal("1"), needs=["decision:gone"])))


def test_a_requirement_in_another_model_names_that_model():
    need = "knowledge:urn:other#f"
    assert "`d` requires 'f' of the model urn:other, which is missing" in str(refusal(decision("d", literal("1"), needs=[need])))


def test_without_strictness_problems_are_kept_and_evaluate_to_null():
    model = read_decisions(definitions(decision("d", literal("1 +")), decision("e", literal("2"))), strict=False)
    assert len(model.problems) == 1
    assert model.evaluate("d", {}).value is None
    assert model.evaluate("e", {}).value == 2


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"<definitions", MalformedXml),
        (b"", MalformedXml),
        (b"<html/>", MalformedDecisions),
        (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', UnsafeXml),
        (b"<a>" + b" " * (5 * 1024 * 1024) + b"</a>", XmlTooLarge),
    ],
)
def test_what_is_no_decision_model_is_refused(data, error):
    with pytest.raises(error, match=r"evil\.dmn"):
        read_decisions(data, source="evil.dmn")


def test_types_that_refer_to_themselves_or_in_long_chains_are_survived():
    own = '<itemDefinition name="t"><typeRef>t</typeRef></itemDefinition>'
    assert read_decisions(definitions(own, decision("d", literal("1"), type_="t"))).evaluate("d", {}).value == 1
    chain = "".join(f'<itemDefinition name="t{i}"><typeRef>t{i + 1}</typeRef></itemDefinition>' for i in range(3000))
    with pytest.raises(MalformedDecisions, match="too long a chain"):
        read_decisions(definitions(chain, decision("d", literal("1"), type_="t0")))
