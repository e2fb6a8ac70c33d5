"""Decisions that require inputs, decisions, functions and other models."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bpmn.dmn import DecisionsInCircle, MalformedDecisions, NoSuchDecision, imported_namespaces, read_decisions
from bpmn.feel import FeelBudgetExceeded
from tests.bpmn.dmn.models import decision, definitions, input_data, knowledge, literal, table

TYPES = """
<itemDefinition name="level"><typeRef>string</typeRef><allowedValues><text>"low", "high"</text></allowedValues></itemDefinition>
<itemDefinition name="person"><itemComponent name="age"><typeRef>number</typeRef></itemComponent>
<itemComponent name="home town"><typeRef>string</typeRef></itemComponent></itemDefinition>
<itemDefinition name="people" isCollection="true"><typeRef>person</typeRef></itemDefinition>
"""


def test_a_decision_uses_what_it_requires():
    model = read_decisions(
        definitions(
            input_data("age", "number"),
            decision("grown", literal("age >= 18"), name="is grown up", needs=["input:age"]),
            decision("greeting", literal('if is grown up then "Dear" else "Hi"'), needs=["decision:grown"]),
        )
    )
    assert list(model.decisions) == ["grown", "greeting"]
    assert model.evaluate("greeting", {"age": 20}).value == "Dear"
    assert model.evaluate("greeting", {"age": 3}).value == "Hi"


def test_hits_of_required_tables_are_reported_too():
    inner = decision("inner", table(["x"], [["> 0", '"plus"']]))
    model = read_decisions(definitions(inner, decision("outer", literal("inner"), needs=["decision:inner"])))
    result = model.evaluate("outer", {"x": 1})
    assert (result.value, [hit.decision_id for hit in result.hits]) == ("plus", ["inner"])


def test_inputs_that_nobody_declares_are_read_by_name():
    assert read_decisions(definitions(decision("d", literal("urgency")))).evaluate("d", {"urgency": 2}).value == 2


def test_a_declared_input_is_seen_only_where_it_is_required():
    model = read_decisions(definitions(input_data("age"), decision("d", literal("age"))))
    assert model.evaluate("d", {"age": 20}).value is None


@pytest.mark.parametrize(
    ("type_", "given", "seen"),
    [
        ("number", 5, 5),
        ("number", "5", None),
        ("number", [5], 5),
        ("level", "high", "high"),
        ("level", "middle", None),
        ("person", {"age": 3, "home town": "Bonn"}, {"age": 3, "home town": "Bonn"}),
        ("person", {"age": "x", "home town": "Bonn"}, None),
        ("people", {"age": 3, "home town": "Bonn"}, [{"age": 3, "home town": "Bonn"}]),
        ("no such type", 5, 5),
    ],
)
def test_inputs_are_coerced_to_their_type_or_null(type_, given, seen):
    model = read_decisions(definitions(TYPES, input_data("x", type_), decision("d", literal("x"), needs=["input:x"])))
    assert model.evaluate("d", {"x": given}).value == seen


def test_properties_may_have_names_of_several_words():
    xml = definitions(TYPES, input_data("p", "person"), decision("d", literal("p.home town"), needs=["input:p"]))
    assert read_decisions(xml).evaluate("d", {"p": {"age": 1, "home town": "Bonn"}}).value == "Bonn"


def test_a_knowledge_model_is_a_function_and_may_call_itself():
    xml = definitions(
        knowledge("factorial", ["n"], literal("if n <= 1 then 1 else n * factorial(n - 1)")),
        decision("d", literal("factorial(10)"), needs=["knowledge:factorial"]),
    )
    assert read_decisions(xml).evaluate("d", {}).value == 3_628_800


def test_endless_recursion_is_stopped():
    xml = definitions(knowledge("f", ["n"], literal("f(n + 1)")), decision("d", literal("f(1)"), needs=["knowledge:f"]))
    with pytest.raises(FeelBudgetExceeded, match="60 deep"):
        read_decisions(xml).evaluate("d", {})


def test_a_decision_service_is_a_function_of_its_inputs():
    service = (
        '<decisionService id="service" name="service"><outputDecision href="#double"/><inputData href="#x"/></decisionService>'
    )
    xml = definitions(
        input_data("x", "number"),
        decision("double", literal("x * 2"), needs=["input:x"]),
        service,
        decision("d", literal("service(21)"), needs=["knowledge:service"]),
    )
    model = read_decisions(xml)
    assert model.evaluate("d", {}).value == 42
    assert model.evaluate("service", {"x": 4}).value == 8


BOXES = {
    "context": (
        "<context><contextEntry><variable name='a'/>{two}</contextEntry>"
        "<contextEntry><variable name='b'/><literalExpression><text>a + 1</text></literalExpression></contextEntry></context>",
        {"a": 2, "b": 3},
    ),
    "context with a result": (
        "<context><contextEntry><variable name='a'/>{two}</contextEntry>"
        "<contextEntry><literalExpression><text>a * 10</text></literalExpression></contextEntry></context>",
        20,
    ),
    "list": ("<list>{two}{two}</list>", [2, 2]),
    "relation": ("<relation><column name='a'/><column name='b'/><row>{two}{two}</row></relation>", [{"a": 2, "b": 2}]),
    "conditional": ("<conditional><if>{yes}</if><then>{two}</then><else>{yes}</else></conditional>", 2),
    "for": ("<for iteratorVariable='i'><in>{numbers}</in><return>{i}</return></for>", [1, 2, 3]),
    "some": ("<some iteratorVariable='i'><in>{numbers}</in><satisfies>{big}</satisfies></some>", True),
    "every": ("<every iteratorVariable='i'><in>{numbers}</in><satisfies>{big}</satisfies></every>", False),
    "filter": ("<filter><in>{numbers}</in><match>{item}</match></filter>", [2, 3]),
    "function": (
        "<context><contextEntry><variable name='f'/><functionDefinition><formalParameter name='i'/>{i}</functionDefinition>"
        "</contextEntry><contextEntry><invocation><literalExpression><text>f</text></literalExpression>"
        "<binding><parameter name='i'/>{two}</binding></invocation></contextEntry></context>",
        2,
    ),
}


@pytest.mark.parametrize(("box", "value"), BOXES.values(), ids=BOXES.keys())
def test_boxed_expressions(box, value):
    texts = {"two": "2", "yes": "true", "numbers": "[1, 2, 3]", "i": "i", "big": "i > 2", "item": "item > 1"}
    logic = box.format(**{name: literal(text) for name, text in texts.items()})
    assert read_decisions(definitions(decision("d", logic))).evaluate("d", {}).value == value


def test_a_model_may_use_another_one():
    library = read_decisions(
        definitions(knowledge("say hello", ["name"], literal('"Hello " + name')), TYPES, namespace="urn:library")
    )
    xml = definitions(
        '<import name="lib" namespace="urn:library"/>',
        input_data("p", "lib.person"),
        decision("d", literal("lib.say hello(p.home town)"), needs=["input:p", "knowledge:urn:library#say hello"]),
    )
    assert imported_namespaces(xml) == ("urn:test", ("urn:library",))
    model = read_decisions(xml, imports=[library])
    assert model.evaluate("d", {"p": {"age": 1, "home town": "Bonn"}}).value == "Hello Bonn"
    with pytest.raises(MalformedDecisions, match=r"the model urn:library, which this one imports, is missing"):
        read_decisions(xml)


def test_now_and_host_functions_reach_every_decision():
    inner = decision("inner", literal("shift(now())"))
    model = read_decisions(definitions(inner, decision("outer", literal("inner"), needs=["decision:inner"])))
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    result = model.evaluate("outer", {}, now=noon, functions={"shift": lambda at: at.replace(hour=13)})
    assert result.value == noon.replace(hour=13)


def test_an_unknown_decision_is_refused_with_those_that_exist():
    model = read_decisions(definitions(decision("d", literal("1"))))
    with pytest.raises(NoSuchDecision, match="no decision 'e'; it has d"):
        model.evaluate("e", {})


def test_decisions_in_a_circle_are_refused_when_read():
    circle = definitions(decision("a", literal("b"), needs=["decision:b"]), decision("b", literal("a"), needs=["decision:a"]))
    with pytest.raises(MalformedDecisions, match="`a`, `b` require each other in a circle"):
        read_decisions(circle)
    with pytest.raises(DecisionsInCircle):
        read_decisions(circle, strict=False).evaluate("a", {})


def test_decisions_share_one_budget():
    loop = "count(for i in 1..1000 return i)"
    xml = definitions(decision("a", literal(loop)), decision("b", literal(f"a + {loop}"), needs=["decision:a"]))
    model = read_decisions(xml)
    assert model.evaluate("a", {}, budget=2500).value == 1000
    with pytest.raises(FeelBudgetExceeded):
        model.evaluate("b", {}, budget=2500)
