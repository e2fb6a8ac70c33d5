"""Process packages that are made for a measurement."""

from __future__ import annotations

from bpmn.package import ProcessPackage

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" targetNamespace="urn:caseloop:benchmark">'
)
DOER = "act"


def package(key: str, *elements: str) -> ProcessPackage:
    """A package with one process of these elements."""
    body = f'{HEAD}<bpmn:process id="p" isExecutable="true">{"".join(elements)}</bpmn:process></bpmn:definitions>'
    manifest = f'key = "{key}"\nversion = "1.0"\nname = "{key}"\nprocess = "p"\n'
    return ProcessPackage.from_files({"process.toml": manifest.encode(), f"{key}.bpmn": body.encode()})


def worked_by_doer() -> ProcessPackage:
    """start → service task → end."""
    return package("errand", start(), service("act"), end(), flow("start", "act"), flow("act", "end"))


def reminded() -> ProcessPackage:
    """A user task, of which a timer reminds once, a day after it began."""
    reminder = (
        '<bpmn:boundaryEvent id="reminder" attachedToRef="handle" cancelActivity="false"><bpmn:timerEventDefinition>'
        "<bpmn:timeDuration>P1D</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>"
    )
    flows = (flow("start", "handle"), flow("handle", "end"), flow("reminder", "reminded"))
    return package("reminder", start(), user("handle"), reminder, end(), end("reminded"), *flows)


def of_size(activities: int) -> ProcessPackage:
    """So many user and service tasks in a row, every tenth behind a choice that may leave it out."""
    elements, flows, before = [start(), end()], [], "start"
    for index in range(activities):
        name = f"activity_{index}"
        elements.append(service(name) if index % 2 else user(name))
        if index % 10:
            flows.append(flow(before, name))
            before = name
            continue
        elements.append(f'<bpmn:exclusiveGateway id="split_{index}" default="skip_{index}"/>')
        elements.append(f'<bpmn:exclusiveGateway id="join_{index}"/>')
        condition = "<bpmn:conditionExpression>= amount &gt; 100</bpmn:conditionExpression>"
        flows += [
            flow(before, f"split_{index}"),
            flow(f"split_{index}", name, inside=condition),
            flow(name, f"join_{index}"),
            flow(f"split_{index}", f"join_{index}", ident=f"skip_{index}"),
        ]
        before = f"join_{index}"
    return package(f"of-{activities}", *elements, *flows, flow(before, "end"))


def start() -> str:
    return '<bpmn:startEvent id="start" name="start"/>'


def end(ident: str = "end") -> str:
    return f'<bpmn:endEvent id="{ident}" name="{ident}"/>'


def user(ident: str) -> str:
    work = "<bpmn:extensionElements><zeebe:userTask/></bpmn:extensionElements>"
    return f'<bpmn:userTask id="{ident}" name="{ident}">{work}</bpmn:userTask>'


def service(ident: str) -> str:
    work = f'<bpmn:extensionElements><zeebe:taskDefinition type="{DOER}"/></bpmn:extensionElements>'
    return f'<bpmn:serviceTask id="{ident}" name="{ident}">{work}</bpmn:serviceTask>'


def flow(source: str, target: str, *, ident: str = "", inside: str = "") -> str:
    ident = ident or f"{source}_to_{target}"
    return f'<bpmn:sequenceFlow id="{ident}" sourceRef="{source}" targetRef="{target}">{inside}</bpmn:sequenceFlow>'
