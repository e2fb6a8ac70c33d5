"""Colours: quiet fills by kind of work, so that a reader sees at a glance who acts."""

from __future__ import annotations

from dataclasses import dataclass

from bpmn.diagram import NodeKind

INK = "#1f2937"
LINE = "#475569"
FAINT = "#94a3b8"
PAPER = "#ffffff"
BAND = "#eef2f7"
MARK = "#2563eb"
HALO = "#bfdbfe"


@dataclass(frozen=True, slots=True)
class Tone:
    """Stroke and fill of a shape."""

    stroke: str
    fill: str


_PERSON = Tone("#3b6fb6", "#eef5ff")
_MACHINE = Tone("#5b6b7f", "#f6f8fa")
_RULE = Tone("#9a7200", "#fff9e6")
_MESSAGE = Tone("#6d5bb0", "#f5f2ff")
_HOLDER = Tone("#64748b", "#fcfdfe")
_DEFAULT = Tone(LINE, PAPER)
_TONES = {
    NodeKind.USER_TASK: _PERSON,
    NodeKind.MANUAL_TASK: _PERSON,
    NodeKind.SERVICE_TASK: _MACHINE,
    NodeKind.SCRIPT_TASK: _MACHINE,
    NodeKind.BUSINESS_RULE_TASK: _RULE,
    NodeKind.SEND_TASK: _MESSAGE,
    NodeKind.RECEIVE_TASK: _MESSAGE,
    NodeKind.SUB_PROCESS: _HOLDER,
    NodeKind.TRANSACTION: _HOLDER,
    NodeKind.AD_HOC_SUB_PROCESS: _HOLDER,
    NodeKind.START_EVENT: Tone("#2f855a", "#f0faf4"),
    NodeKind.END_EVENT: Tone("#b83232", "#fdf3f3"),
    NodeKind.INTERMEDIATE_CATCH_EVENT: Tone("#a16207", "#fffbeb"),
    NodeKind.INTERMEDIATE_THROW_EVENT: Tone("#a16207", "#fffbeb"),
    NodeKind.BOUNDARY_EVENT: Tone("#a16207", "#fffbeb"),
}
_GATEWAY = Tone("#8a6d1b", "#fffdf2")


def tone_of(kind: NodeKind) -> Tone:
    """Return the tone for a kind of node."""
    return _GATEWAY if kind.is_gateway else _TONES.get(kind, _DEFAULT)
