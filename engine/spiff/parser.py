"""Builds our task specs from BPMN XML through SpiffWorkflow's parser.

SpiffWorkflow's own walk recurses along the flows (a long chain overflows), orders branches by their height on the
drawing, resolves data references in a loop that may never end, and accepts elements that it then runs wrong. So only
its reading and indexing of the XML is used: each scope's elements are built in the order of the file, then connected.
What is not in the tables below is refused by name.
"""

from collections.abc import Iterator

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.specs import WorkflowSpec

from engine.spiff import compensation, events, gateways, nodes
from engine.spiff.errors import CompileRefused
from engine.spiff.event_readers import BoundaryReader, CatchReader, EndReader, StartReader, ThrowReader
from engine.spiff.readers import LOOPS, NodeReader, PassOrWorkReader, WorkReader, in_words, local_name
from engine.spiff.scripts import FlowCondition

BESIDE_THE_FLOW = frozenset(
    {
        "documentation", "extensionElements", "laneSet", "sequenceFlow", "textAnnotation", "association", "group",
        "dataObject", "dataObjectReference", "dataStoreReference", "ioSpecification", "property", "auditing", "monitoring",
        "incoming", "outgoing", "dataInputAssociation", "dataOutputAssociation", *LOOPS,
    }
)  # fmt: skip
"""Elements inside a process that no token ever visits."""

DEEPEST_NESTING = 50


class ScopeReader(WorkReader):
    """Embedded sub-processes and event sub-processes; their inside is a scope of its own."""

    def _build(self, event: str) -> nodes.FlowNode:
        outer = self.process_parser
        by_event = self.node.get("triggeredByEvent") == "true"
        if by_event and self.spec is not outer.spec:
            raise CompileRefused(f"{in_words(self.node)} is an event sub-process and repeated: choose one.")
        scope_class = nodes.EventScopeNode if by_event else nodes.ScopeNode
        scope = scope_class(self.spec, self.bpmn_id, element="subProcess")
        inner = ScopeParser(outer.parser, self.node, self.nsmap, {}, filename=self.filename)
        inner.nesting = outer.nesting + 1
        inner.is_event_scope = by_event
        if inner.nesting > DEEPEST_NESTING:
            raise CompileRefused(f"{in_words(self.node)} is nested more than {DEEPEST_NESTING} sub-processes deep.")
        inner.get_spec()
        scope.start = inner.only_event_start() if by_event else inner.only_start()
        scope.event_starts = inner.event_starts
        scope.compensation = inner.own_compensation()
        if by_event:
            scope.start.event_scope = scope
            outer.event_starts.append(scope.start)
        return scope


