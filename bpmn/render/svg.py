"""Put a diagram together: pools, then lines, then nodes, cut to what is drawn."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from bpmn.bpmn_io_port import PortFailed, laid_out
from bpmn.diagram import Artifact, Bounds, Diagram, Flow, Node, NodeKind, Process, read_diagram
from bpmn.normalise import normalise
from bpmn.render.artifacts import draw_artifact, draw_pool
from bpmn.render.canvas import FONT, Canvas
from bpmn.render.edges import (
    ASSOCIATION,
    DATA_ASSOCIATION,
    FLOW,
    MARKED_FLOW,
    MESSAGE_FLOW,
    EdgeStyle,
    box_around,
    draw_edge,
)
from bpmn.render.nodes import draw_halo, draw_node
from bpmn.render.palette import PAPER
from bpmn.xml import parse_xml

_MARGIN = 24.0
_POOLS = ("participant", "lane")


def render_svg(diagram_bytes: bytes, *, marked: Collection[str] = (), source: str = "", plane: int = 0) -> str:
    """Return the diagram as an SVG document. `marked` ids (nodes and flows) are shown in blue.

    A file without layout gets one. `plane` chooses among a file's several drawings. Raises InvalidFile.
    """
    diagram = read_diagram(diagram_bytes, source=source)
    if not diagram.layout.shapes:
        diagram = _with_layout(diagram, diagram_bytes)
    picture = _Picture(diagram, frozenset(marked), plane)
    picture.draw()
    return picture.document()


def _with_layout(diagram: Diagram, data: bytes) -> Diagram:
    try:
        return read_diagram(laid_out(parse_xml(normalise(data), source=diagram.source)), source=diagram.source)
    except PortFailed:
        return diagram


class _Picture:
    """One drawing in the making."""

    def __init__(self, diagram: Diagram, marked: frozenset[str], plane: int) -> None:
        self._diagram, self._marked, self._canvas = diagram, marked, Canvas()
        self._shapes = {key: shape for key, shape in diagram.layout.shapes.items() if shape.plane == plane}
        self._edges = {key: edge for key, edge in diagram.layout.edges.items() if edge.plane == plane}

    def draw(self) -> None:
        self._pools()
        self._holders()
        self._lines()
        self._boxes()

    def document(self) -> str:
        box = self._extent()
        name = next((process.name for process in self._diagram.processes if process.name), self._diagram.source or "BPMN")
        page = Canvas()
        with page.group(
            "svg",
            xmlns="http://www.w3.org/2000/svg",
            viewBox=f"{box.x:.0f} {box.y:.0f} {box.width:.0f} {box.height:.0f}",
            width=f"{box.width:.0f}",
            height=f"{box.height:.0f}",
            role="img",
            lang="zh-CN",
            font_family=FONT,
        ):
            page.add("title", name)
            page.add("rect", x=box.x, y=box.y, width=box.width, height=box.height, fill=PAPER)
            page.lines += self._canvas.lines
        return "\n".join(page.lines) + "\n"

    def _pools(self) -> None:
        executed = {node_id for process in self._diagram.processes for node_id in process.nodes}
        for kind in _POOLS:
            for artifact in self._drawn(self._diagram.artifacts.values()):
                shape = self._shapes[artifact.id] if artifact.kind == kind else None
                if shape:
                    empty = kind == "participant" and not self._holds(shape.bounds, executed)
                    draw_pool(self._canvas, artifact, shape, is_lane=kind == "lane", empty=empty)

    def _holds(self, box: Bounds, node_ids: Iterable[str]) -> bool:
        inner = (self._shapes[node_id].bounds for node_id in node_ids if node_id in self._shapes)
        return any(box.x <= b.x <= box.x + box.width and box.y <= b.y <= box.y + box.height for b in inner)

    def _holders(self) -> None:
        """Open sub-processes, outer ones first, lie under the lines inside them; so do halos."""
        for _, node in self._nodes():
            if node.id in self._marked:
                draw_halo(self._canvas, node, self._shapes[node.id].bounds)
            if self._is_open(node):
                draw_node(self._canvas, node, self._shapes[node.id], marked=node.id in self._marked)

    def _lines(self) -> None:
        for process, flow in self._diagram.flows():
            if flow.id in self._edges:
                draw_edge(self._canvas, self._edges[flow.id], self._flow_style(process, flow), name=flow.name, kind="flow")
        for artifact in self._diagram.artifacts.values():
            if artifact.id in self._edges:
                draw_edge(self._canvas, self._edges[artifact.id], _style_of(artifact), name=artifact.name, kind=artifact.kind)

    def _boxes(self) -> None:
        for artifact in self._drawn(self._diagram.artifacts.values()):
            if artifact.kind not in _POOLS:
                draw_artifact(self._canvas, artifact, self._shapes[artifact.id])
        nodes = [node for _, node in self._nodes() if not self._is_open(node)]
        for node in sorted(nodes, key=lambda node: node.kind is NodeKind.BOUNDARY_EVENT):
            draw_node(self._canvas, node, self._shapes[node.id], marked=node.id in self._marked)

    def _flow_style(self, process: Process, flow: Flow) -> EdgeStyle:
        look = MARKED_FLOW if flow.id in self._marked else FLOW
        source = process.nodes.get(flow.source)
        if source and source.default_flow == flow.id:
            return EdgeStyle(colour=look.colour, width=look.width, tail="slash")
        if source and flow.condition and source.kind.is_activity:
            return EdgeStyle(colour=look.colour, width=look.width, tail="diamond")
        return look

    def _nodes(self) -> Iterator[tuple[Process, Node]]:
        return ((process, node) for process, node in self._diagram.nodes() if node.id in self._shapes)

    def _is_open(self, node: Node) -> bool:
        return node.kind.holds_nodes and self._shapes[node.id].expanded is not False

    def _drawn(self, artifacts: Iterable[Artifact]) -> list[Artifact]:
        return [artifact for artifact in artifacts if artifact.id in self._shapes]

    def _extent(self) -> Bounds:
        boxes = [box for shape in self._shapes.values() for box in (shape.bounds, shape.label) if box]
        boxes += [box for edge in self._edges.values() for box in (box_around(edge), edge.label) if box]
        boxes = boxes or [Bounds(x=0, y=0, width=100, height=60)]
        left, top = min(box.x for box in boxes), min(box.y for box in boxes)
        right = max(box.x + box.width for box in boxes)
        bottom = max(box.y + box.height for box in boxes)
        return Bounds(x=left - _MARGIN, y=top - _MARGIN, width=right - left + 2 * _MARGIN, height=bottom - top + 2 * _MARGIN + 14)


def _style_of(artifact: Artifact) -> EdgeStyle:
    if artifact.kind == "messageFlow":
        return MESSAGE_FLOW
    return DATA_ASSOCIATION if artifact.kind.startswith("data") else ASSOCIATION
