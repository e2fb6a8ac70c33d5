"""From bytes to `Diagram`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from lxml import etree

from bpmn.diagram import events, zeebe
from bpmn.diagram.layout import read_layout
from bpmn.diagram.model import Artifact, Diagram, Flow, Lane, Node, NodeKind, Process
from bpmn.errors import InvalidFile
from bpmn.xml import BPMN, local_name, namespace, parse_xml, reference

_NODE_NAMES = frozenset(NodeKind)
_ARTIFACT_NAMES = frozenset(
    {
        "association",
        "dataInput",
        "dataInputAssociation",
        "dataObjectReference",
        "dataOutput",
        "dataOutputAssociation",
        "dataStoreReference",
        "group",
        "lane",
        "messageFlow",
        "participant",
        "textAnnotation",
    }
)


class MalformedDiagram(InvalidFile):
    """The XML is well-formed, but not a BPMN diagram that can be read without guessing."""


def read_diagram(data: bytes, *, source: str = "") -> Diagram:
    """Read a BPMN 2.0 file. `source` names it in messages.

    Raises what `bpmn.xml.parse_xml` raises, and MalformedDiagram where the root is not BPMN or an id stands twice.
    """
    return diagram_from(parse_xml(data, source=source), source=source)


def diagram_from(root: etree._Element, *, source: str = "") -> Diagram:
    """Like `read_diagram`, from an element that `parse_xml` gave."""
    if local_name(root) != "definitions" or namespace(root) != BPMN:
        raise _not_bpmn(root, source)
    declared = events.read_declarations(root)
    return Diagram(
        source=source,
        processes=tuple(_process(element, declared, source) for element in root.iter(f"{{{BPMN}}}process")),
        messages=declared.messages,
        artifacts=MappingProxyType({artifact.id: artifact for artifact in _artifacts(root)}),
        layout=read_layout(root),
    )


def id_of(element: etree._Element) -> str:
    """Return the element's id; one made of kind and line where the file gives none."""
    return element.get("id") or f"{local_name(element)}_line_{element.sourceline}"


@dataclass(slots=True)
class _Parts:
    """What a walk through one process collects."""

    nodes: dict[str, Node] = field(default_factory=dict)
    flows: dict[str, Flow] = field(default_factory=dict)
    lanes: list[Lane] = field(default_factory=list)


def _process(element: etree._Element, declared: events.Declarations, source: str) -> Process:
    parts = _Parts()
    for parent_id, child in _walk(element):
        name = local_name(child)
        if name == "lane":
            parts.lanes.append(_lane(child))
        elif name == "sequenceFlow":
            _keep(parts.flows, _flow(child), source)
        else:
            _keep(parts.nodes, _node(child, parent_id, declared), source)
    return Process(
        id=id_of(element),
        name=(element.get("name") or "").strip(),
        executable=element.get("isExecutable", "false") == "true",
        line=element.sourceline or 0,
        nodes=MappingProxyType(_joined(parts)),
        flows=MappingProxyType(parts.flows),
        lanes=tuple(parts.lanes),
        associations=MappingProxyType(_associations(element, parts.nodes)),
    )


def _associations(process: etree._Element, nodes: dict[str, Node]) -> dict[str, str]:
    """The associations between nodes; those of a collaboration stand outside its processes."""
    every = process.getroottree().getroot().iter(f"{{{BPMN}}}association")
    ends = ((reference(each.get("sourceRef")) or "", reference(each.get("targetRef")) or "") for each in every)
    return {source: target for source, target in ends if source in nodes and target in nodes}


def _walk(process: etree._Element) -> Iterator[tuple[str | None, etree._Element]]:
    """Yield (enclosing sub-process, element) for every node, flow and lane, in the file's order."""
    waiting: list[tuple[str | None, etree._Element]] = [(None, child) for child in reversed(process)]
    while waiting:
        parent_id, element = waiting.pop()
        name = local_name(element)
        if namespace(element) != BPMN:
            continue
        if name in _NODE_NAMES or name in ("sequenceFlow", "lane"):
            yield parent_id, element
        if name in ("laneSet", "lane", "childLaneSet"):
            waiting.extend((parent_id, child) for child in reversed(element))
        elif name in _NODE_NAMES and NodeKind(name).holds_nodes:
            waiting.extend((id_of(element), child) for child in reversed(element))