class ScopeParser(ProcessParser):
    """Builds all nodes of a process or sub-process, then connects them."""

    nesting = 0
    is_event_scope = False

    def _parse(self) -> None:
        self.spec = WorkflowSpec(name=self.bpmn_id)
        self.event_starts: list[nodes.EventStartNode] = []
        self.links_in: dict[str, nodes.FlowNode] = {}
        self.links_out: list[tuple[nodes.FlowNode, str]] = []
        self.starts: dict[str, list[nodes.FlowNode]] = {}
        self.own: dict[str, nodes.FlowNode] = {}
        for element in self._flow_elements():
            reader, spec_class = self.parser._get_parser_class(element.tag)
            if reader is None:
                raise CompileRefused(f"{in_words(element)} is an element that this engine does not run; replace it.")
            node = reader(self, spec_class, element, self.nsmap).create_task()
            self.own[node.bpmn_id] = self.parser.nodes_by_id[node.bpmn_id] = node
        self._attach_boundaries()
        for node_id in list(self.own):
            for flow in self.get_outgoing_sequence_flows(node_id):
                self._connect(flow)
            self._check_default(self.own[node_id])
        self._connect_links()

    def refuse_loose_flows(self) -> None:
        """Raises CompileRefused for a sequence flow that connects nothing, which would otherwise go unnoticed."""
        for flow in self.xpath(".//bpmn:sequenceFlow"):
            if not flow.get("id") or flow.get("sourceRef") not in self.parser.nodes_by_id:
                ends = f'from "{flow.get("sourceRef")}" to "{flow.get("targetRef")}"'
                raise CompileRefused(f"A sequence flow {ends} has no id or no source; draw it again.")

    def only_start(self) -> nodes.FlowNode:
        """The start by which a token enters: the one without a trigger, or the only one of a process.

        Raises CompileRefused when there is none or more than one.
        """
        every = [start for starts in self.starts.values() for start in starts]
        plain = self.starts.get("", [])
        if len(plain) == 1 and (self.nesting == 0 or len(every) == 1):
            return plain[0]
        if self.nesting == 0 and len(every) == 1:
            return every[0]
        told = "no start event" if not every else f"{len(every)} start events, of which {len(plain)} have no trigger"
        raise CompileRefused(f"{in_words(self.node)} has {told}; exactly one without a trigger is needed.")

    def only_event_start(self) -> nodes.EventStartNode:
        """The event that starts this event sub-process. Raises CompileRefused unless there is exactly one."""
        every = [start for starts in self.starts.values() for start in starts]
        if len(every) != 1:
            raise CompileRefused(f"{in_words(self.node)} has {len(every)} start events; exactly one with a trigger is needed.")
        return every[0]

    def own_compensation(self) -> nodes.EventScopeNode | None:
        """The event sub-process that undoes this sub-process. Raises CompileRefused when there are several."""
        found = [start for start in self.event_starts if isinstance(start, compensation.CompensationStartNode)]
        if len(found) > 1:
            raise CompileRefused(f"{in_words(self.node)} has {len(found)} compensation event sub-processes; keep one.")
        return found[0].event_scope if found else None

    def _flow_elements(self) -> Iterator:
        own_namespace = full_tag("")
        for child in self.node:
            if not isinstance(child.tag, str) or local_name(child) in BESIDE_THE_FLOW:
                continue
            if child.tag.startswith(own_namespace):
                yield child

    def _attach_boundaries(self) -> None:
        for boundary in [node for node in self.own.values() if isinstance(node, nodes.BoundaryNode)]:
            element = self.get_node_by_id(boundary.bpmn_id)
            host = self.own.get(element.get("attachedToRef"))
            if not isinstance(host, nodes.ActivityNode) or host.element.endswith("Event"):
                raise CompileRefused(
                    f"{in_words(element)} must stand on an activity that waits: a task with work, "
                    "a receive task or a sub-process."
                )
            boundary.host = host
            if isinstance(boundary, compensation.CompensationBoundaryNode):
                self._give_handler(host, boundary)
            else:
                host.boundaries.append(boundary)

    def _give_handler(self, host: nodes.ActivityNode, boundary: nodes.BoundaryNode) -> None:
        """Each run of a multi-instance activity is undone by itself, so the handler belongs to its body."""
        handler = self.own.get(self.parser.associations.get(boundary.bpmn_id))
        element = in_words(self.get_node_by_id(boundary.bpmn_id))
        if handler is None or not handler.for_compensation:
            raise CompileRefused(f"{element} is not associated with an activity for compensation; connect it to one.")
        undone = host.body if host.holds_runs else host
        if undone.compensation is not None:
            raise CompileRefused(f'{element} is one of several compensations of "{host.bpmn_id}"; keep one.')
        undone.compensation = handler

    def _connect(self, flow) -> None:
        source, target = self.own[flow.get("sourceRef")], self.own.get(flow.get("targetRef"))
        if target is None:
            raise CompileRefused(
                f'The flow "{flow.get("id")}" out of "{source.bpmn_id}" leads nowhere inside its process '
                "or sub-process; connect it again."
            )
        default = source.may_have_default and self._default_of(source) == flow.get("id")
        condition = None if default else self._condition(flow)
        connection = nodes.Flow(id=flow.get("id"), source=source, target=target, condition=condition, is_default=default)
        source.connect(target)
        source.outgoing.append(connection)
        target.incoming.append(connection)

    def _connect_links(self) -> None:
        for source, name in self.links_out:
            target = self.links_in.get(name)
            if target is None or source.outgoing:
                raise CompileRefused(
                    f'"{source.bpmn_id}" throws the link "{name}": exactly one event in the same process or '
                    "sub-process must catch it, and no flow may leave the throwing one."
                )
            name = f"{source.bpmn_id}>{target.bpmn_id}"
            link = nodes.Flow(id=name, source=source, target=target, condition=None, is_default=False, is_drawn=False)
            source.outgoing.append(link)
            target.incoming.append(link)
        for name, target in self.links_in.items():
            if not target.incoming or any(flow.is_drawn for flow in target.incoming):
                raise CompileRefused(
                    f'"{target.bpmn_id}" catches the link "{name}": an event must throw it, and no flow may '
                    "lead to the catching one."
                )

    def _check_default(self, node: nodes.FlowNode) -> None:
        default = self._default_of(node)
        if default and node.may_have_default and default not in [flow.id for flow in node.outgoing]:
            raise CompileRefused(f'"{node.bpmn_id}" names "{default}" as its default flow, but no such flow leaves it.')

    def _default_of(self, node: nodes.FlowNode) -> str | None:
        return self.get_node_by_id(node.bpmn_id).get("default")

    def _condition(self, flow) -> FlowCondition | None:
        text = self.parse_condition(flow)
        if text is None and not self._xpath(flow, "./bpmn:conditionExpression"):
            return None
        if not (text or "").strip():
            raise CompileRefused(f"{in_words(flow)} has an empty condition; write it or remove it.")
        return FlowCondition(flow_id=flow.get("id"), expression=text.strip())


