"""Holds docs/bpmn-coverage.md to the truth, line by line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bpmn.lint import Severity, check_package
from bpmn.normalise import normalise
from bpmn.package import ProcessPackage
from engine.spiff import CompileRefused, TokenFlow, compile_process
from tests.engine.spiff.diagrams import (
    CYCLE,
    MESSAGE,
    TIMER,
    a_signal,
    an_error,
    an_escalation,
    boundary,
    chain,
    compensated,
    compensation_end,
    compensation_throw,
    element,
    end,
    error_end,
    escalation_end,
    escalation_throw,
    event_sub,
    exclusive,
    flow,
    inclusive,
    link_catch,
    link_throw,
    message,
    on_start,
    parallel,
    race,
    repeated,
    signal,
    signal_end,
    signal_throw,
    start,
    sub,
    terminate,
    timer,
    undo_start,
)
from tests.support.packages import URGENCY_TABLE, decision, extended, package, person, work, zeebe

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| ([^|]+) \| (runs|refused|documentation) \| `([^`]+)::(\w+)` \|")
ROWS = {match[1]: match for match in map(ROW.match, (ROOT / "docs" / "bpmn-coverage.md").read_text().splitlines()) if match}
BY_BOTH = "test_what_is_refused_is_refused_by_lint_and_by_the_compiler"

CONDITIONAL = "<bpmn:conditionalEventDefinition><bpmn:condition>= a</bpmn:condition></bpmn:conditionalEventDefinition>"
CANCEL = "<bpmn:cancelEventDefinition/>"
ORDER = MESSAGE.replace('"m"', '"order"')
ITEMS = {"inputCollection": "= items", "inputElement": "item"}
TOLD = "<bpmn:extensionElements>" + zeebe("taskDefinition", type="act") + "</bpmn:extensionElements>"


def line(*middle: str) -> tuple[str, ...]:
    """start → the first of these elements, which is named x → end."""
    return start(), *middle, end(), chain("start", "x", "end")


def starting(inside: str, **attributes: str) -> tuple[str, ...]:
    return element("startEvent", "x", inside, **attributes), person("a"), end(), chain("x", "a", "end")


def beside(inside: str) -> tuple[str, ...]:
    return *line(person("x")), event_sub("e", on_start("s", inside), person("aid"), end("z"), chain("s", "aid", "z"))


def on_boundary(inside: str, *, interrupting: bool = True) -> tuple[str, ...]:
    return *line(person("x")), boundary("b", "x", inside, interrupting=interrupting), chain("b", "end")


def ending(last: str) -> tuple[str, ...]:
    return start(), person("a"), last, chain("start", "a", "x")


def split(gateway: str, condition: str | None = None) -> tuple[str, ...]:
    flows = chain("start", "x", "a", "end") + chain("b", "end") + flow("x", "b", condition)
    return start(), gateway, person("a"), person("b"), end(), flows


def raced(**attributes: str) -> tuple[str, ...]:
    gateway = element("eventBasedGateway", "x", **attributes)
    return start(), gateway, timer("t"), end(), chain("start", "x", "t", "end")


def throw(inside: str) -> tuple[str, ...]:
    return line(element("intermediateThrowEvent", "x", inside))


def catch(inside: str, **attributes: str) -> tuple[str, ...]:
    return line(element("intermediateCatchEvent", "x", inside, **attributes))


def end_with(inside: str) -> tuple[str, ...]:
    return ending(element("endEvent", "x", inside))


UNDO = extended("userTask", "undo-x", zeebe("userTask"), isForCompensation="true")
USER_WORK = "<bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements>"
RUNS = {
    "user task": line(person("x")),
    "service task": line(work("x", "act")),
    "business rule task": line(decision("x", "urgency", "found")),
    "send task": line(work("x", "act", kind="sendTask")),
    "receive task": line(element("receiveTask", "x", messageRef="order")),
    "task without a type": line(element("task", "x")),
    "manual task": line(element("manualTask", "x")),
    "call activity": line(extended("callActivity", "x", zeebe("calledElement", processId="other"))),
    "embedded sub-process": line(sub("x", start("s"), person("a"), end("e"), chain("s", "a", "e"))),
    "event sub-process": beside(TIMER),
    "multi-instance, parallel": line(repeated("userTask", "x", USER_WORK, **ITEMS)),
    "multi-instance, sequential": line(repeated("userTask", "x", USER_WORK, sequential=True, **ITEMS)),
    "completion condition": line(
        repeated("userTask", "x", USER_WORK, more="<bpmn:completionCondition>= done</bpmn:completionCondition>", **ITEMS)
    ),
    "loop cardinality": line(repeated("userTask", "x", USER_WORK, more="<bpmn:loopCardinality>3</bpmn:loopCardinality>")),
    "standard loop": line(element("userTask", "x", USER_WORK + '<bpmn:standardLoopCharacteristics loopMaximum="3"/>')),
    "compensation handler": line(person("x"), compensated("x", UNDO)),
    "exclusive gateway": split(exclusive("x", "x-a"), "= a"),
    "parallel gateway": split(parallel("x")),
    "inclusive gateway": split(inclusive("x", "x-a"), "= a"),
    "event-based gateway": (
        start(),
        race("x"),
        timer("t"),
        signal("b", "red"),
        end(),
        chain("start", "x", "t", "end"),
        chain("x", "b", "end"),
    ),
    "sequence flow": line(person("x")),
    "conditional flow out of an activity": split(person("x"), "= a"),
    "default flow": split(exclusive("x", "x-a"), "= a"),
    "none start": line(person("x")),
    "message start": starting(ORDER),
    "timer start": starting(TIMER),
    "timer start: cycle": starting(CYCLE),
    "signal start": starting(a_signal("red")),
    "event sub-process: message start": beside(ORDER),
    "event sub-process: timer start": beside(TIMER),
    "event sub-process: timer start, non-interrupting: cycle": (
        *line(person("x")),
        event_sub("e", on_start("s", CYCLE, interrupting=False), person("aid"), end("z"), chain("s", "aid", "z")),
    ),
    "event sub-process: signal start": beside(a_signal("red")),
    "event sub-process: error start": beside(an_error("lost")),
    "event sub-process: escalation start": beside(an_escalation()),
    "event sub-process: conditional start": beside(CONDITIONAL),
    "event sub-process: compensation start": line(
        sub(
            "x",
            start("s"),
            person("a"),
            end("e"),
            chain("s", "a", "e"),
            event_sub("u", undo_start("o"), end("z"), chain("o", "z")),
        )
    ),
    "none throw": throw(""),
    "message throw": throw(TOLD + "<bpmn:messageEventDefinition/>"),
    "signal throw": line(signal_throw("x", "red")),
    "escalation throw": line(escalation_throw("x", "help")),
    "link throw": (start(), link_throw("x", "L"), link_catch("c", "L"), end(), chain("start", "x"), chain("c", "end")),
    "compensation throw": line(compensation_throw("x")),
    "message catch": line(message("x").replace('"m"', '"order"')),
    "timer catch: date, duration": line(timer("x")),
    "signal catch": line(signal("x", "red")),
    "conditional catch": catch(CONDITIONAL),
    "link catch": (start(), link_throw("x", "L"), link_catch("c", "L"), end(), chain("start", "x"), chain("c", "end")),
    "message boundary": on_boundary(ORDER),
    "message boundary, non-interrupting": on_boundary(ORDER, interrupting=False),
    "timer boundary": on_boundary(TIMER),
    "timer boundary, non-interrupting": on_boundary(TIMER, interrupting=False),
    "signal boundary": on_boundary(a_signal("red")),
    "signal boundary, non-interrupting": on_boundary(a_signal("red"), interrupting=False),
    "error boundary": on_boundary(an_error()),
    "escalation boundary": on_boundary(an_escalation("help")),
    "escalation boundary, non-interrupting": on_boundary(an_escalation("help"), interrupting=False),
    "timer boundary, non-interrupting: cycle": on_boundary(CYCLE, interrupting=False),
    "conditional boundary": on_boundary(CONDITIONAL),
    "conditional boundary, non-interrupting": on_boundary(CONDITIONAL, interrupting=False),
    "compensation boundary": line(person("x"), compensated("x", UNDO)),
    "none end": ending(end("x")),
    "message end": end_with(TOLD + "<bpmn:messageEventDefinition/>"),
    "signal end": ending(signal_end("x", "red")),
    "error end": ending(error_end("x", "lost")),
    "error end that nothing catches": ending(error_end("x", "lost")),
    "escalation end": ending(escalation_end("x", "help")),
    "compensation end": ending(compensation_end("x")),
    "terminate end": ending(terminate("x")),
}
REFUSED = {
    "script task": line(element("scriptTask", "x", "<bpmn:script>1</bpmn:script>")),
    "transaction": line(element("transaction", "x", start("s") + end("e") + chain("s", "e"))),
    "ad-hoc sub-process": line(element("adHocSubProcess", "x", person("a"))),
    "multi-instance behavior events": line(
        repeated("userTask", "x", USER_WORK, **ITEMS).replace("isSequential", 'behavior="None" isSequential')
    ),
    "event-based gateway that starts a process": raced(instantiate="true"),
    "parallel event-based gateway": raced(eventGatewayType="Parallel"),
    "receive task that starts a process": line(element("receiveTask", "x", messageRef="order", instantiate="true")),
    "complex gateway": line(element("complexGateway", "x")),
    "conditional start": starting(CONDITIONAL),
    "multiple start": starting(ORDER + TIMER),
    "parallel multiple start": starting(ORDER, parallelMultiple="true"),
    "multiple throw": throw(a_signal("red") + an_escalation("help")),
    "timer catch: cycle": catch(CYCLE),
    "multiple catch": catch(ORDER + TIMER),
    "parallel multiple catch": catch(ORDER, parallelMultiple="true"),
    "cancel boundary": on_boundary(CANCEL),
    "multiple boundary": on_boundary(ORDER + TIMER),
    "cancel end": end_with(CANCEL),
    "multiple end": end_with(a_signal("red") + an_escalation("help")),
}
BESIDE = {
    "lane": '<bpmn:laneSet id="l"><bpmn:lane id="l1"><bpmn:flowNodeRef>x</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>',
    "data object": '<bpmn:dataObject id="o"/><bpmn:dataObjectReference id="r" dataObjectRef="o"/>',
    "data store": '<bpmn:dataStoreReference id="st"/>',
    "text annotation": '<bpmn:textAnnotation id="n"><bpmn:text>so</bpmn:text></bpmn:textAnnotation>',
    "association": '<bpmn:textAnnotation id="n"/><bpmn:association id="as" sourceRef="x" targetRef="n"/>',
    "group": '<bpmn:group id="g"/>',
    "documentation": "<bpmn:documentation>so</bpmn:documentation>",
}


def packed(elements: tuple[str, ...]) -> ProcessPackage:
    return package(*elements, messages={"order": "= number"}, tables={"urgency.dmn": URGENCY_TABLE})


def errors(made: ProcessPackage) -> list[str]:
    return [str(found.message) for found in check_package(made, handlers={"act"}) if found.severity is Severity.ERROR]


def open_at(made: ProcessPackage) -> list[str]:
    spec = compile_process(normalise(made.diagram_bytes), "p")
    return [token.activity_id for token in TokenFlow.start(spec, conditions=lambda *asked: True).waiting()]


def test_each_line_of_the_page_has_its_example_and_no_other() -> None:
    told = {name: match[2] for name, match in ROWS.items()}
    shown = dict.fromkeys(RUNS, "runs") | dict.fromkeys(REFUSED, "refused") | dict.fromkeys(BESIDE, "documentation")
    assert told == shown


@pytest.mark.parametrize("name", ROWS)
def test_each_named_test_exists(name: str) -> None:
    path, function = ROWS[name][3], ROWS[name][4]
    assert f"def {function}(" in (ROOT / "tests" / "engine" / path).read_text()


@pytest.mark.parametrize("name", RUNS)
def test_what_runs_is_deployed(name: str) -> None:
    made = packed(RUNS[name])
    assert errors(made) == []
    compile_process(normalise(made.diagram_bytes), "p")


@pytest.mark.parametrize("name", [name for name in REFUSED if ROWS[name][4] == BY_BOTH])
def test_what_is_refused_is_refused_by_lint_and_by_the_compiler(name: str) -> None:
    made = packed(REFUSED[name])
    assert errors(made)
    with pytest.raises(CompileRefused):
        compile_process(normalise(made.diagram_bytes), "p")


@pytest.mark.parametrize("name", [name for name in REFUSED if ROWS[name][4] != BY_BOTH])
def test_what_is_refused_by_lint_alone(name: str) -> None:
    """The token flow has no clock and counts no runs, so that only lint can know."""
    assert errors(packed(REFUSED[name]))


@pytest.mark.parametrize("name", BESIDE)
def test_documentation_changes_nothing(name: str) -> None:
    with_it, without = packed((BESIDE[name], *line(person("x")))), packed(line(person("x")))
    assert errors(with_it) == []
    assert open_at(with_it) == open_at(without) == ["x"]