def _node(element: etree._Element, parent_id: str | None, declared: events.Declarations) -> Node:
    kind = NodeKind(local_name(element))
    interrupts = element.get("cancelActivity" if kind is NodeKind.BOUNDARY_EVENT else "isInterrupting", "true")
    return Node(
        id=id_of(element),
        name=(element.get("name") or "").strip(),
        kind=kind,
        line=element.sourceline or 0,
        parent_id=parent_id,
        documentation=(element.findtext(f"{{{BPMN}}}documentation") or "").strip(),
        default_flow=reference(element.get("default")),
        attached_to=reference(element.get("attachedToRef")),
        interrupting=interrupts.strip().lower() == "true",
        for_compensation=element.get("isForCompensation", "false") == "true",
        event_sub_process=element.get("triggeredByEvent", "false") == "true",
        event=events.read_event(element, declared),
        loop=zeebe.read_loop(element),
        work=zeebe.read_work(element),
    )


def _flow(element: etree._Element) -> Flow:
    condition = element.find(f"{{{BPMN}}}conditionExpression")
    return Flow(
        id=id_of(element),
        name=(element.get("name") or "").strip(),
        source=reference(element.get("sourceRef")) or "",
        target=reference(element.get("targetRef")) or "",
        line=element.sourceline or 0,
        condition=None if condition is None else "".join(condition.itertext()).strip(),
    )


def _lane(element: etree._Element) -> Lane:
    refs = (reference(ref.text) for ref in element.findall(f"{{{BPMN}}}flowNodeRef"))
    return Lane(id=id_of(element), name=(element.get("name") or "").strip(), node_ids=tuple(filter(None, refs)))


def _joined(parts: _Parts) -> dict[str, Node]:
    """Give every node its flows and its lane."""
    incoming: dict[str, list[str]] = {}
    outgoing: dict[str, list[str]] = {}
    for flow in parts.flows.values():
        outgoing.setdefault(flow.source, []).append(flow.id)
        incoming.setdefault(flow.target, []).append(flow.id)
    lanes = {node_id: lane.name for lane in parts.lanes for node_id in lane.node_ids}
    joined: dict[str, Node] = {}
    for node in parts.nodes.values():
        joined[node.id] = replace(
            node,
            incoming=tuple(incoming.get(node.id, ())),
            outgoing=tuple(outgoing.get(node.id, ())),
            lane=_lane_of(node, parts.nodes, lanes),
        )
    return joined


def _lane_of(node: Node, nodes: dict[str, Node], lanes: dict[str, str]) -> str | None:
    seen: set[str] = set()
    current: Node | None = node
    while current is not None and current.id not in seen:
        if current.id in lanes:
            return lanes[current.id]
        seen.add(current.id)
        current = nodes.get(current.attached_to or current.parent_id or "")
    return None


def _artifacts(root: etree._Element) -> Iterator[Artifact]:
    for element in root.iter(*(f"{{{BPMN}}}{name}" for name in _ARTIFACT_NAMES)):
        kind = local_name(element)
        ends = (element.get("sourceRef"), element.get("targetRef"))
        if kind.startswith("data") and kind.endswith("Association"):
            ends = (element.findtext(f"{{{BPMN}}}sourceRef"), element.findtext(f"{{{BPMN}}}targetRef"))
        text = element.findtext(f"{{{BPMN}}}text") if kind == "textAnnotation" else element.get("name")
        yield Artifact(
            id=id_of(element),
            kind=kind,
            name=(text or "").strip(),
            line=element.sourceline or 0,
            source=reference(ends[0]),
            target=reference(ends[1]),
        )


def _keep(collected: dict, item: Node | Flow, source: str) -> None:
    if item.id in collected:
        raise MalformedDiagram(
            f'the id "{item.id}" stands twice, also on line {collected[item.id].line}',
            source=source,
            line=item.line,
            way_out="Give one of the two elements an id of its own",
            fact_zh=f"标识“{item.id}”重复，另见第 {collected[item.id].line} 行",
            way_out_zh="请为其中一个元素改用唯一的标识",
        )
    collected[item.id] = item


def _not_bpmn(root: etree._Element, source: str) -> MalformedDiagram:
    return MalformedDiagram(
        f"the file starts with <{local_name(root)}> of namespace “{namespace(root)}”, not with BPMN 2.0 <definitions>",
        source=source,
        line=root.sourceline,
        way_out="Save the diagram as BPMN 2.0 XML",
        fact_zh=f"文件以命名空间“{namespace(root)}”的 <{local_name(root)}> 开头，而不是 BPMN 2.0 的 <definitions>",
        way_out_zh="请将流程图另存为 BPMN 2.0 XML",
    )
