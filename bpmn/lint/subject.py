"""What a rule looks at."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from lxml import etree

from bpmn.diagram import Diagram, EventKind, Node, NodeKind, Process
from bpmn.package import ProcessPackage


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A diagram (with its XML for what the model leaves out), perhaps in its package.

    `handlers` are the names that a service task may call, `functions` those that an expression may call besides FEEL's; None
    where they are not known, so that none is refused.
    """

    file: str
    diagram: Diagram
    root: etree._Element
    package: ProcessPackage | None = None
    handlers: Collection[str] | None = None
    functions: Collection[str] | None = None

    def nodes(self, *kinds: NodeKind) -> Iterator[Node]:
        """Yield the nodes of these kinds, or all."""
        return (node for _, node in self.diagram.nodes() if not kinds or node.kind in kinds)

    def events(self, *kinds: EventKind) -> Iterator[Node]:
        """Yield the nodes whose event is of one of these kinds."""
        return (node for node in self.nodes() if node.event and node.event.kind in kinds)

    def parent(self, process: Process, node: Node) -> Node | None:
        """Return the sub-process around a node."""
        return process.nodes.get(node.parent_id or "")
