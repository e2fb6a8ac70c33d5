"""Builds the events of a diagram."""

from engine.spiff import codes, compensation, events, nodes
from engine.spiff.errors import CompileRefused
from engine.spiff.readers import (
    COMPENSATE,
    CONDITIONAL,
    ERROR,
    ESCALATION,
    LINK,
    MESSAGE,
    SIGNAL,
    TIMER,
    NodeReader,
    PassOrWorkReader,
    in_words,
    local_name,
)

CATCHES = {
    TIMER: events.TimerCatchNode,
    MESSAGE: events.MessageCatchNode,
    SIGNAL: events.SignalCatchNode,
    CONDITIONAL: events.ConditionCatchNode,
}
BOUNDARIES = {
    TIMER: events.BoundaryTimerNode,
    MESSAGE: events.BoundaryMessageNode,
    SIGNAL: events.BoundarySignalNode,
    CONDITIONAL: events.BoundaryConditionNode,
    ERROR: codes.BoundaryCodeNode,
    ESCALATION: codes.BoundaryCodeNode,
    COMPENSATE: compensation.CompensationBoundaryNode,
}
EVENT_STARTS = {
    TIMER: events.TimerStartNode,
    MESSAGE: events.MessageStartNode,
    SIGNAL: events.SignalStartNode,
    CONDITIONAL: events.ConditionStartNode,
    ERROR: codes.CodeStartNode,
    ESCALATION: codes.CodeStartNode,
    COMPENSATE: compensation.CompensationStartNode,
}


class ThrowReader(PassOrWorkReader):
    """Intermediate throw events: a message is sent by the caller if an extension says how."""

    triggers = frozenset({"", MESSAGE, SIGNAL, ESCALATION, LINK, COMPENSATE})

    def _build(self, event: str) -> nodes.FlowNode:
        if event == SIGNAL:
            thrown = events.SignalThrowNode(self.spec, self.bpmn_id, element=local_name(self.node))
            thrown.signal = self._signal()
            return thrown
        if event == ESCALATION:
            thrown = codes.EscalationNode(self.spec, self.bpmn_id, element=local_name(self.node))
            thrown.code = self._code(event)
            return thrown
        if event == COMPENSATE:
            return self._build_compensation()
        if event == LINK:
            self.process_parser.links_out.append((super()._build(event), self._link()))
            return self.process_parser.links_out[-1][0]
        return super()._build(event)

    def _build_compensation(self) -> nodes.FlowNode:
        definition = self.xpath(f"./bpmn:{COMPENSATE}")[0]
        if definition.get("waitForCompletion", "true") == "false":
            raise CompileRefused(f"{in_words(self.node)} does not wait for its compensation: not run; let it wait.")
        thrown = compensation.CompensationNode(self.spec, self.bpmn_id, element=local_name(self.node))
        thrown.target = definition.get("activityRef")
        return thrown

    def _link(self) -> str:
        name = (self.xpath(f"./bpmn:{LINK}")[0].get("name") or "").strip()
        if not name:
            raise CompileRefused(f"{in_words(self.node)} is a link without a name.")
        return name


class StartReader(NodeReader):
    """Start events. In an event sub-process they wait for what starts it."""

    triggers = frozenset({"", MESSAGE, TIMER, SIGNAL})

    def create_task(self) -> nodes.FlowNode:
        if self.process_parser.is_event_scope:
            self.triggers = frozenset(EVENT_STARTS)
        start = super().create_task()
        self.process_parser.starts.setdefault(self._event(), []).append(start)
        return start

    def _build(self, event: str) -> nodes.FlowNode:
        if not self.process_parser.is_event_scope:
            if event == SIGNAL:
                self._signal()
            return super()._build(event)
        start = EVENT_STARTS[event](
            self.spec,
            self.bpmn_id,
            element="startEvent",
            interrupting=self.node.get("isInterrupting", "true") != "false" or event == ERROR,
            repeats=event != TIMER or bool(self.xpath(".//bpmn:timeCycle")),
        )
        self._say_what_is_caught(start, event)
        return start


class EndReader(ThrowReader):
    triggers = frozenset({"", MESSAGE, SIGNAL, ESCALATION, COMPENSATE, ERROR, "terminateEventDefinition"})

    def _build(self, event: str) -> nodes.FlowNode:
        if event == "terminateEventDefinition":
            return nodes.TerminateNode(self.spec, self.bpmn_id, element="endEvent")
        if event == ERROR:
            thrown = codes.ErrorEndNode(self.spec, self.bpmn_id, element="endEvent")
            thrown.code = self._code(event)
            return thrown
        return super()._build(event)


class CatchReader(NodeReader):
    triggers = frozenset({*CATCHES, LINK})

    def _build(self, event: str) -> nodes.FlowNode:
        if event == LINK:
            caught = nodes.FlowNode(self.spec, self.bpmn_id, element="intermediateCatchEvent")
            name = (self.xpath(f"./bpmn:{LINK}")[0].get("name") or "").strip()
            if self.process_parser.links_in.setdefault(name, caught) is not caught:
                raise CompileRefused(f'{in_words(self.node)} catches the link "{name}" like another event; use another name.')
            return caught
        caught = CATCHES[event](self.spec, self.bpmn_id, element="intermediateCatchEvent")
        self._say_what_is_caught(caught, event)
        return caught


class BoundaryReader(NodeReader):
    triggers = frozenset(BOUNDARIES)

    def _build(self, event: str) -> nodes.FlowNode:
        boundary = BOUNDARIES[event](
            self.spec,
            self.bpmn_id,
            element="boundaryEvent",
            interrupting=self.node.get("cancelActivity", "true") != "false" or event == ERROR,
            repeats=event != TIMER or bool(self.xpath(".//bpmn:timeCycle")),
        )
        self._say_what_is_caught(boundary, event)
        return boundary
