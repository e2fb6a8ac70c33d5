"""Read the `zeebe:` extensions (the dialect of Camunda 8) and loop markers."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from lxml import etree

from bpmn.diagram.model import Loop, Work
from bpmn.xml import BPMN, ZEEBE

# Work's field, the extension element, its attribute.
_ATTRIBUTES = (
    ("form_id", "formDefinition", "formId"),
    ("assignee", "assignmentDefinition", "assignee"),
    ("candidate_groups", "assignmentDefinition", "candidateGroups"),
    ("candidate_users", "assignmentDefinition", "candidateUsers"),
    ("due_date", "taskSchedule", "dueDate"),
    ("follow_up_date", "taskSchedule", "followUpDate"),
    ("priority", "priorityDefinition", "priority"),
    ("handler", "taskDefinition", "type"),
    ("decision_id", "calledDecision", "decisionId"),
    ("result_variable", "calledDecision", "resultVariable"),
    ("called_process", "calledElement", "processId"),
    ("called_binding", "calledElement", "bindingType"),
    ("called_version", "calledElement", "versionTag"),
)


def read_work(node: etree._Element) -> Work:
    """Return the node's own zeebe extensions; an empty Work where it has none."""
    extensions = node.find(f"{{{BPMN}}}extensionElements")
    found: dict[str, Any] = {}
    if extensions is not None:
        for field_name, element_name, attribute in _ATTRIBUTES:
            element = extensions.find(f"{{{ZEEBE}}}{element_name}")
            found[field_name] = None if element is None else (element.get(attribute) or "").strip() or None
        found.update(_collections(extensions))
    found["called_process"] = found.get("called_process") or node.get("calledElement")
    return Work(**found)


def read_loop(node: etree._Element) -> Loop | None:
    """Return the node's loop or multi-instance marker."""
    standard = node.find(f"{{{BPMN}}}standardLoopCharacteristics")
    if standard is not None:
        return Loop(
            multi_instance=False,
            sequential=True,
            condition=_text(standard, "loopCondition"),
            test_before=standard.get("testBefore") == "true",
            maximum=standard.get("loopMaximum"),
        )
    multi = node.find(f"{{{BPMN}}}multiInstanceLoopCharacteristics")
    if multi is None:
        return None
    zeebe = next(multi.iter(f"{{{ZEEBE}}}loopCharacteristics"), None)
    attributes = {} if zeebe is None else zeebe.attrib
    return Loop(
        multi_instance=True,
        sequential=multi.get("isSequential", "false") == "true",
        input_collection=attributes.get("inputCollection"),
        input_element=attributes.get("inputElement"),
        output_collection=attributes.get("outputCollection"),
        output_element=attributes.get("outputElement"),
        cardinality=_text(multi, "loopCardinality"),
        condition=_text(multi, "completionCondition"),
        behavior=multi.get("behavior"),
    )


def _collections(extensions: etree._Element) -> dict[str, Any]:
    retries = next((each.get("retries", "") for each in extensions.iter(f"{{{ZEEBE}}}taskDefinition")), "").strip()
    return {
        "retries": int(retries) if retries.isascii() and retries.isdigit() and len(retries) < 4 else None,
        "headers": _pairs(extensions, "taskHeaders", "header", "key"),
        "properties": _pairs(extensions, "properties", "property", "name"),
        "inputs": _mappings(extensions, "input"),
        "outputs": _mappings(extensions, "output"),
    }


def _pairs(extensions: etree._Element, group: str, item: str, key: str) -> MappingProxyType[str, str]:
    items = extensions.iterfind(f"{{{ZEEBE}}}{group}/{{{ZEEBE}}}{item}")
    return MappingProxyType({each.get(key, ""): each.get("value", "") for each in items})


def _mappings(extensions: etree._Element, direction: str) -> tuple[tuple[str, str], ...]:
    items = extensions.iterfind(f"{{{ZEEBE}}}ioMapping/{{{ZEEBE}}}{direction}")
    return tuple((each.get("source", "").strip(), each.get("target", "").strip()) for each in items)


def _text(element: etree._Element, name: str) -> str | None:
    child = element.find(f"{{{BPMN}}}{name}")
    return None if child is None else "".join(child.itertext()).strip() or None
