"""One good and one bad diagram for each lint rule."""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.package import ProcessPackage
from tests.bpmn.samples import (
    diagram,
    end,
    extended,
    flow,
    form,
    package,
    start,
    straight,
    table,
    tag,
    user_task,
    zeebe,
)

DURATION = tag("timerEventDefinition", tag("timeDuration", "PT15M"))
GOOD = straight(user_task("t"))
LAYOUT = (
    '<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p"><bpmndi:BPMNShape bpmnElement="start">'
    '<dc:Bounds x="0" y="0" width="36" height="36"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What a rule lets pass and what it finds: `element` and words of its message."""

    bad: bytes | ProcessPackage
    element: str
    says: str
    good: bytes | ProcessPackage = GOOD


def answer(key: str, hide: str = "") -> dict[str, object]:
    """A field of a form, hidden by a rule if one is given."""
    component = {"type": "textfield", "key": key, "id": key, "label": key}
    return component | {"conditional": {"hide": hide}} if hide else component


def catch(*definitions: str, ident: str = "x", name: str = "Wait") -> str:
    return tag("intermediateCatchEvent", *definitions, id=ident, name=name)


def throw(*definitions: str) -> str:
    return tag("intermediateThrowEvent", *definitions, id="x", name="Tell")


def boundary(host: str, *definitions: str, **attributes: str) -> str:
    return tag("boundaryEvent", *definitions, id="x", name="Late", attachedToRef=host, **attributes)


def watched(host: str, *definitions: str, **attributes: str) -> bytes:
    """start → host → end with a boundary event that leads to another end."""
    ident = host.partition('id="')[2].partition('"')[0]
    return diagram(
        start(), host, end(), boundary(ident, *definitions, **attributes), end("late"),
        flow("start", ident), flow(ident, "end"), flow("x", "late"),
    )  # fmt: skip


def fork(kind: str, *, first: str | None, second: str | None, **attributes: str) -> bytes:
    return diagram(
        start(), tag(kind, id="g", name="Which?", **attributes), end("a"), end("b"),
        flow("start", "g"), flow("g", "a", first), flow("g", "b", second),
    )  # fmt: skip


def sub_process(*inside: str, **attributes: str) -> str:
    return tag("subProcess", *inside, id="sub", name="Inner", **attributes)


def event_sub_process(*inside: str) -> str:
    return sub_process(*inside, triggeredByEvent="true")


def mapping(direction: str, source: str, target: str) -> bytes:
    return straight(user_task("x", zeebe("ioMapping", zeebe(direction, source=source, target=target))))


def timer(kind: str, text: str) -> bytes:
    return straight(catch(tag("timerEventDefinition", tag(kind, text))))


def message(key: str | None = "= caseNumber", name: str = "answer") -> str:
    inside = [] if key is None else [tag("extensionElements", zeebe("subscription", correlationKey=key))]
    return tag("message", *inside, id="M", name=name)


def undone(*, association: bool, throws: str = "", **handler: str) -> bytes:
    """A task with a compensation event on its border, its handler, and an end that compensates."""
    return diagram(
        start(), user_task("t"), end("end", tag("compensateEventDefinition", **({"activityRef": throws} if throws else {}))),
        boundary("t", tag("compensateEventDefinition")), flow("start", "t"), flow("t", "end"),
        user_task("undo").replace("<bpmn:userTask", '<bpmn:userTask isForCompensation="true"') if association else "",
        tag("association", id="link", sourceRef="x", targetRef="undo", **handler),
    )  # fmt: skip


SIGNAL = tag("signal", id="S", name="recall")
REPEATED = tag(
    "multiInstanceLoopCharacteristics",
    tag("extensionElements", zeebe("loopCharacteristics", inputCollection="= items", inputElement="item")),
)
WAITING = catch(tag("messageEventDefinition", messageRef="M"))
DECIDING = extended("businessRuleTask", "x", zeebe("calledDecision", decisionId="classify", resultVariable="found"))
NOTIFYING = extended("serviceTask", "x", zeebe("taskDefinition", type="notify"))

SAMPLES: dict[str, Sample] = {
    "boundary-attached": Sample(
        good=watched(user_task("t"), DURATION),
        bad=diagram(start(), boundary("gone", DURATION)),
        element="x",
        says="sits on no task",
    ),
    "called-process": Sample(
        good=straight(extended("callActivity", "x", zeebe("calledElement", processId="billing"))),
        bad=straight(tag("callActivity", id="x", name="Call")),
        element="x",
        says="names no fixed process",
    ),
    "condition-ignored": Sample(
        good=fork("parallelGateway", first=None, second=None),
        bad=fork("parallelGateway", first="= a", second=None),
        element="g_a",
        says="never looked at",
    ),
    "condition-on-default": Sample(
        good=fork("exclusiveGateway", first="= a > 1", second=None, default="g_b"),
        bad=fork("exclusiveGateway", first="= a > 1", second="= a < 2", default="g_b"),
        element="g_b",
        says="never looked at",
    ),
    "duplicate-id": Sample(
        bad=straight(tag("task", tag("documentation", id="start"), id="x")), element="start", says="stands twice"
    ),
    "external-topic": Sample(
        good=straight(NOTIFYING.replace("notify", "external:shipping.v2")),
        bad=straight(NOTIFYING.replace("notify", "external:two words")),
        element="x",
        says="is an external task without a usable topic",
    ),
    "event-sub-process": Sample(
        good=diagram(start(), event_sub_process(tag("startEvent", DURATION, id="x"))),
        bad=diagram(start(), event_sub_process(start("x"))),
        element="sub",
        says="exactly one start with a trigger",
    ),
    "executable-process": Sample(bad=diagram(start(), isExecutable="false"), element="definitions", says="0 executable"),
    "flow-ends": Sample(bad=diagram(start(), end(), flow("start", "gone")), element="start_gone", says="does not join"),
    "foreign-extension": Sample(
        bad=straight(tag("userTask", id="x", name="Handle").replace("<bpmn:userTask", '<bpmn:userTask camunda:assignee="bo"')),
        element="x",
        says="extensions of Camunda 7 (assignee)",
    ),
    "gateway-conditions": Sample(
        good=fork("exclusiveGateway", first="= a > 1", second=None, default="g_b"),
        bad=fork("exclusiveGateway", first="= a > 1", second=" "),
        element="g_b",
        says="has no condition",
    ),
    "gateway-default": Sample(
        good=fork("exclusiveGateway", first="= a > 1", second=None, default="g_b"),
        bad=fork("exclusiveGateway", first="= a > 1", second="= a < 2"),
        element="g",
        says="no default flow",
    ),
    "idle-extension": Sample(
        bad=straight(user_task("x", zeebe("executionListeners"))), element="x", says="zeebe:executionListeners"
    ),
    "known-decision": Sample(
        good=package(straight(DECIDING), classify__dmn=table(("-", "a"))),
        bad=package(straight(DECIDING)),
        element="x",
        says="the decision “classify”, which does not exist",
    ),
    "known-default": Sample(
        good=fork("exclusiveGateway", first="= a > 1", second=None, default="g_b"),
        bad=fork("exclusiveGateway", first="= a > 1", second="= a < 2", default="gone"),
        element="g",
        says="names “gone” as its default flow",
    ),
    "known-event-name": Sample(
        good=straight(throw(tag("signalEventDefinition", signalRef="S")), before=SIGNAL),
        bad=straight(throw(tag("signalEventDefinition", signalRef="S"))),
        element="x",
        says="names no signal",
    ),
    "known-form": Sample(
        good=package(GOOD),
        bad=package(straight(extended("userTask", "x", zeebe("formDefinition", formId="gone")))),
        element="x",
        says="the form “gone”, which does not exist. Name one of: handle",
    ),
    "known-function": Sample(
        good=watched(user_task("t"), tag("timerEventDefinition", tag("timeDate", '= clock("solve").at(max(0.5, 0.75))'))),
        bad=watched(user_task("t"), tag("timerEventDefinition", tag("timeDate", '= clok("solve").due_at'))),
        element="x",
        says="calls the function “clok”, which does not exist. Call a function of FEEL, or one of the product: clock",
    ),
    "known-handler": Sample(
        good=straight(NOTIFYING),
        bad=straight(NOTIFYING.replace("notify", "notfy")),
        element="x",
        says="the handler “notfy”, which does not exist. Name one of: notify",
    ),
    "known-link": Sample(
        good=diagram(
            start(),
            throw(tag("linkEventDefinition", name="L")),
            catch(tag("linkEventDefinition", name="L"), ident="c"),
            end(),
            flow("start", "x"),
            flow("c", "end"),
        ),
        bad=straight(throw(tag("linkEventDefinition", name="L"))),
        element="x",
        says="not thrown to exactly one",
    ),
    "known-message": Sample(
        good=straight(WAITING, before=message()), bad=straight(WAITING), element="x", says="names no message"
    ),
    "long-chain": Sample(
        good=straight(*(tag("task", id=f"t{number}") for number in range(790))),
        bad=straight(*(tag("task", id=f"t{number}") for number in range(810))),
        element="p",
        says="812 elements in a row",
    ),
    "message-correlation": Sample(
        good=straight(WAITING, before=message()),
        bad=straight(WAITING, before=message(None)),
        element="x",
        says="no correlation key",
    ),
    "missing-translation": Sample(
        good=package(straight(user_task("x", name="处理")), **{"texts.en.toml": '"处理" = "Handle"'.encode()}),
        bad=package(straight(user_task("x", name="处理")), **{"texts.en.toml": b""}),
        element="x",
        says="has no text in en",
    ),
    "no-complex-gateway": Sample(bad=straight(tag("complexGateway", id="x")), element="x", says="Use exclusive"),
    "no-layout": Sample(good=diagram(start(), after=LAYOUT), bad=GOOD, element="definitions", says="no layout"),
    "no-other-start": Sample(
        bad=straight(tag("receiveTask", id="x", name="Mail", instantiate="true")), element="x", says="is marked “instantiate”"
    ),
    "no-script-task": Sample(bad=straight(tag("scriptTask", id="x")), element="x", says="never run"),
    "plain-task": Sample(bad=straight(tag("task", id="x")), element="x", says="passes through it at once"),
    "process-key": Sample(good=package(GOOD), bad=package(diagram(start(), ident="q")), element="p", says='process = "q"'),
    "reachable": Sample(
        bad=diagram(start(), end(), flow("start", "end"), tag("task", id="x")), element="x", says="never reached"
    ),
    "retries": Sample(
        good=straight(NOTIFYING),
        bad=straight(extended("serviceTask", "x", zeebe("taskDefinition", type="notify", retries="-1"))),
        element="x",
        says="not a number from 0 to 99: -1",
    ),
    "supported-element": Sample(bad=straight(tag("transaction", id="x", name="Pay")), element="x", says="Transaction “Pay”"),
    "supported-event": Sample(
        good=watched(user_task("t"), DURATION),
        bad=watched(user_task("t"), tag("cancelEventDefinition")),
        element="x",
        says="cancel",
    ),
    "table-gap": Sample(
        good=package(straight(DECIDING), classify__dmn=table(("< 10", "a"), (">= 10", "b"), ("null", "c"))),
        bad=package(straight(DECIDING), classify__dmn=table(("< 10", "a"), ("> 10", "b"))),
        element="classify",
        says="分类",
    ),
    "table-output": Sample(
        good=package(straight(DECIDING), classify__dmn=table(("< 10", "a"), (">= 10", "b"), values='"a", "b"')),
        bad=package(straight(DECIDING), classify__dmn=table(("< 10", "a"), (">= 10", "c"), values='"a", "b"')),
        element="classify",
        says="row 2 gives",
    ),
    "table-overlap": Sample(
        good=package(straight(DECIDING), classify__dmn=table(("< 10", "a"), (">= 10", "b"))),
        bad=package(straight(DECIDING), classify__dmn=table(("< 10", "a"), ("< 20", "b"))),
        element="classify",
        says="分类",
    ),
    "unique-field": Sample(
        good=package(GOOD, spare__form=form(answer("a", "= b"), answer("a", "= not(b)"), answer("c"), ident="spare")),
        bad=package(GOOD, spare__form=form(answer("a", "= b"), answer("a"), ident="spare")),
        element="spare",
        says="the field “a” more than once",
    ),
    "unused-file": Sample(
        good=package(GOOD),
        bad=package(GOOD, spare__form=form(ident="spare")),
        element="spare.form",
        says="No task uses spare.form",
    ),
    "user-task-form": Sample(bad=straight(tag("userTask", id="x", name="Do")), element="x", says="“Do” has no form"),
    "valid-compensation": Sample(
        good=undone(association=True),
        bad=undone(association=False),
        element="x",
        says="without an activity for compensation",
    ),
    "valid-condition": Sample(
        good=fork("exclusiveGateway", first="= a > 1", second=None, default="g_b"),
        bad=fork("exclusiveGateway", first="__import__('os').system('id')", second=None, default="g_b"),
        element="g_a",
        says="does not start with “=”",
    ),
    "valid-correlation-key": Sample(
        good=straight(WAITING, before=message()),
        bad=straight(WAITING, before=message("= a b c(")),
        element="M",
        says="not valid FEEL",
    ),
    "valid-id": Sample(bad=diagram(start(), tag("task", id="a:b")), element="a:b", says="cannot be referred to"),
    "valid-loop": Sample(
        good=straight(tag("userTask", REPEATED, id="x")),
        bad=straight(tag("userTask", tag("multiInstanceLoopCharacteristics"), id="x")),
        element="x",
        says="does not say for what",
    ),
    "valid-mapping": Sample(
        good=mapping("output", "= a.b", "c"), bad=mapping("output", "a.b", "c"), element="x", says="Output “c” of “Handle”"
    ),
    "valid-schedule": Sample(
        good=straight(user_task("x", zeebe("taskSchedule", dueDate="= due"), zeebe("priorityDefinition", priority="70"))),
        bad=straight(user_task("x", zeebe("taskSchedule", dueDate="tomorrow"))),
        element="x",
        says="Due date of “Handle”",
    ),
    "valid-timer": Sample(
        good=timer("timeDuration", "PT15M"), bad=timer("timeDuration", "15 minutes"), element="x", says="not ISO 8601"
    ),
    "variable-name": Sample(
        good=mapping("output", "= a", "b.c_1"), bad=mapping("output", "= a", "typename"), element="x", says="“typename”"
    ),
    "work-out-of-place": Sample(
        bad=straight(extended("task", "x", zeebe("taskDefinition", type="notify"))), element="x", says="wait here for ever"
    ),
}
