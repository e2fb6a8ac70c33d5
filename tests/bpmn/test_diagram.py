"""What the reader keeps of a diagram."""

import pytest

from bpmn.diagram import EventKind, MalformedDiagram, NodeKind, TimerKind, feel_source, read_diagram
from tests.bpmn.samples import HEAD, diagram, end, extended, flow, start, straight, tag, user_task, zeebe

MESSAGE = tag("message", tag("extensionElements", zeebe("subscription", correlationKey="= case")), id="M", name="answer")
SHAPE = (
    '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">'
    '<bpmndi:BPMNShape bpmnElement="start"><dc:Bounds x="10" y="20" width="36" height="36"/>'
    '<bpmndi:BPMNLabel><dc:Bounds x="1" y="60" width="50" height="14"/></bpmndi:BPMNLabel></bpmndi:BPMNShape>'
    '<bpmndi:BPMNShape bpmnElement="end"><dc:Bounds x="NaN" y="20" width="36" height="36"/></bpmndi:BPMNShape>'
    '<bpmndi:BPMNEdge bpmnElement="start_end"><di:waypoint x="46" y="38"/><di:waypoint x="90" y="38"/></bpmndi:BPMNEdge>'
    "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"
)


def test_flows_are_known_at_both_ends_also_when_the_file_does_not_list_them() -> None:
    process = read_diagram(straight(user_task("t"))).process("p")
    assert process.nodes["t"].incoming == ("start_t",)
    assert process.nodes["t"].outgoing == ("t_end",)
    assert process.executable
    assert [node.id for node in process.inside(None)] == ["start", "t", "end"]


def test_the_zeebe_extensions_are_read_as_work() -> None:
    data = straight(
        extended(
            "userTask",
            "t",
            zeebe("formDefinition", formId="handle"),
            zeebe("assignmentDefinition", assignee="= owner", candidateGroups="a, b", candidateUsers="= users"),
            zeebe("taskSchedule", dueDate="= due", followUpDate="= later"),
            zeebe("priorityDefinition", priority="70"),
            zeebe("ioMapping", zeebe("input", source="= a", target="x"), zeebe("output", source="= b", target="y")),
            zeebe("properties", zeebe("property", name="stage", value="handle")),
        ),
        extended(
            "serviceTask",
            "s",
            zeebe("taskDefinition", type="notify", retries="2"),
            zeebe("taskHeaders", zeebe("header", key="template", value="result")),
        ),
        extended("businessRuleTask", "r", zeebe("calledDecision", decisionId="classify", resultVariable="found")),
    )
    nodes = read_diagram(data).process("p").nodes
    work = nodes["t"].work
    assert (work.form_id, work.assignee, work.candidate_groups, work.candidate_users) == (
        "handle", "= owner", "a, b", "= users",
    )  # fmt: skip
    assert (work.due_date, work.follow_up_date, work.priority) == ("= due", "= later", "70")
    assert (work.inputs, work.outputs, dict(work.properties)) == ((("= a", "x"),), (("= b", "y"),), {"stage": "handle"})
    assert (nodes["s"].work.handler, nodes["s"].work.retries, nodes["s"].work.headers["template"]) == ("notify", 2, "result")
    assert (nodes["r"].work.decision_id, nodes["r"].work.result_variable) == ("classify", "found")


def test_boundary_timers_say_where_they_sit_and_whether_they_interrupt() -> None:
    timer = tag("timerEventDefinition", tag("timeDuration", " PT15M "))
    data = diagram(
        start(), user_task("t"), end(), flow("start", "t"), flow("t", "end"),
        tag("boundaryEvent", timer, id="b", attachedToRef="t", cancelActivity="false"),
    )  # fmt: skip
    node = read_diagram(data).process("p").nodes["b"]
    assert (node.attached_to, node.interrupting, node.kind) == ("t", False, NodeKind.BOUNDARY_EVENT)
    assert (node.event.kind, node.event.timer_kind, node.event.expression) == (
        EventKind.TIMER, TimerKind.DURATION, "PT15M",
    )  # fmt: skip


def test_messages_come_with_name_and_correlation_key_also_by_qualified_name() -> None:
    catch = tag("intermediateCatchEvent", tag("messageEventDefinition", messageRef="tns:M"), id="c")
    node = read_diagram(straight(catch, before=MESSAGE)).process("p").nodes["c"]
    assert (node.event.message_name, node.event.correlation_key) == ("answer", "= case")


def test_several_definitions_make_a_multiple_event() -> None:
    both = tag("messageEventDefinition") + tag("timerEventDefinition")
    node = read_diagram(straight(tag("intermediateCatchEvent", both, id="c"))).process("p").nodes["c"]
    assert node.event.kind is EventKind.MULTIPLE


def test_lanes_are_inherited_by_boundary_events_and_by_what_stands_in_a_sub_process() -> None:
    lanes = tag("laneSet", tag("lane", tag("flowNodeRef", " sub "), id="l", name="客服专员"))
    data = diagram(
        lanes,
        tag("subProcess", user_task("inner"), id="sub"),
        tag("boundaryEvent", tag("timerEventDefinition"), id="b", attachedToRef="inner"),
    )
    nodes = read_diagram(data).process("p").nodes
    assert {nodes[key].lane for key in ("sub", "inner", "b")} == {"客服专员"}
    assert nodes["inner"].parent_id == "sub"


def test_conditions_keep_their_text_and_an_empty_one_is_not_a_missing_one() -> None:
    data = diagram(start(), end(), end("e2"), flow("start", "end", "\n = a > 1 "), flow("start", "e2", " "))
    flows = read_diagram(data).process("p").flows
    assert flows["start_end"].condition == "= a > 1"
    assert flows["start_e2"].condition == ""
    assert read_diagram(straight()).process("p").flows["start_end"].condition is None


def test_layout_is_read_and_numbers_that_cannot_be_drawn_are_left_out() -> None:
    layout = read_diagram(diagram(start(), end(), flow("start", "end"), after=SHAPE)).layout
    assert layout.shapes["start"].bounds.x == 10
    assert layout.shapes["start"].label.width == 50
    assert "end" not in layout.shapes
    assert [point.x for point in layout.edges["start_end"].points] == [46, 90]


def test_elements_without_id_are_called_by_kind_and_line() -> None:
    node = next(iter(read_diagram(diagram(tag("task", name="Nameless"))).process("p").nodes.values()))
    assert node.id == "task_line_3"


def test_an_id_that_stands_twice_is_refused_with_both_lines() -> None:
    with pytest.raises(MalformedDiagram, match=r'x\.bpmn, line 7: the id "t" stands twice, also on line 3'):
        read_diagram(diagram(user_task("t"), user_task("t")), source="x.bpmn")


@pytest.mark.parametrize(
    "data", [b"<html/>", b"<definitions/>", HEAD.replace("20100524", "19990101").encode() + b"</bpmn:definitions>"]
)
def test_what_is_not_bpmn_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedDiagram, match=r"Save the diagram as BPMN 2\.0"):
        read_diagram(data, source="x.bpmn")


@pytest.mark.parametrize(
    ("text", "source"), [("= a > 1", "a > 1"), (" =a", "a"), ("PT15M", None), ("", None), (None, None), ("=", "")]
)
def test_a_leading_equals_sign_means_feel(text: str | None, source: str | None) -> None:
    assert feel_source(text) == source
