"""Ids, references and texts: without prefixes, without white space around them."""

from __future__ import annotations

import copy

from lxml import etree

from bpmn.xml import BPMN, ZEEBE, local_name, namespace, reference

_REFERENCES = frozenset(
    {
        "attachedToRef",
        "bpmnElement",
        "calledElement",
        "dataObjectRef",
        "dataStoreRef",
        "default",
        "errorRef",
        "escalationRef",
        "messageRef",
        "processRef",
        "signalRef",
        "sourceRef",
        "targetRef",
    }
)
_REFERENCE_TEXTS = ("eventDefinitionRef", "flowNodeRef", "incoming", "outgoing", "sourceRef", "targetRef")
_EXPRESSIONS = (
    "completionCondition",
    "condition",
    "conditionExpression",
    "loopCardinality",
    "loopCondition",
    "timeCycle",
    "timeDate",
    "timeDuration",
)


def set_missing_ids(root: etree._Element) -> None:
    """Give every BPMN element below the root that can carry an id the one by which the reader calls it."""
    known = {element.get("id") for element in root.iter() if isinstance(element.tag, str)}
    for element in root.iter(f"{{{BPMN}}}*"):
        name = local_name(element)
        carries_no_id = name in _EXPRESSIONS or name in _REFERENCE_TEXTS or name in ("extensionElements", "script", "text")
        if element.get("id") is None and not carries_no_id and element is not root:
            element.set("id", unused(f"{name}_line_{element.sourceline}", known))


def unused(wanted: str, known: set[str | None]) -> str:
    """Return an id like the one wanted that is not known yet, and note it."""
    candidate, number = wanted, 1
    while candidate in known:
        number += 1
        candidate = f"{wanted}_{number}"
    known.add(candidate)
    return candidate


def plain_references(root: etree._Element) -> None:
    """Write `tns:order` as `order`, and called processes where the parser looks for them."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for name in _REFERENCES.intersection(element.attrib):
            element.set(name, reference(element.get(name)) or "")
    for element in root.iter(*(f"{{{BPMN}}}{name}" for name in _REFERENCE_TEXTS)):
        element.text = reference("".join(element.itertext()))
    for called in root.iter(f"{{{ZEEBE}}}calledElement"):
        activity = next((above for above in called.iterancestors() if local_name(above) == "callActivity"), None)
        process_id = called.get("processId", "").strip()
        if activity is not None and process_id and not process_id.startswith("="):
            activity.set("calledElement", process_id)


def plain_texts(root: etree._Element) -> None:
    """Strip expressions and join what comments and CDATA have cut apart. Empty ones stay, for lint to name."""
    for element in list(root.iter(*(f"{{{BPMN}}}{name}" for name in _EXPRESSIONS))):
        text = "".join(element.itertext()).strip()
        for child in list(element):
            element.remove(child)
        element.text = text or None


def inline_event_definitions(root: etree._Element) -> None:
    """Put a copy of a shared event definition into each event that refers to it."""
    shared = {child.get("id"): child for child in root if local_name(child).endswith("EventDefinition")}
    for ref in list(root.iter(f"{{{BPMN}}}eventDefinitionRef")):
        event, definition = ref.getparent(), shared.get(ref.text)
        if event is None or definition is None or namespace(definition) != BPMN:
            continue
        inlined = copy.deepcopy(definition)
        inlined.set("id", f"{event.get('id')}_{definition.get('id')}")
        inlined.tail = ref.tail
        event.replace(ref, inlined)
