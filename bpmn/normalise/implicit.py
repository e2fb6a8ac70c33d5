"""What BPMN lets a modeler leave out: starts, ends, and the gateway between an activity and its several flows."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from bpmn.diagram import NodeKind
from bpmn.normalise.references import unused
from bpmn.xml import BPMN, local_name, namespace

_HOLDERS = ("process", "subProcess", "transaction")
_NODES = frozenset(NodeKind)


def add_implicit_nodes(root: etree._Element) -> None:
    """Complete every process and sub-process."""
    known = {element.get("id") for element in root.iter() if isinstance(element.tag, str)}
    for element in list(root.iter(*(f"{{{BPMN}}}{name}" for name in _HOLDERS))):
        scope = _Scope.of(element, known)
        if scope.nodes or local_name(element) != "process":
            _add_start(scope)
            _add_ends(scope)
            _add_splits(scope)


@dataclass(slots=True)
class _Scope:
    """The nodes and flows that stand directly in one process or sub-process."""

    element: etree._Element
    known: set[str | None]
    nodes: dict[str, etree._Element] = field(default_factory=dict)
    outgoing: dict[str, list[etree._Element]] = field(default_factory=dict)
    entered: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, element: etree._Element, known: set[str | None]) -> _Scope:
        scope = cls(element, known)
        for child in element:
            if namespace(child) == BPMN and local_name(child) in _NODES:
                scope.nodes[child.get("id", "")] = child
            elif namespace(child) == BPMN and local_name(child) == "sequenceFlow":
                scope._note(child)
        return scope

    def add(self, kind: str, wanted_id: str) -> str:
        node_id = unused(wanted_id, self.known)
        self.nodes[node_id] = etree.SubElement(self.element, f"{{{BPMN}}}{kind}", {"id": node_id})
        return node_id

    def connect(self, source: str, target: str) -> None:
        flow_id = unused(f"{source}_to_{target}", self.known)
        attributes = {"id": flow_id, "sourceRef": source, "targetRef": target}
        self._note(etree.SubElement(self.element, f"{{{BPMN}}}sequenceFlow", attributes))

    def _note(self, flow: etree._Element) -> None:
        self.outgoing.setdefault(flow.get("sourceRef", ""), []).append(flow)
        self.entered.add(flow.get("targetRef", ""))


def _add_start(scope: _Scope) -> None:
    if any(local_name(node) == "startEvent" for node in scope.nodes.values()):
        return
    holder_id = scope.element.get("id")
    first = [node_id for node_id, node in scope.nodes.items() if _can_begin(node) and node_id not in scope.entered]
    if scope.nodes and not first:
        return
    start = scope.add("startEvent", f"{holder_id}_implicit_start")
    if not first:
        scope.connect(start, scope.add("endEvent", f"{holder_id}_implicit_end"))
    elif len(first) == 1:
        scope.connect(start, first[0])
    else:
        fork = scope.add("parallelGateway", f"{holder_id}_implicit_fork")
        scope.connect(start, fork)
        for node_id in first:
            scope.connect(fork, node_id)


def _add_ends(scope: _Scope) -> None:
    for node_id, node in list(scope.nodes.items()):
        if _can_end(node) and not scope.outgoing.get(node_id):
            scope.connect(node_id, scope.add("endEvent", f"{node_id}_implicit_end"))


def _add_splits(scope: _Scope) -> None:
    """Several plain flows out of one activity or event start several tokens: say so with a parallel gateway.

    Where one of the flows has a condition nothing is done; lint refuses that.
    """
    for node_id, node in list(scope.nodes.items()):
        flows = scope.outgoing.get(node_id, [])
        plain = all(flow.find(f"{{{BPMN}}}conditionExpression") is None for flow in flows)
        if len(flows) < 2 or local_name(node).endswith("Gateway") or not plain:
            continue
        fork = scope.add("parallelGateway", f"{node_id}_implicit_fork")
        for flow in flows:
            flow.set("sourceRef", fork)
        scope.outgoing[fork] = scope.outgoing.pop(node_id)
        scope.connect(node_id, fork)
        node.attrib.pop("default", None)
        for child in node.findall(f"{{{BPMN}}}outgoing"):
            node.remove(child)


def _can_begin(node: etree._Element) -> bool:
    return not (_stands_aside(node) or local_name(node) == "boundaryEvent" or _is_link(node, "intermediateCatchEvent"))


def _can_end(node: etree._Element) -> bool:
    compensation = node.find(f"{{{BPMN}}}compensateEventDefinition") is not None and local_name(node) == "boundaryEvent"
    ended = local_name(node) == "endEvent" or compensation or _is_link(node, "intermediateThrowEvent")
    return not (_stands_aside(node) or ended)


def _stands_aside(node: etree._Element) -> bool:
    return node.get("triggeredByEvent") == "true" or node.get("isForCompensation") == "true"


def _is_link(node: etree._Element, kind: str) -> bool:
    return local_name(node) == kind and node.find(f"{{{BPMN}}}linkEventDefinition") is not None
