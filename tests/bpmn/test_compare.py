"""What changed between two versions, told apart from what only moved."""

from bpmn.compare import compare
from bpmn.diagram import read_diagram
from tests.bpmn.samples import straight, tag, user_task, zeebe


def drawn(x: int, *elements: str) -> bytes:
    shape = (
        '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p"><bpmndi:BPMNShape bpmnElement="t">'
        f'<dc:Bounds x="{x}" y="0" width="100" height="80"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    )
    return straight(*elements).replace(b"</bpmn:definitions>", shape.encode() + b"</bpmn:definitions>")


def differences(old: bytes, new: bytes):
    return compare(read_diagram(old), read_diagram(new))


def test_the_same_diagram_has_no_differences() -> None:
    assert not differences(drawn(0, user_task("t")), drawn(0, user_task("t")))


def test_white_space_and_line_numbers_are_no_difference() -> None:
    data = straight(user_task("t"))
    assert not differences(data, data.replace(b">", b">\n"))


def test_moving_a_box_is_a_change_of_layout_only() -> None:
    found = differences(drawn(0, user_task("t")), drawn(50, user_task("t")))
    assert [element.id for element in found.layout_changed] == ["t"]
    assert (found.added, found.removed, found.changed) == ((), (), ())


def test_a_renamed_task_and_a_tightened_timer_are_named_with_before_and_after() -> None:
    def version(name: str, limit: str) -> bytes:
        timer = tag("timerEventDefinition", tag("timeDuration", limit))
        return straight(user_task("t", name=name), tag("intermediateCatchEvent", timer, id="w"))

    found = differences(version("处理", "PT2H"), version("处理需求", "PT1H"))
    told = [(each.element.name or each.element.id, change.label("zh"), change.old, change.new)
            for each in found.changed for change in each.properties]  # fmt: skip
    assert told == [("处理需求", "名称", "处理", "处理需求"), ("w", "时间或条件", "PT2H", "PT1H")]


def test_added_and_removed_elements_are_listed_with_their_flows() -> None:
    found = differences(straight(user_task("a")), straight(user_task("a"), user_task("b")))
    assert [element.id for element in found.added] == ["b", "a_b", "b_end"]
    assert [(element.id, element.kind) for element in found.removed] == [("a_end", "sequenceFlow")]


def test_extensions_are_compared_one_by_one() -> None:
    def version(groups: str) -> bytes:
        return straight(user_task("t", zeebe("assignmentDefinition", candidateGroups=groups)))

    (changed,) = differences(version("service"), version("service, technical")).changed
    assert [(change.property, change.label()) for change in changed.properties] == [("work.candidate_groups", "Candidate groups")]
