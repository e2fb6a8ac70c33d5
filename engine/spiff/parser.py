"""Builds our task specs from BPMN XML through SpiffWorkflow's parser.

SpiffWorkflow's own walk recurses along the flows (a long chain overflows), orders branches by their height on the
drawing, resolves data references in a loop that may never end, and accepts elements that it then runs wrong. So only
its reading and indexing of the XML is used: each scope's elements are built in the order of the file, then connected.
What is not in the tables below is refused by name.
"""

from collections.abc import Iterator

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.specs import WorkflowSpec

from engine.spiff import events, gateways, nodes
from engine.spiff.errors import CompileRefused
from engine.spiff.scripts import FlowCondition

BESIDE_THE_FLOW = frozenset(
    {
        "documentation", "extensionElements", "laneSet", "sequenceFlow", "textAnnotation", "association", "group",
        "dataObject", "dataObjectReference", "dataStoreReference", "ioSpecification", "property", "auditing",
        "monitoring", "incoming", "outgoing", "dataInputAssociation", "dataOutputAssociation",
    }
)  # fmt: skip
"""Elements inside a process that no token ever visits."""

WORK_EXTENSIONS = frozenset({"taskDefinition", "userTask", "formDefinition", "calledDecision", "script"})
"""Extension elements that give work to an element that would otherwise let its token pass."""

DEEPEST_NESTING = 50


