"""What lint found, as the editors' list and the errors show it: in the viewer's language."""

from __future__ import annotations

from typing import Any

from bpmn.lint import Finding
from bpmn.lint.severities import BPMNLINT_PREFIX, DEFAULTS
from webui.i18n import language

_BROWSER_SEVERITIES = {"warning": "warn"}


def finding_data(finding: Finding) -> dict[str, Any]:
    """Return a finding for JSON: severity, file, element_id, element_name, line, rule, message, way_out."""
    chinese = language().startswith("zh")
    return {
        "severity": finding.severity.value,
        "file": finding.file,
        "element_id": finding.element_id,
        "element_name": finding.element_name,
        "line": finding.line,
        "rule": finding.rule,
        "message": finding.message_zh if chinese else finding.message,
        "way_out": finding.way_out_zh if chinese else finding.way_out,
    }


def browser_lint_rules() -> dict[str, str]:
    """Return rule -> severity for the bpmnlint in the browser, so that it marks what the server finds and nothing else."""
    return {
        rule.removeprefix(BPMNLINT_PREFIX): _BROWSER_SEVERITIES.get(severity.value, severity.value)
        for rule, severity in DEFAULTS.items()
        if rule.startswith(BPMNLINT_PREFIX)
    }
