"""How grave each rule is. Settings may override any line."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from bpmn.lint.finding import Severity

# Rules of ours that are not errors.
_MILDER = {
    "condition-on-default": Severity.WARNING,
    "gateway-default": Severity.WARNING,
    "message-correlation": Severity.WARNING,
    "missing-translation": Severity.INFO,
    "no-layout": Severity.WARNING,
    "plain-task": Severity.WARNING,
    "reachable": Severity.WARNING,
    "table-gap": Severity.WARNING,
    "unused-file": Severity.INFO,
    "user-task-form": Severity.WARNING,
}
# bpmnlint:recommended, and what of it we see otherwise.
_BPMNLINT = {
    "ad-hoc-sub-process": Severity.OFF,  # supported-element refuses the whole element
    "conditional-flows": Severity.OFF,  # gateway-conditions says it for gateways; beside activities plain flows may stand
    "end-event-required": Severity.WARNING,  # the normaliser adds implicit ends
    "event-based-gateway": Severity.ERROR,
    "event-sub-process-typed-start-event": Severity.OFF,  # event-sub-process says it in full
    "fake-join": Severity.WARNING,
    "global": Severity.WARNING,
    "label-required": Severity.WARNING,  # a matter of reading, not of running
    "link-event": Severity.OFF,  # known-link says it in full
    "no-bpmndi": Severity.WARNING,  # it runs, but cannot be shown
    "no-complex-gateway": Severity.OFF,  # ours, with a way out
    "no-disconnected": Severity.ERROR,
    "no-duplicate-sequence-flows": Severity.ERROR,
    "no-gateway-join-fork": Severity.WARNING,
    "no-implicit-end": Severity.WARNING,  # the normaliser adds it
    "no-implicit-split": Severity.WARNING,  # the normaliser adds it
    "no-implicit-start": Severity.WARNING,  # the normaliser adds it
    "no-inclusive-gateway": Severity.WARNING,
    "no-overlapping-elements": Severity.WARNING,
    "single-blank-start-event": Severity.ERROR,
    "single-event-definition": Severity.ERROR,
    "start-event-required": Severity.WARNING,  # the normaliser adds it
    "sub-process-blank-start-event": Severity.ERROR,
    "superfluous-gateway": Severity.WARNING,
    "superfluous-label": Severity.WARNING,
    "superfluous-termination": Severity.WARNING,
}
BPMNLINT_PREFIX = "bpmnlint/"
DEFAULTS: Mapping[str, Severity] = MappingProxyType(
    {**_MILDER, **{BPMNLINT_PREFIX + name: severity for name, severity in _BPMNLINT.items()}}
)


def severity_of(rule: str, overrides: Mapping[str, str]) -> Severity:
    """Return a rule's severity; error unless overrides or defaults say another."""
    return Severity(overrides.get(rule, DEFAULTS.get(rule, Severity.ERROR)))
