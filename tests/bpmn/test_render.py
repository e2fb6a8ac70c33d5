"""Diagrams as SVG: complete, escaped, readable."""

import pytest
from lxml import etree

from bpmn.diagram import NodeKind
from bpmn.errors import InvalidFile
from bpmn.render import render_svg
from bpmn.render.text import width, wrap
from tests.bpmn.samples import diagram, start, straight, tag, user_task


def drawn(data: bytes, **more: object) -> etree._Element:
    return etree.fromstring(render_svg(data, **more).encode())


def ids(svg: etree._Element) -> list[str]:
    return [element.get("data-element-id") for element in svg.iter() if element.get("data-element-id")]


def test_a_diagram_without_layout_gets_one_and_every_element_is_drawn() -> None:
    svg = drawn(straight(user_task("t")))
    assert sorted(ids(svg)) == ["end", "start", "start_t", "t", "t_end"]
    assert svg.get("viewBox")
    assert svg.get("role") == "img"


def test_marked_elements_carry_a_class() -> None:
    svg = drawn(straight(user_task("t")), marked=["t"])
    assert [element.get("class") for element in svg.iter() if element.get("data-element-id") == "t"] == ["node userTask marked"]


def test_names_are_shown_as_text_never_as_markup() -> None:
    name = '<script>alert("1")</script>&'
    svg = render_svg(straight(user_task("t", name=name)))
    assert "<script" not in svg
    assert etree.fromstring(svg.encode()).findall(".//{*}title")[1].text is not None
    assert name in {element.text for element in etree.fromstring(svg.encode()).iter("{*}title")}


def test_attributes_cannot_be_broken_out_of() -> None:
    svg = drawn(diagram(tag("task", id='t"onload="x'), start()))
    assert not [element for element in svg.iter() if element.get("onload")]


@pytest.mark.parametrize("kind", [kind for kind in NodeKind if kind is not NodeKind.BOUNDARY_EVENT])
def test_every_kind_of_node_can_be_drawn(kind: NodeKind) -> None:
    shape = (
        '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p"><bpmndi:BPMNShape bpmnElement="x">'
        '<dc:Bounds x="0" y="0" width="1" height="0"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    )
    assert "x" in ids(drawn(diagram(tag(kind.value, id="x", name="很长的名称" * 30), after=shape)))


def test_a_file_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(InvalidFile):
        render_svg(b"<a>")


def test_an_empty_diagram_is_an_empty_picture() -> None:
    assert ids(drawn(diagram())) == []


def test_chinese_breaks_anywhere_but_never_before_a_comma() -> None:
    assert wrap("处理客户的需求，直到解决", 84, 12) == ["处理客户的需求，", "直到解决"]
    assert all(width(line, 12) <= 60 for line in wrap("处理客户的需求直到解决" * 5, 60, 12))


def test_english_breaks_at_spaces_and_long_words_where_they_must() -> None:
    assert wrap("handle the request", 70, 12) == ["handle the", "request"]
    assert len(wrap("x" * 200, 70, 12)) > 5


def test_what_does_not_fit_ends_in_dots() -> None:
    lines = wrap("one two three four five six seven", 40, 12, most_lines=2)
    assert len(lines) == 2
    assert lines[-1].endswith("…")
