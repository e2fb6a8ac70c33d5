"""bpmnlint's rules (the same as in the browser) as faults of ours; a rule that fails becomes a fault, never a crash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree

from bpmn.bpmn_io_port import PortFailed, definitions_of, rule_reports
from bpmn.lint.bpmnlint_texts import SAID
from bpmn.lint.finding import Fault, Place
from bpmn.wording import Wording

_KEEP_GOING = Wording("The other rules were applied; tell the operator", "其他规则已检查；请告知运维人员")
_LOOK = Wording("Select it in the editor and correct it", "请在编辑器中选中并修正")


def bpmnlint_faults(root: etree._Element, rules: Iterable[str]) -> Iterator[tuple[str, Fault]]:
    """Yield (rule, fault) for a tree that was safely parsed."""
    try:
        definitions = definitions_of(root)
    except PortFailed as error:
        yield "readable", _failed("readable", error)
        return
    places = {each.get("id"): each for each in root.iter() if isinstance(each.tag, str) and each.get("id")}
    for rule in rules:
        try:
            yield from ((rule, _fault(report, places)) for report in rule_reports(rule, definitions))
        except PortFailed as error:
            yield rule, _failed(rule, error)


def _fault(report: Mapping[str, Any], places: Mapping[str | None, etree._Element]) -> Fault:
    element = places.get(report.get("id"))
    message = str(report.get("message", "")).strip()
    said, way_out = SAID.get(message, (Wording(message, message), _LOOK))
    return Fault(
        at=Place(
            id=str(report.get("id") or ""),
            name="" if element is None else element.get("name", ""),
            line=0 if element is None else element.sourceline or 0,
        ),
        message=Wording("“{name}”: {said}", "“{name}”：{said_zh}"),
        way_out=way_out,
        params={"said": said.en, "said_zh": said.zh},
    )


def _failed(rule: str, error: PortFailed) -> Fault:
    return Fault(
        at=Place(),
        message=Wording("bpmnlint's rule {rule} failed: {problem}", "bpmnlint 规则 {rule} 执行失败：{problem}"),
        way_out=_KEEP_GOING,
        params={"rule": rule, "problem": str(error)},
    )