def local_name(node) -> str:
    """The element's name without its namespace; empty for comments and processing instructions."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def in_words(node) -> str:
    """An element as an analyst knows it: its name if it has one, its id, its kind."""
    name, ident = " ".join((node.get("name") or "").split()), node.get("id")
    return f'"{name}" ({local_name(node)} {ident})' if name else f'{local_name(node)} "{ident}"'


class NodeReader(TaskParser):
    """Builds one node. `triggers` are the event definitions that it may carry; "" stands for none."""

    triggers: frozenset[str] = frozenset({""})

    def create_task(self) -> nodes.FlowNode:
        if not self.bpmn_id:
            raise CompileRefused(f"An element of kind {local_name(self.node)} has no id; give it one.")
        if self.bpmn_id in self.process_parser.parser.nodes_by_id:
            raise CompileRefused(f'The id "{self.bpmn_id}" is used twice; ids must be unique in the diagram.')
        self._refuse_markers()
        return self._build(self._event())

    def _build(self, event: str) -> nodes.FlowNode:
        return self.spec_class(self.spec, self.bpmn_id, element=local_name(self.node))

    def _event(self) -> str:
        found = [name for child in self.node if (name := local_name(child)).endswith(("EventDefinition", "DefinitionRef"))]
        event = found[0] if found else ""
        if len(found) > 1 or event not in self.triggers:
            told = " and ".join(found) or "no event definition"
            raise CompileRefused(f"{in_words(self.node)} has {told}, which this engine does not run there.")
        return event

    def _refuse_markers(self) -> None:
        for child in self.node:
            if local_name(child).endswith("LoopCharacteristics"):
                raise CompileRefused(f"{in_words(self.node)} is repeated (loop or multi-instance): not run yet.")
        for marker in ("isForCompensation", "triggeredByEvent"):
            if self.node.get(marker) == "true":
                raise CompileRefused(f"{in_words(self.node)} has {marker}: not run yet; remove it.")

    def _has_work(self) -> bool:
        inner = self.xpath("./bpmn:extensionElements/*")
        return any(local_name(child) in WORK_EXTENSIONS for child in inner)


class PassOrWorkReader(NodeReader):
    """Plain and manual tasks: they wait only if an extension gives them work."""

    def _build(self, event: str) -> nodes.FlowNode:
        spec_class = nodes.WorkNode if self._has_work() else self.spec_class
        return spec_class(self.spec, self.bpmn_id, element=local_name(self.node))


class ThrowReader(PassOrWorkReader):
    """Intermediate throw events: a message is sent by the caller if an extension says how."""

    triggers = frozenset({"", "messageEventDefinition"})


class StartReader(NodeReader):
    triggers = frozenset({"", "messageEventDefinition", "timerEventDefinition"})

    def _build(self, event: str) -> nodes.FlowNode:
        start = super()._build(event)
        self.process_parser.starts.setdefault(event, []).append(start)
        return start


class EndReader(PassOrWorkReader):
    triggers = frozenset({"", "messageEventDefinition", "terminateEventDefinition"})

    def _build(self, event: str) -> nodes.FlowNode:
        if event == "terminateEventDefinition":
            return nodes.TerminateNode(self.spec, self.bpmn_id, element="endEvent")
        return super()._build(event)


class CatchReader(NodeReader):
    triggers = frozenset({"messageEventDefinition", "timerEventDefinition"})

    def _build(self, event: str) -> nodes.FlowNode:
        spec_class = events.TimerCatchNode if event == "timerEventDefinition" else events.MessageCatchNode
        return spec_class(self.spec, self.bpmn_id, element=local_name(self.node))


class BoundaryReader(CatchReader):
    def _build(self, event: str) -> nodes.FlowNode:
        is_timer = event == "timerEventDefinition"
        spec_class = events.BoundaryTimerNode if is_timer else events.BoundaryMessageNode
        repeats = bool(self.xpath(".//bpmn:timeCycle")) if is_timer else True
        interrupting = self.node.get("cancelActivity", "true") != "false"
        return spec_class(
            self.spec, self.bpmn_id, element="boundaryEvent", interrupting=interrupting, repeats=repeats
        )


class ScopeReader(NodeReader):
    """Embedded sub-processes; their inside is a scope of its own."""

    def _build(self, event: str) -> nodes.FlowNode:
        outer = self.process_parser
        scope = super()._build(event)
        inner = ScopeParser(outer.parser, self.node, self.nsmap, {}, filename=self.filename)
        inner.nesting = outer.nesting + 1
        if inner.nesting > DEEPEST_NESTING:
            raise CompileRefused(f"{in_words(self.node)} is nested more than {DEEPEST_NESTING} sub-processes deep.")
        inner.get_spec()
        scope.start = inner.only_start()
        return scope


class ScopeParser(ProcessParser):
    """Builds all nodes of a process or sub-process, then connects them."""

    nesting = 0

    def _parse(self) -> None:
        self.spec = WorkflowSpec(name=self.bpmn_id)
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
            if not isinstance(host, nodes.ActivityNode):
                raise CompileRefused(f"{in_words(element)} must stand on an activity that waits: a task with work, "
                                     "a receive task or a sub-process.")
            host.boundaries.append(boundary)
            boundary.host = host

    def _connect(self, flow) -> None:
        source, target = self.own[flow.get("sourceRef")], self.own.get(flow.get("targetRef"))
        if target is None:
            raise CompileRefused(f'The flow "{flow.get("id")}" out of "{source.bpmn_id}" leads nowhere inside its process '
                                 "or sub-process; connect it again.")
        default = source.may_have_default and self._default_of(source) == flow.get("id")
        condition = None if default else self._condition(flow)
        connection = nodes.Flow(id=flow.get("id"), source=source, target=target, condition=condition, is_default=default)
        source.connect(target)
        source.outgoing.append(connection)
        target.incoming.append(connection)

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
        full_tag("userTask"): (NodeReader, nodes.WorkNode),
        full_tag("serviceTask"): (NodeReader, nodes.WorkNode),
        full_tag("businessRuleTask"): (NodeReader, nodes.WorkNode),
        full_tag("sendTask"): (NodeReader, nodes.WorkNode),
        full_tag("receiveTask"): (NodeReader, events.ReceiveNode),
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

    def add_bpmn_xml(self, bpmn, filename=None) -> None:
        """Take the processes only: messages, errors, data stores and shapes are the caller's to read."""
        self._add_processes(bpmn, filename)
