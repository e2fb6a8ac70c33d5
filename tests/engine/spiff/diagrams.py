"""Small BPMN diagrams for the tests, written as Python calls.

    process(start(), user("handle"), end(), flow("start", "handle"), flow("handle", "end"))

gives the XML of a process "p". Flow ids are "source->target" unless named.
"""

from itertools import pairwise
from xml.sax.saxutils import quoteattr

DECLARED = (
    '<bpmn:signal id="signal-red" name="red"/><bpmn:signal id="signal-blue" name="blue"/>'
    '<bpmn:signal id="signal-by-expression" name="= colour"/>'
    '<bpmn:error id="error-lost" errorCode="lost"/><bpmn:error id="error-late" errorCode="late"/>'
    '<bpmn:error id="error-without-code"/>'
    '<bpmn:escalation id="escalation-help" escalationCode="help"/><bpmn:escalation id="escalation-more" escalationCode="more"/>'
)
"""Signals, errors and escalations that the diagrams may name; a declaration's id is its kind and its name or code."""

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="test">'
)


def process(*elements: str, process_id: str = "p") -> bytes:
    inside = "".join(elements)
    head = HEAD + (DECLARED if "EventDefinition" in inside else "")
    return f'{head}<bpmn:process id="{process_id}" isExecutable="true">{inside}</bpmn:process></bpmn:definitions>'.encode()


def element(kind: str, ident: str, inside: str = "", **attributes: str) -> str:
    told = "".join(f" {name}={quoteattr(value)}" for name, value in attributes.items())
    return f'<bpmn:{kind} id="{ident}"{told}>{inside}</bpmn:{kind}>'


def start(ident: str = "start") -> str:
    return element("startEvent", ident)


def end(ident: str = "end") -> str:
    return element("endEvent", ident)


def terminate(ident: str = "terminate") -> str:
    return element("endEvent", ident, "<bpmn:terminateEventDefinition/>")


def user(ident: str) -> str:
    return element("userTask", ident)


def task(ident: str) -> str:
    return element("task", ident)


def service(ident: str) -> str:
    return element("serviceTask", ident)


def receive(ident: str) -> str:
    return element("receiveTask", ident)


def exclusive(ident: str, default: str | None = None) -> str:
    return element("exclusiveGateway", ident, **({"default": default} if default else {}))


def inclusive(ident: str, default: str | None = None) -> str:
    return element("inclusiveGateway", ident, **({"default": default} if default else {}))


def parallel(ident: str) -> str:
    return element("parallelGateway", ident)


def race(ident: str) -> str:
    return element("eventBasedGateway", ident)


def timer(ident: str) -> str:
    return element("intermediateCatchEvent", ident, TIMER)


def message(ident: str) -> str:
    return element("intermediateCatchEvent", ident, MESSAGE)


def boundary_timer(ident: str, on: str, *, interrupting: bool = True, cycle: bool = False) -> str:
    return _boundary(ident, on, CYCLE if cycle else TIMER, interrupting)


def boundary_message(ident: str, on: str, *, interrupting: bool = True) -> str:
    return _boundary(ident, on, MESSAGE, interrupting)


def sub(ident: str, *elements: str) -> str:
    return element("subProcess", ident, "".join(elements))


def event_sub(ident: str, *elements: str) -> str:
    return element("subProcess", ident, "".join(elements), triggeredByEvent="true")


def on_start(ident: str, inside: str, *, interrupting: bool = True) -> str:
    """The start event of an event sub-process."""
    return element("startEvent", ident, inside, isInterrupting=str(interrupting).lower())


def boundary(ident: str, on: str, inside: str, *, interrupting: bool = True) -> str:
    return _boundary(ident, on, inside, interrupting)


def signal(ident: str, name: str) -> str:
    return element("intermediateCatchEvent", ident, a_signal(name))


def signal_throw(ident: str, name: str) -> str:
    return element("intermediateThrowEvent", ident, a_signal(name))


def signal_end(ident: str, name: str) -> str:
    return element("endEvent", ident, a_signal(name))


def error_end(ident: str, code: str) -> str:
    return element("endEvent", ident, an_error(code))


def escalation_throw(ident: str, code: str) -> str:
    return element("intermediateThrowEvent", ident, an_escalation(code))


def escalation_end(ident: str, code: str) -> str:
    return element("endEvent", ident, an_escalation(code))


