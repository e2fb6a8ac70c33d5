"""The one door to PyPI's `bpmn-io` (bpmnlint and automatic layout in Python).

The port is young, so whatever it raises comes out as `PortFailed`. It is given only what `bpmn.xml` parsed before.
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Mapping
from typing import Any

from bpmn_io import create_moddle, layout_process
from bpmn_io.lint.test_rule import test_rule as run
from lxml import etree

from bpmn.xml import BPMN, reference


class PortFailed(Exception):
    """The port raised; the message says what."""


def definitions_of(root: etree._Element) -> Any:
    """Return the port's own tree of a diagram. Raises PortFailed."""
    try:
        return create_moddle().from_xml(_text(root)).root_element
    except Exception as error:  # any failure of the port
        raise _failed(error) from error


def rule_reports(rule: str, definitions: Any) -> list[Mapping[str, Any]]:
    """Return the reports (`id`, `message`) of one of bpmnlint's rules. Raises PortFailed."""
    try:
        module = importlib.import_module(f"bpmn_io.lint.rules.{'global_' if rule == 'global' else rule.replace('-', '_')}")
        return run(definitions, module.factory({}))
    except Exception as error:  # any failure of the port
        raise _failed(error) from error


def laid_out(root: etree._Element) -> bytes:
    """Return the diagram with a layout of the port's making. Raises PortFailed."""
    try:
        return str(layout_process(_text(root))).encode()
    except Exception as error:  # any failure of the port
        raise _failed(error) from error


def _failed(error: Exception) -> PortFailed:
    return PortFailed(f"{type(error).__name__} {error}"[:200])


def _text(root: etree._Element) -> str:
    """Write the diagram so that every node lists its flows; files may leave that out, but the port looks there only."""
    complete = copy.deepcopy(root)
    nodes = {each.get("id"): each for each in complete.iter(f"{{{BPMN}}}*") if each.get("id")}
    for flow in list(complete.iter(f"{{{BPMN}}}sequenceFlow")):
        for end, name in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
            node = nodes.get(reference(flow.get(end)))
            if node is None or not flow.get("id"):
                continue
            listed = {reference(each.text) for each in node.findall(f"{{{BPMN}}}{name}")}
            if flow.get("id") not in listed:
                etree.SubElement(node, f"{{{BPMN}}}{name}").text = flow.get("id")
    return etree.tostring(complete, encoding="unicode")
