"""What compiles, what is refused by name, and that compiling can be stopped."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.spiff import CompileRefused, TokenFlow, compile_process, verify_compiles
from tests.engine.spiff.diagrams import (
    CUSTOMER_SERVICE,
    HEAD,
    MESSAGE,
    TIMER,
    boundary_timer,
    chain,
    compensation_throw,
    element,
    end,
    error_end,
    event_sub,
    exclusive,
    flow,
    inclusive,
    link_catch,
    link_throw,
    message,
    on_start,
    parallel,
    process,
    race,
    signal_throw,
    start,
    sub,
    task,
    user,
)
from tests.engine.spiff.player import Player
from tests.support.examples import examples
from tests.support.material import shared_data


def a_line(middle: str, *more: str) -> bytes:
    ident = middle.split('id="')[1].split('"')[0]
    return process(start(), middle, end(), chain("start", ident, "end"), *more)


def event(kind: str, definition: str, **attributes: str) -> str:
    return element(kind, "odd", f"<bpmn:{definition}EventDefinition/>", **attributes)


LOOP = '<bpmn:multiInstanceLoopCharacteristics isSequential="true"/>'
REFUSED = {
    "script task": a_line(element("scriptTask", "odd", "<bpmn:script>print(1)</bpmn:script>")),
    "transaction": a_line(element("transaction", "odd")),
    "ad-hoc sub-process": a_line(element("adHocSubProcess", "odd")),
    "complex gateway": a_line(element("complexGateway", "odd")),
    "multi-instance of a task that passes": a_line(element("task", "odd", LOOP)),
    "multi-instance of an event": a_line(element("intermediateCatchEvent", "odd", TIMER + LOOP)),
    "loop of an event": a_line(element("intermediateCatchEvent", "odd", TIMER + "<bpmn:standardLoopCharacteristics/>")),
    "compensation handler": a_line(element("userTask", "odd", isForCompensation="true")),
    "event sub-process without a trigger": a_line(user("a"), event_sub("odd", start("odd1"))),
    "event sub-process with two starts": a_line(user("a"), event_sub("odd", on_start("s", TIMER), on_start("t", TIMER))),
    "event sub-process that repeats": a_line(user("a"), event_sub("odd", on_start("s", TIMER), LOOP)),
    "flow into an event sub-process": a_line(event_sub("odd", on_start("s", TIMER))),
    "link without a name": a_line(event("intermediateThrowEvent", "link")),
    "link that nobody catches": process(start(), link_throw("odd", "there"), chain("start", "odd")),
    "link that two catch": process(
        start(), link_throw("t", "there"), link_catch("a", "there"), link_catch("odd", "there"), chain("start", "t")
    ),
    "link that goes into another scope": process(
        start(), link_throw("odd", "there"), sub("s", start("s1"), link_catch("odd2", "there")), chain("start", "odd")
    ),
    "flow out of a throwing link": a_line(link_throw("odd", "there"), link_catch("c", "there")),
    "flow into a catching link": process(start(), link_throw("t", "there"), link_catch("odd", "there"), chain("start", "odd")),
    "signal throw of nothing": a_line(event("intermediateThrowEvent", "signal")),
    "escalation throw of nothing": a_line(event("intermediateThrowEvent", "escalation")),
    "signal by expression": a_line(signal_throw("odd", "by-expression")),
    "error without a code": process(start(), error_end("odd", "without-code"), chain("start", "odd")),
    "compensation of nothing": a_line(compensation_throw("odd", "gone")),
    "signal catch of nothing": a_line(event("intermediateCatchEvent", "signal")),
    "cancel end": process(start(), event("endEvent", "cancel"), chain("start", "odd")),
    "conditional catch": a_line(event("intermediateCatchEvent", "conditional")),
    "catch of nothing": a_line(element("intermediateCatchEvent", "odd")),
    "two triggers": a_line(element("intermediateCatchEvent", "odd", TIMER + MESSAGE)),
    "signal end": process(start(), event("endEvent", "signal"), chain("start", "odd")),
    "error end": process(start(), event("endEvent", "error"), chain("start", "odd")),
    "signal start of nothing": process(event("startEvent", "signal"), end(), chain("odd", "end")),
    "error start of a process": process(event("startEvent", "error"), end(), chain("odd", "end")),
    "cancel boundary": a_line(user("a"), event("boundaryEvent", "cancel", attachedToRef="a"), chain("odd", "end")),
    "boundary on a task that passes": a_line(task("a"), boundary_timer("odd", "a"), chain("odd", "end")),
    "boundary on nothing": a_line(user("a"), boundary_timer("odd", "gone"), chain("odd", "end")),
    "duplicate id": a_line(user("odd"), user("odd")),
    "flow to nowhere": a_line(user("odd"), flow("odd", "gone")),
    "flow into a sub-process": process(
        start(), sub("s", start("s1"), user("a"), end("e1")), end(), flow("start", "a", ident="odd")
    ),
    "flow into a start": a_line(user("a"), element("startEvent", "odd", MESSAGE), flow("a", "odd")),
    "flow out of an end": a_line(user("a"), end("odd"), flow("a", "odd", ident="x"), flow("odd", "a", ident="y")),
    "exclusive flow without condition": process(
        start(), exclusive("g"), end("e"), chain("start", "g"), flow("g", "e", "= x", ident="fine"), flow("g", "e", ident="odd")
    ),
    "inclusive flow without condition": process(
        start(), inclusive("g"), end("e"), chain("start", "g"), flow("g", "e", "= x", ident="fine"), flow("g", "e", ident="odd")
    ),
    "condition behind a parallel gateway": a_line(parallel("odd"), end("e"), flow("odd", "e", "= x")),
    "empty condition": process(
        start(), exclusive("g"), end(), chain("start", "g"),
        element("sequenceFlow", "odd", "<bpmn:conditionExpression> </bpmn:conditionExpression>", sourceRef="g", targetRef="end"),
    ),
    "default that is not there": a_line(exclusive("odd", "gone")),
    "work behind an event-based gateway": process(start(), race("g"), user("odd"), end(), chain("start", "g", "odd", "end")),
    "raced event with a second way in": process(
        start(), parallel("f"), race("g"), message("odd"), end(), chain("start", "f", "g", "odd", "end"), chain("f", "odd")
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_would_run_wrong_is_refused_by_name(case):
    with pytest.raises(CompileRefused, match="odd"):
        compile_process(REFUSED[case], "p")


def test_a_refusal_gives_the_name_that_the_analyst_knows():
    with pytest.raises(CompileRefused, match=r"客户回访.*scriptTask odd"):
        compile_process(a_line(element("scriptTask", "odd", name="客户回访")), "p")


def test_a_start_that_is_missing_or_ambiguous_is_refused():
    with pytest.raises(CompileRefused, match="no start event"):
        compile_process(process(user("a"), end(), chain("a", "end")), "p")
    with pytest.raises(CompileRefused, match="2 start events"):
        compile_process(process(start("s"), start("t"), end(), chain("s", "end"), chain("t", "end")), "p")
    with pytest.raises(CompileRefused, match="no start event"):
        compile_process(a_line(sub("sub", user("a"), end("e"))), "p")


def test_of_several_starts_the_one_without_a_trigger_is_used():
    by_mail = element("startEvent", "by_mail", MESSAGE)
    flows = chain("by_mail", "a", "end") + chain("start", "b", "end")
    assert Player(process(by_mail, start(), user("a"), user("b"), end(), flows)).open == ["b"]


def test_an_only_start_may_have_a_trigger():
    assert Player(process(element("startEvent", "s", MESSAGE), user("a"), chain("s", "a"))).open == ["a"]


def test_ids_that_spiffworkflow_uses_itself_are_free_for_diagrams():
    flows = chain("Start", "Root", "p.EndJoin", "End")
    player = Player(process(start("Start"), user("Root"), user("p.EndJoin"), end("End"), flows))
    assert player.complete("Root", "p.EndJoin").ends == [("End",)]


def test_data_objects_lanes_and_notes_are_passed_over():
    beside = (
        '<bpmn:laneSet id="l"><bpmn:lane id="l1"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
        '<bpmn:dataObject id="o"/><bpmn:dataObjectReference id="r" dataObjectRef="o"/><bpmn:textAnnotation id="n"/>'
        '<bpmn:dataStoreReference id="st"/><!-- a comment --><?pi here?>'
    )
    assert Player(a_line(user("a"), beside)).open == ["a"]


def test_an_unknown_process_tells_which_there_are():
    with pytest.raises(CompileRefused, match=r'no process "q".*it has p'):
        compile_process(CUSTOMER_SERVICE, "q")


def test_broken_xml_is_refused():
    with pytest.raises(CompileRefused, match="cannot be read"):
        compile_process(CUSTOMER_SERVICE[:-20], "p")
    with pytest.raises(CompileRefused, match="cannot be read"):
        compile_process(b"", "p")


def test_a_process_that_is_not_executable_is_refused():
    with pytest.raises(CompileRefused, match="not marked as executable"):
        compile_process((HEAD + '<bpmn:process id="p" isExecutable="false"/></bpmn:definitions>').encode(), "p")


def test_equal_diagrams_have_equal_hashes_and_others_not():
    first, second = compile_process(CUSTOMER_SERVICE, "p"), compile_process(CUSTOMER_SERVICE, "p")
    assert first.hash == second.hash
    assert first.hash != compile_process(CUSTOMER_SERVICE.replace(b"PT15M", b"PT16M"), "p").hash


def test_a_chain_of_3000_activities_compiles_and_runs():
    idents = [f"t{number}" for number in range(3000)]
    player = Player(process(start(), *map(task, idents), user("last"), end(), chain("start", *idents, "last", "end")))
    assert player.complete("last").flow.ended


def test_sub_processes_nested_too_deep_are_refused():
    inner = user("a")
    for level in range(60):
        inner = sub(f"sub{level}", start(f"s{level}"), inner)
    with pytest.raises(CompileRefused, match="nested more than 50"):
        compile_process(process(start(), inner), "p")


def test_verifying_in_a_child_process_accepts_and_refuses_alike():
    verify_compiles(CUSTOMER_SERVICE, "p")
    with pytest.raises(CompileRefused, match="odd"):
        verify_compiles(REFUSED["script task"], "p")


def test_verifying_stops_a_compilation_that_takes_too_long():
    with pytest.raises(CompileRefused, match=r"not compiled after 0\.001 seconds"):
        verify_compiles(CUSTOMER_SERVICE, "p", timeout_seconds=0.001)


def test_a_data_reference_that_makes_spiffworkflow_search_for_ever_does_no_harm():
    association = "<bpmn:dataInputAssociation><bpmn:sourceRef>r</bpmn:sourceRef></bpmn:dataInputAssociation>"
    reader = element("task", "t", association)
    inner = sub("one", start("s1"), reader, end("e1"), chain("s1", "t", "e1"))
    outer = sub("two", start("s2"), inner, end("e2"), chain("s2", "one", "e2"))
    reference = '<bpmn:dataObject id="o"/><bpmn:dataObjectReference id="r" dataObjectRef="o"/>'
    verify_compiles(a_line(outer, reference), "p", timeout_seconds=60)


@pytest.mark.shared_data
def test_the_dangerous_diagram_is_refused_and_runs_nothing():
    xml = (shared_data() / "hostile" / "dangerous.bpmn").read_bytes()
    with pytest.raises(CompileRefused, match="scriptTask"):
        compile_process(xml, "dangerous")


@examples(300)
@given(data=st.data())
def test_a_damaged_diagram_is_refused_or_runs_but_never_breaks_anything(data):
    xml = CUSTOMER_SERVICE
    for _ in range(data.draw(st.integers(1, 3))):
        attributes = list(re.finditer(rb' \w+="([^"]*)"', xml))
        damaged = data.draw(st.sampled_from(attributes))
        other = data.draw(st.sampled_from(attributes)).group(1)
        new = data.draw(st.sampled_from([b"", damaged.group(0).replace(damaged.group(1), other)]))
        xml = xml[: damaged.start()] + new + xml[damaged.end() :]
    try:
        spec = compile_process(xml, "p")
    except CompileRefused:
        return
    flow = TokenFlow.start(spec, conditions=lambda *asked: True)
    TokenFlow.load(spec, flow.snapshot(), conditions=lambda *asked: True).cancel()