class FlowParser(BpmnParser):
    """Reads one document. A fresh one is needed for each compilation (P21)."""

    PROCESS_PARSER_CLASS = ScopeParser
    PARSER_CLASSES = {  # noqa: RUF012 - SpiffWorkflow's own extension point
        full_tag("startEvent"): (StartReader, nodes.FlowNode),
        full_tag("endEvent"): (EndReader, nodes.EndNode),
        full_tag("task"): (PassOrWorkReader, nodes.FlowNode),
        full_tag("manualTask"): (PassOrWorkReader, nodes.FlowNode),
        full_tag("userTask"): (WorkReader, nodes.WorkNode),
        full_tag("serviceTask"): (WorkReader, nodes.WorkNode),
        full_tag("businessRuleTask"): (WorkReader, nodes.WorkNode),
        full_tag("sendTask"): (WorkReader, nodes.WorkNode),
        full_tag("receiveTask"): (WorkReader, events.ReceiveNode),
        full_tag("callActivity"): (WorkReader, nodes.WorkNode),
        full_tag("subProcess"): (ScopeReader, nodes.ScopeNode),
        full_tag("exclusiveGateway"): (NodeReader, gateways.ExclusiveNode),
        full_tag("parallelGateway"): (NodeReader, gateways.ParallelNode),
        full_tag("inclusiveGateway"): (NodeReader, gateways.InclusiveNode),
        full_tag("eventBasedGateway"): (NodeReader, gateways.RaceNode),
        full_tag("intermediateCatchEvent"): (CatchReader, events.CatchNode),
        full_tag("intermediateThrowEvent"): (ThrowReader, nodes.FlowNode),
        full_tag("boundaryEvent"): (BoundaryReader, nodes.BoundaryNode),
    }

    def __init__(self) -> None:
        super().__init__()
        self.nodes_by_id: dict[str, nodes.FlowNode] = {}
        self.declared: dict = {}
        self.associations: dict[str, str] = {}

    def add_bpmn_xml(self, bpmn, filename=None) -> None:
        """Take the processes, and what their events refer to: messages, data stores and shapes are the caller's to read."""
        root = bpmn.getroot() if hasattr(bpmn, "getroot") else bpmn
        links = root.iter(full_tag("association"))
        self.associations = {link.get("sourceRef"): link.get("targetRef") for link in links}
        self.declared = {child.get("id"): child for child in root if child.get("id")}
        self._add_processes(bpmn, filename)
