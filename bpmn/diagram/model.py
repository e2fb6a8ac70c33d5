"""The frozen picture of a BPMN file: processes, nodes, flows, and what the zeebe extensions say about their work.

Nothing here is trusted or evaluated: expressions keep their text exactly, without surrounding white space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bpmn.diagram.layout import Layout

EXTERNAL = "external:"
"""What the type of a task definition begins with when another program does the work; its topic follows."""
_TOPIC = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", re.ASCII)


def _nothing() -> Mapping:
    return MappingProxyType({})


class NodeKind(StrEnum):
    """The kinds of node, by their BPMN names."""

    START_EVENT = "startEvent"
    END_EVENT = "endEvent"
    INTERMEDIATE_CATCH_EVENT = "intermediateCatchEvent"
    INTERMEDIATE_THROW_EVENT = "intermediateThrowEvent"
    BOUNDARY_EVENT = "boundaryEvent"
    TASK = "task"
    USER_TASK = "userTask"
    MANUAL_TASK = "manualTask"
    SERVICE_TASK = "serviceTask"
    SCRIPT_TASK = "scriptTask"
    BUSINESS_RULE_TASK = "businessRuleTask"
    SEND_TASK = "sendTask"
    RECEIVE_TASK = "receiveTask"
    CALL_ACTIVITY = "callActivity"
    SUB_PROCESS = "subProcess"
    TRANSACTION = "transaction"
    AD_HOC_SUB_PROCESS = "adHocSubProcess"
    EXCLUSIVE_GATEWAY = "exclusiveGateway"
    PARALLEL_GATEWAY = "parallelGateway"
    INCLUSIVE_GATEWAY = "inclusiveGateway"
    EVENT_BASED_GATEWAY = "eventBasedGateway"
    COMPLEX_GATEWAY = "complexGateway"

    @property
    def is_event(self) -> bool:
        return self.value.endswith("Event")

    @property
    def is_gateway(self) -> bool:
        return self.value.endswith("Gateway")

    @property
    def is_activity(self) -> bool:
        return not (self.is_event or self.is_gateway)

    @property
    def holds_nodes(self) -> bool:
        """Whether further nodes stand inside this one."""
        return self in {NodeKind.SUB_PROCESS, NodeKind.TRANSACTION, NodeKind.AD_HOC_SUB_PROCESS}


class EventKind(StrEnum):
    """What an event waits for or tells; MULTIPLE where several definitions stand in one event."""

    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    ERROR = "error"
    ESCALATION = "escalation"
    TERMINATE = "terminate"
    CANCEL = "cancel"
    CONDITIONAL = "conditional"
    LINK = "link"
    COMPENSATE = "compensate"
    MULTIPLE = "multiple"


class TimerKind(StrEnum):
    """How a timer's text is meant."""

    DATE = "date"
    DURATION = "duration"
    CYCLE = "cycle"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDefinition:
    """What makes an event fire. `expression` is a timer's or condition's text; `code` an error's or escalation's.

    `reference` is the id of what the event is about: a declaration, or the activity that a compensation undoes.
    """

    kind: EventKind
    line: int
    timer_kind: TimerKind | None = None
    expression: str | None = None
    reference: str | None = None
    message_name: str | None = None
    correlation_key: str | None = None
    name: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """The zeebe extensions of a node. Texts with a leading "=" are FEEL (see `feel_source`), others literal.

    `inputs` and `outputs` are the io mappings in order, each (source, target). `retries` is None unless a plain number.
    """

    form_id: str | None = None
    assignee: str | None = None
    candidate_groups: str | None = None
    candidate_users: str | None = None
    due_date: str | None = None
    follow_up_date: str | None = None
    priority: str | None = None
    handler: str | None = None
    retries: int | None = None
    headers: Mapping[str, str] = field(default_factory=_nothing)
    decision_id: str | None = None
    result_variable: str | None = None
    inputs: tuple[tuple[str, str], ...] = ()
    outputs: tuple[tuple[str, str], ...] = ()
    properties: Mapping[str, str] = field(default_factory=_nothing)
    called_process: str | None = None
    called_binding: str | None = None
    called_version: str | None = None

    @property
    def topic(self) -> str | None:
        """The topic of the external task that the node is, "" when its form is wrong; None for any other node."""
        if self.handler is None or not self.handler.startswith(EXTERNAL):
            return None
        topic = self.handler.removeprefix(EXTERNAL)
        return topic if _TOPIC.fullmatch(topic) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """A standard loop or a multi-instance marker.

    `condition` ends a multi-instance activity and keeps a standard loop going; `test_before` and `maximum`, its text, belong to
    the latter.
    """

    multi_instance: bool
    sequential: bool = False
    input_collection: str | None = None
    input_element: str | None = None
    output_collection: str | None = None
    output_element: str | None = None
    cardinality: str | None = None
    condition: str | None = None
    behavior: str | None = None
    test_before: bool = False
    maximum: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One event, activity or gateway. `incoming` and `outgoing` are flow ids in the file's order.

    `parent_id` is the enclosing sub-process; `lane` the innermost lane's name, inherited by boundary events and by what
    stands inside a sub-process. `interrupting` is meant for boundary events and starts of event sub-processes.
    """

    id: str
    name: str
    kind: NodeKind
    line: int
    parent_id: str | None = None
    incoming: tuple[str, ...] = ()
    outgoing: tuple[str, ...] = ()
    lane: str | None = None
    documentation: str = ""
    default_flow: str | None = None
    attached_to: str | None = None
    interrupting: bool = True
    event_sub_process: bool = False
    for_compensation: bool = False
    event: EventDefinition | None = None
    loop: Loop | None = None
    work: Work = field(default_factory=Work)

    @property
    def label(self) -> str:
        """The name, or the id of a node without one."""
        return self.name or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A sequence flow. `condition` is its expression's text, "" for an empty one, None for none."""

    id: str
    name: str
    source: str
    target: str
    line: int
    condition: str | None = None

    @property
    def label(self) -> str:
        """The name, or the id of a flow without one."""
        return self.name or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A role's lane and the nodes that it names itself."""

    id: str
    name: str
    node_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process. Nodes and flows of its sub-processes stand in the same mappings (see `Node.parent_id`).

    `associations` maps the nodes from which an association leaves to the nodes that it leads to.
    """

    id: str
    name: str
    executable: bool
    line: int
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]
    lanes: tuple[Lane, ...] = ()
    associations: Mapping[str, str] = field(default_factory=_nothing)

    def inside(self, parent_id: str | None) -> Iterator[Node]:
        """Yield the nodes that stand directly in a sub-process, or in the process itself for None."""
        return (node for node in self.nodes.values() if node.parent_id == parent_id)

    def compensation_of(self, event_id: str) -> Node | None:
        """Return the activity that undoes the one on which a compensation boundary event stands, by their association."""
        return self.nodes.get(self.associations.get(event_id, ""))

    def boundary_events(self, activity_id: str) -> tuple[Node, ...]:
        """Return the boundary events of an activity in the file's order."""
        return tuple(node for node in self.nodes.values() if node.attached_to == activity_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message that the file declares; `correlation_key` is its subscription's expression."""

    id: str
    name: str
    correlation_key: str | None
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """Something drawn that is neither node nor flow: pool, lane, annotation, data, group, association, message flow.

    `kind` is its BPMN name, `name` its name or text; `source` and `target` are set for connections.
    """

    id: str
    kind: str
    name: str
    line: int
    source: str | None = None
    target: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagram:
    """Everything that we keep of a BPMN file. `source` is the file's name for messages."""

    source: str
    processes: tuple[Process, ...]
    messages: Mapping[str, Message] = field(default_factory=_nothing)
    artifacts: Mapping[str, Artifact] = field(default_factory=_nothing)
    layout: Layout = field(default_factory=Layout)

    @property
    def executable(self) -> tuple[Process, ...]:
        """The processes that can be deployed."""
        return tuple(process for process in self.processes if process.executable)

    def process(self, process_id: str) -> Process:
        """Return the process with that id; KeyError where there is none."""
        for process in self.processes:
            if process.id == process_id:
                return process
        raise KeyError(process_id)

    def nodes(self) -> Iterator[tuple[Process, Node]]:
        """Yield every node of every process."""
        return ((process, node) for process in self.processes for node in process.nodes.values())

    def flows(self) -> Iterator[tuple[Process, Flow]]:
        """Yield every sequence flow of every process."""
        return ((process, flow) for process in self.processes for flow in process.flows.values())


def feel_source(text: str | None) -> str | None:
    """Return the FEEL source after a leading "=", or None where the text is a literal (or absent)."""
    stripped = (text or "").strip()
    return stripped[1:].strip() if stripped.startswith("=") else None
