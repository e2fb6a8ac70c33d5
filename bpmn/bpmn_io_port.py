"""The one door to PyPI's `bpmn-io` (bpmnlint and automatic layout in Python).

The port is young, so whatever it raises comes out as `PortFailed`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from bpmn_io import create_moddle, layout_process
from bpmn_io.lint.test_rule import test_rule as run


class PortFailed(Exception):
    """The port raised; the message says what."""


def definitions_of(xml: str) -> Any:
    """Return the port's own tree of a diagram that was safely parsed before. Raises PortFailed."""
    try:
        return create_moddle().from_xml(xml).root_element
    except Exception as error:  # any failure of the port
        raise _failed(error) from error


def rule_reports(rule: str, definitions: Any) -> list[Mapping[str, Any]]:
    """Return the reports (`id`, `message`) of one of bpmnlint's rules. Raises PortFailed."""
    try:
        module = importlib.import_module(f"bpmn_io.lint.rules.{'global_' if rule == 'global' else rule.replace('-', '_')}")
        return run(definitions, module.factory({}))
    except Exception as error:  # any failure of the port
        raise _failed(error) from error


def laid_out(xml: str) -> str:
    """Return the diagram with a layout of the port's making. Raises PortFailed."""
    try:
        return str(layout_process(xml))
    except Exception as error:  # any failure of the port
        raise _failed(error) from error


def _failed(error: Exception) -> PortFailed:
    return PortFailed(f"{type(error).__name__} {error}"[:200])
