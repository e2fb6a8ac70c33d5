"""Diagrams that others drew (BPMN MIWG's reference models, customer service examples) go through every door."""

from __future__ import annotations

import pytest
from lxml import etree

from bpmn.compare import compare
from bpmn.diagram import read_diagram
from bpmn.lint import check_diagram
from bpmn.normalise import normalise
from bpmn.render import render_svg
from tests.support.material import ROOT, shared_data

REFERENCE = (
    *("A.1.0", "A.2.0", "A.2.1", "A.3.0", "A.4.0", "A.4.1", "B.1.0", "B.2.0", "C.1.0", "C.1.1", "C.2.0", "C.3.0"),
    *("C.4.0", "C.5.0", "C.6.0", "C.7.0", "C.8.0", "C.8.1", "C.9.0", "C.9.1", "C.9.2"),
)
FILES = [f"miwg-reference/{name}.bpmn" for name in REFERENCE] + [
    f"customer-service/camunda-consulting_{name}.bpmn"
    for name in (
        "one-time-examples_en_skill-based-routing_handleClaimSimulation",
        "one-time-examples_incident-management_incidentManagement",
        "one-time-examples_validate-claims_process",
        "snippets_fulltext-tasklist_incidentProcess",
        "snippets_incident_handle_by_process_incident-management",
    )
]
pytestmark = pytest.mark.shared_data


def read(name: str) -> bytes:
    return (shared_data() / "diagrams" / name).read_bytes()


def test_all_files_of_the_folder_are_read() -> None:
    folder = shared_data() / "diagrams"
    paths = [path for path in folder.rglob("*") if path.is_file()]
    assert len(paths) >= len(FILES)
    for path in paths:
        assert list(read_diagram(path.read_bytes(), source=path.name).nodes())


@pytest.mark.parametrize("name", FILES)
def test_a_diagram_is_normalised_without_losing_an_element(name: str) -> None:
    before, after = read_diagram(read(name)), read_diagram(normalise(read(name)))
    assert {node.id for _, node in before.nodes()} <= {node.id for _, node in after.nodes()}
    assert {flow.id for _, flow in before.flows()} <= {flow.id for _, flow in after.flows()}
    assert not [element for element in compare(before, after).layout_changed if "Association" not in element.kind]


@pytest.mark.parametrize("name", FILES)
def test_a_diagram_is_linted_and_no_rule_fails(name: str) -> None:
    findings = check_diagram(read(name), source=name)
    assert findings, "none of them was drawn for this engine"
    assert not [finding for finding in findings if " failed: " in finding.message]
    assert all(finding.message_zh and finding.way_out for finding in findings)


@pytest.mark.parametrize("name", FILES)
def test_a_diagram_is_drawn_with_every_node_that_has_a_place(name: str) -> None:
    svg = etree.fromstring(render_svg(read(name)).encode())
    drawn = {element.get("data-element-id") for element in svg.iter()}
    diagram = read_diagram(read(name))
    placed = {key for key, shape in diagram.layout.shapes.items() if shape.plane == 0}
    assert {node.id for _, node in diagram.nodes()} & placed <= drawn


def test_none_of_them_was_copied_into_the_project() -> None:
    ours = {path.read_bytes() for path in (ROOT / "processes").rglob("*.bpmn")}
    assert not ours & {read(name) for name in FILES}
