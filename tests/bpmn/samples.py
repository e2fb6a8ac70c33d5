"""Small diagrams and packages for the tests of bpmn/, written as Python calls."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from xml.sax.saxutils import escape, quoteattr

from bpmn.package import ProcessPackage

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
    ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:tns="urn:test" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="urn:test">\n'
)


def tag(kind: str, *inside: str, space: str = "bpmn", **attributes: str) -> str:
    """An element on a line of its own; `name_` stands for the attribute `name`."""
    told = "".join(f" {key.rstrip('_')}={quoteattr(value)}" for key, value in attributes.items())
    return f"<{space}:{kind}{told}>{''.join(inside)}</{space}:{kind}>\n"


def flow(source: str, target: str, condition: str | None = None, **attributes: str) -> str:
    """A sequence flow called `source_target`."""
    told = [] if condition is None else [tag("conditionExpression", escape(condition))]
    return tag("sequenceFlow", *told, id=f"{source}_{target}", sourceRef=source, targetRef=target, **attributes)


def zeebe(kind: str, *inside: str, **attributes: str) -> str:
    return tag(kind, *inside, space="zeebe", **attributes)


def extended(kind: str, ident: str, *extensions: str, inside: str = "", **attributes: str) -> str:
    """An element with zeebe extensions."""
    return tag(kind, tag("extensionElements", *extensions), inside, id=ident, **attributes)


def start(ident: str = "start") -> str:
    return tag("startEvent", id=ident, name="Start")


def end(ident: str = "end", *inside: str) -> str:
    return tag("endEvent", *inside, id=ident, name="End")


def user_task(ident: str, *extensions: str, name: str = "Handle") -> str:
    return extended("userTask", ident, zeebe("userTask"), zeebe("formDefinition", formId="handle"), *extensions, name=name)


def diagram(*elements: str, before: str = "", after: str = "", ident: str = "p", **attributes: str) -> bytes:
    """A file with one executable process."""
    process = tag("process", *elements, id=ident, **{"isExecutable": "true", "name": "Case", **attributes})
    return f"{HEAD}{before}{process}{after}</bpmn:definitions>".encode()


def straight(*elements: str, before: str = "") -> bytes:
    """start → each element in turn → end. An element's id is its first `id="…"`."""
    ids = ["start", *(each.partition('id="')[2].partition('"')[0] for each in elements), "end"]
    flows = [flow(*pair) for pair in pairwise(ids)]
    return diagram(start(), *elements, end(), *flows, before=before)


def form(*components: Mapping[str, object], ident: str = "handle") -> bytes:
    """A form-js schema."""
    return json.dumps({"type": "default", "schemaVersion": 16, "id": ident, "components": components}).encode()


MANIFEST = b'key = "story"\nversion = "1.0"\nname = "Story"\nprocess = "p"\n'
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
<decision id="classify" name="分类"><decisionTable hitPolicy="UNIQUE">
<input id="i" label="金额"><inputExpression id="e" typeRef="number"><text>amount</text></inputExpression></input>
<output id="o" name="result" typeRef="string">{values}</output>{rows}</decisionTable></decision></definitions>"""


def table(*rows: tuple[str, str], values: str = "") -> bytes:
    """A unique decision table with one input `amount` and one output, which lists its `values` if they are given."""
    told = (
        f'<rule id="r{number}"><inputEntry id="a{number}"><text>{test.replace("<", "&lt;")}</text></inputEntry>'
        f'<outputEntry id="b{number}"><text>"{value}"</text></outputEntry></rule>'
        for number, (test, value) in enumerate(rows)
    )
    listed = f"<outputValues><text>{values}</text></outputValues>" if values else ""
    return TABLE.format(rows="".join(told), values=listed).encode()


def package(bpmn: bytes, **files: bytes) -> ProcessPackage:
    """A package with this diagram and a form `handle`; `__` in a file's name stands for a dot."""
    given = {name.replace("__", "."): data for name, data in files.items()}
    standard = {"process.toml": MANIFEST, "story.bpmn": bpmn, "handle.form": form()}
    return ProcessPackage.from_files({**standard, **given})