def compensated(ident: str, handler: str = "") -> str:
    """A handler for an activity, with its boundary event and association: "undo-" and the activity's id."""
    undo = handler or element("userTask", f"undo-{ident}", isForCompensation="true")
    link = element("association", f"{ident}-link", sourceRef=f"{ident}-edge", targetRef=f"undo-{ident}")
    return element("boundaryEvent", f"{ident}-edge", "<bpmn:compensateEventDefinition/>", attachedToRef=ident) + undo + link


def compensation_throw(ident: str, activity: str | None = None) -> str:
    return element("intermediateThrowEvent", ident, _compensate(activity))


def compensation_end(ident: str, activity: str | None = None) -> str:
    return element("endEvent", ident, _compensate(activity))


def undo_start(ident: str) -> str:
    """The start event of a compensation event sub-process."""
    return element("startEvent", ident, _compensate(None))


def _compensate(activity: str | None) -> str:
    return element("compensateEventDefinition", "", **({"activityRef": activity} if activity else {})).replace(' id=""', "")


def link_throw(ident: str, name: str) -> str:
    return element("intermediateThrowEvent", ident, element("linkEventDefinition", f"{ident}_link", name=name))


def link_catch(ident: str, name: str) -> str:
    return element("intermediateCatchEvent", ident, element("linkEventDefinition", f"{ident}_link", name=name))


def repeated(kind: str, ident: str, inside: str = "", *, sequential: bool = False, more: str = "", **loop: str) -> str:
    """A multi-instance activity; `loop` are attributes of zeebe:loopCharacteristics, `more` elements beside them."""
    told = "".join(f" {name}={quoteattr(value)}" for name, value in loop.items())
    extension = f"<bpmn:extensionElements><zeebe:loopCharacteristics{told}/></bpmn:extensionElements>" if loop else ""
    marker = element("multiInstanceLoopCharacteristics", f"{ident}_loop", extension + more, isSequential=str(sequential).lower())
    return element(kind, ident, inside + marker)


def flow(source: str, target: str, condition: str | None = None, *, ident: str | None = None) -> str:
    told = f"<bpmn:conditionExpression>\n  {condition} </bpmn:conditionExpression>" if condition else ""
    return element("sequenceFlow", ident or f"{source}-{target}", told, sourceRef=source, targetRef=target)


def chain(*idents: str) -> str:
    """The flows that lead through the named elements one after the other."""
    return "".join(flow(source, target) for source, target in pairwise(idents))


TIMER = "<bpmn:timerEventDefinition><bpmn:timeDuration>PT15M</bpmn:timeDuration></bpmn:timerEventDefinition>"
CYCLE = "<bpmn:timerEventDefinition><bpmn:timeCycle>R3/PT15M</bpmn:timeCycle></bpmn:timerEventDefinition>"
MESSAGE = '<bpmn:messageEventDefinition messageRef="m"/>'


def a_signal(name: str) -> str:
    return f'<bpmn:signalEventDefinition signalRef="signal-{name}"/>'


def an_error(code: str = "") -> str:
    """An error's definition; without a code it catches every one."""
    return f'<bpmn:errorEventDefinition errorRef="error-{code}"/>' if code else "<bpmn:errorEventDefinition/>"


def an_escalation(code: str = "") -> str:
    return f'<bpmn:escalationEventDefinition escalationRef="escalation-{code}"/>' if code else "<bpmn:escalationEventDefinition/>"


def _boundary(ident: str, on: str, inside: str, interrupting: bool) -> str:
    return element("boundaryEvent", ident, inside, attachedToRef=on, cancelActivity=str(interrupting).lower())


CUSTOMER_SERVICE = process(
    start(), element("businessRuleTask", "classify"), service("assign"), user("handle"), service("archive"), end(),
    boundary_timer("warn", "handle", interrupting=False), service("notify"), end("warned"),
    boundary_timer("late", "handle", interrupting=False), service("escalate"), end("escalated"),
    service("survey"), race("wait"), message("answered"), timer("unanswered"), exclusive("satisfied", "satisfied-archive"),
    chain("start", "classify", "assign", "handle", "survey", "wait", "answered", "satisfied", "archive", "end"),
    chain("warn", "notify", "warned"), chain("late", "escalate", "escalated"), chain("wait", "unanswered", "archive"),
    flow("satisfied", "assign", "= not(satisfied)"),
)  # fmt: skip
"""Six steps with two warnings on handling and a way back from feedback to assignment."""
