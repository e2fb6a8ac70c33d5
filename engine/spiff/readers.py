"""Builds one node of the diagram: what every reader shares, and the readers of tasks."""

from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.specs import WorkflowSpec

from engine.spiff import nodes
from engine.spiff.errors import CompileRefused
from engine.spiff.repetition import RepeatedNode

MESSAGE, TIMER, SIGNAL = "messageEventDefinition", "timerEventDefinition", "signalEventDefinition"
ERROR, ESCALATION, LINK = "errorEventDefinition", "escalationEventDefinition", "linkEventDefinition"
COMPENSATE, CONDITIONAL = "compensateEventDefinition", "conditionalEventDefinition"

MULTI_INSTANCE = "multiInstanceLoopCharacteristics"
LOOPS = frozenset({MULTI_INSTANCE, "standardLoopCharacteristics"})

MARKERS = {
    ("instantiate", "true"): "begin with a start event",
    ("eventGatewayType", "Parallel"): "wait in parallel branches",
    ("parallelMultiple", "true"): "wait in parallel branches",
}

WORK_EXTENSIONS = frozenset({"taskDefinition", "userTask", "formDefinition", "calledDecision", "script"})
"""Extension elements that give work to an element that would otherwise let its token pass."""


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
    may_repeat = False

    def create_task(self) -> nodes.FlowNode:
        if not self.bpmn_id:
            raise CompileRefused(f"An element of kind {local_name(self.node)} has no id; give it one.")
        if self.bpmn_id in self.process_parser.parser.nodes_by_id:
            raise CompileRefused(f'The id "{self.bpmn_id}" is used twice; ids must be unique in the diagram.')
        self._refuse_markers()
        node = self._build_whole(self._event())
        node.for_compensation = self.node.get("isForCompensation") == "true"
        return node

    def _build_whole(self, event: str) -> nodes.FlowNode:
        marker = next((local_name(child) for child in self.node if local_name(child) in LOOPS), None)
        if marker is None:
            return self._build(event)
        whole = self.spec
        self.spec = WorkflowSpec(name=self.bpmn_id)
        body = self._build(event)
        body.has_own_variables = marker == MULTI_INSTANCE
        return RepeatedNode(whole, self.bpmn_id, body=body)

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
            if local_name(child) in LOOPS and not self.may_repeat:
                raise CompileRefused(f"{in_words(self.node)} is repeated: not run there; put it into a sub-process.")
        for (name, value), way_out in MARKERS.items():
            if self.node.get(name) == value:
                raise CompileRefused(f'{in_words(self.node)} has {name}="{value}": not run; {way_out} instead.')

    def _has_work(self) -> bool:
        inner = self.xpath("./bpmn:extensionElements/*")
        return any(local_name(child) in WORK_EXTENSIONS for child in inner)

    def _signal(self) -> str:
        """The name of the signal that the event throws or catches."""
        name = (self._declared("signal").get("name") or "").strip()
        return self._fixed(name, "a signal without a name")

    def _code(self, event: str) -> str:
        """The code of the error or escalation that the event throws or catches."""
        kind = event.removesuffix("EventDefinition")
        code = (self._declared(kind).get(f"{kind}Code") or "").strip()
        return self._fixed(code, f"an {kind} without a code")

    def _declared(self, kind: str):
        definition = self.xpath(f"./bpmn:{kind}EventDefinition")[0]
        declared = self.process_parser.parser.declared.get(definition.get(f"{kind}Ref"))
        if declared is None or local_name(declared) != kind:
            raise CompileRefused(f"{in_words(self.node)} names no {kind} that the diagram declares.")
        return declared

    def _fixed(self, text: str, problem: str) -> str:
        if not text or text.startswith("="):
            raise CompileRefused(f"{in_words(self.node)} names {problem}, or one that is an expression; write a fixed one.")
        return text

    def _say_what_is_caught(self, node: nodes.FlowNode, event: str) -> None:
        """Set the name or code that a catching node waits for; an error or escalation that names none catches every code."""
        if event == CONDITIONAL and not "".join(self.xpath(f"./bpmn:{CONDITIONAL}/bpmn:condition//text()")).strip():
            raise CompileRefused(f"{in_words(self.node)} has no condition; write it.")
        if event == SIGNAL:
            node.signal = self._signal()
        if event not in (ERROR, ESCALATION):
            return
        node.trigger = event.removesuffix("EventDefinition")
        definition = self.xpath(f"./bpmn:{event}")[0]
        node.code = self._code(event) if definition.get(f"{node.trigger}Ref") else None


class WorkReader(NodeReader):
    """Activities that may be multi-instance."""

    may_repeat = True


class PassOrWorkReader(NodeReader):
    """Plain and manual tasks: they wait only if an extension gives them work."""

    def _build(self, event: str) -> nodes.FlowNode:
        spec_class = nodes.WorkNode if self._has_work() else self.spec_class
        return spec_class(self.spec, self.bpmn_id, element=local_name(self.node))
