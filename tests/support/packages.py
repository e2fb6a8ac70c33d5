"""Small process packages for the tests, made of elements written as Python calls (see tests/engine/spiff/diagrams.py)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from bpmn.package import ProcessPackage
from tests.engine.spiff.diagrams import DECLARED, HEAD, element

MANIFEST = 'key = "{key}"\nversion = "{version}"\nname = "{key}"\nprocess = "p"\n'


def package(
    *elements: str,
    key: str = "story",
    version: str = "1.0",
    forms: Mapping[str, list[dict]] | None = None,
    tables: Mapping[str, bytes] | None = None,
    messages: Mapping[str, str] | None = None,
) -> ProcessPackage:
    """A package with one process "p". `messages` maps a message's id and name to its correlation key's FEEL.

    Signals, errors and escalations are those of the diagrams of tests/engine/spiff.
    """
    declared = "".join(
        f'<bpmn:message id="{name}" name="{name}"><bpmn:extensionElements>'
        f"<zeebe:subscription correlationKey={quoteattr(text)}/></bpmn:extensionElements></bpmn:message>"
        for name, text in (messages or {}).items()
    )
    if any("EventDefinition" in each for each in elements):
        declared += DECLARED
    body = f'<bpmn:process id="p" isExecutable="true">{"".join(elements)}</bpmn:process>'
    files = {
        "process.toml": MANIFEST.format(key=key, version=version).encode(),
        "story.bpmn": f"{HEAD}{declared}{body}</bpmn:definitions>".encode(),
        **{f"{name}.form": form(name, fields) for name, fields in (forms or {}).items()},
        **(tables or {}),
    }
    return ProcessPackage.from_files(files)


def form(ident: str, fields: list[dict]) -> bytes:
    """A form-js schema with these components."""
    return json.dumps({"schemaVersion": 16, "type": "default", "id": ident, "components": fields}).encode()


def extended(kind: str, ident: str, *extensions: str, inside: str = "", **attributes: str) -> str:
    """An element with zeebe extensions."""
    told = f"<bpmn:extensionElements>{''.join(extensions)}</bpmn:extensionElements>" if extensions else ""
    return element(kind, ident, told + inside, **attributes)


def zeebe(name: str, inside: str = "", **attributes: str) -> str:
    told = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    return f"<zeebe:{name}{told}>{inside}</zeebe:{name}>"


def person(ident: str, *, form_id: str | None = None, **assignment: str) -> str:
    """A user task; `assignment` are attributes of zeebe:assignmentDefinition."""
    extensions = [zeebe("userTask")]
    if form_id:
        extensions.append(zeebe("formDefinition", formId=form_id))
    if assignment:
        extensions.append(zeebe("assignmentDefinition", **assignment))
    return extended("userTask", ident, *extensions)


def work(ident: str, handler: str, *, kind: str = "serviceTask", **headers: str) -> str:
    """A service or send task for a handler."""
    told = "".join(zeebe("header", key=key, value=value) for key, value in headers.items())
    extensions = [zeebe("taskDefinition", type=handler)]
    if told:
        extensions.append(zeebe("taskHeaders", told))
    return extended(kind, ident, *extensions)


def decision(ident: str, decision_id: str, result: str) -> str:
    return extended("businessRuleTask", ident, zeebe("calledDecision", decisionId=decision_id, resultVariable=result))


def boundary_timer(ident: str, on: str, text: str, *, kind: str = "timeDuration", interrupting: bool = False) -> str:
    definition = f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    return element("boundaryEvent", ident, definition, attachedToRef=on, cancelActivity=str(interrupting).lower())


def boundary_message(ident: str, on: str, message: str) -> str:
    definition = f'<bpmn:messageEventDefinition messageRef="{message}"/>'
    return element("boundaryEvent", ident, definition, attachedToRef=on, cancelActivity="false")


def catch_message(ident: str, message: str) -> str:
    return element("intermediateCatchEvent", ident, f'<bpmn:messageEventDefinition messageRef="{message}"/>')


def catch_timer(ident: str, text: str, *, kind: str = "timeDuration") -> str:
    definition = f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    return element("intermediateCatchEvent", ident, definition)


URGENCY_TABLE = b"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="test">
  <decision id="urgency" name="urgency"><decisionTable id="t" hitPolicy="FIRST">
    <input id="i"><inputExpression id="ie" typeRef="boolean"><text>blocked</text></inputExpression></input>
    <output id="o" name="urgency" typeRef="string"/>
    <rule id="r1"><description>use is blocked</description>
      <inputEntry id="a"><text>true</text></inputEntry><outputEntry id="b"><text>"urgent"</text></outputEntry></rule>
    <rule id="r2"><inputEntry id="c"><text>-</text></inputEntry><outputEntry id="e"><text>"normal"</text></outputEntry></rule>
  </decisionTable></decision>
</definitions>"""
