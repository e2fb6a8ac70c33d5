"""What differs between two diagrams, in four buckets, so that moving a box does not read as a change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import MappingProxyType
from typing import Any

from bpmn.diagram import Diagram
from bpmn.diagram.model import Artifact, Flow, Message, Node, Process
from bpmn.wording import Wording

_DERIVED = frozenset({"id", "line", "incoming", "outgoing", "nodes", "flows", "lanes", "associations"})
_LABELS: Mapping[str, Wording] = MappingProxyType(
    {
        "name": Wording("Name", "名称"),
        "kind": Wording("Type", "类型"),
        "lane": Wording("Role (lane)", "角色（泳道）"),
        "documentation": Wording("Documentation", "说明"),
        "source": Wording("From", "起点"),
        "target": Wording("To", "终点"),
        "condition": Wording("Condition", "条件"),
        "default_flow": Wording("Default flow", "默认顺序流"),
        "attached_to": Wording("Attached to", "附着于"),
        "for_compensation": Wording("For compensation", "用于补偿"),
        "interrupting": Wording("Interrupting", "是否中断"),
        "parent_id": Wording("Sub-process", "所属子流程"),
        "executable": Wording("Executable", "可执行"),
        "correlation_key": Wording("Correlation key", "关联键"),
        "event.kind": Wording("Event", "事件"),
        "event.timer_kind": Wording("Timer type", "定时类型"),
        "event.expression": Wording("Time or condition", "时间或条件"),
        "event.reference": Wording("Refers to", "引用"),
        "event.message_name": Wording("Message", "消息"),
        "event.correlation_key": Wording("Correlation key", "关联键"),
        "work.form_id": Wording("Form", "表单"),
        "work.assignee": Wording("Assignee", "办理人"),
        "work.candidate_groups": Wording("Candidate groups", "候选组"),
        "work.candidate_users": Wording("Candidate users", "候选人"),
        "work.due_date": Wording("Due date", "到期时间"),
        "work.follow_up_date": Wording("Follow-up date", "跟进时间"),
        "work.priority": Wording("Priority", "优先级"),
        "work.handler": Wording("Handler", "处理程序"),
        "work.retries": Wording("Retries", "重试次数"),
        "work.headers": Wording("Headers", "任务头"),
        "work.decision_id": Wording("Decision", "决策"),
        "work.result_variable": Wording("Result variable", "结果变量"),
        "work.inputs": Wording("Inputs", "输入"),
        "work.outputs": Wording("Outputs", "输出"),
        "work.properties": Wording("Properties", "属性"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """An element by id, BPMN kind and name."""

    id: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyChange:
    """One property before and after; None where it was not set."""

    property: str
    old: Any
    new: Any

    def label(self, language: str = "en") -> str:
        """Return what the property is called."""
        return _LABELS.get(self.property, Wording(self.property, self.property)).said(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An element of both diagrams with the properties that differ; named as in the new one."""

    element: Element
    properties: tuple[PropertyChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All differences. `layout_changed` holds elements that only moved as well as changed ones that moved."""

    added: tuple[Element, ...] = ()
    removed: tuple[Element, ...] = ()
    changed: tuple[Changed, ...] = ()
    layout_changed: tuple[Element, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.layout_changed)


def compare(old: Diagram, new: Diagram) -> Differences:
    """Return what one must do to `old` to get `new`, elements known by their ids, in the files' order."""
    before, after = dict(_elements(old)), dict(_elements(new))
    both = [key for key in after if key in before]
    pairs = ((after[key], _property_changes(before[key], after[key])) for key in both)
    return Differences(
        added=tuple(_element(after[key]) for key in after if key not in before),
        removed=tuple(_element(before[key]) for key in before if key not in after),
        changed=tuple(Changed(element=_element(item), properties=found) for item, found in pairs if found),
        layout_changed=tuple(_element(after[key]) for key in both if _drawn(old, key) != _drawn(new, key)),
    )


def _elements(diagram: Diagram) -> Iterator[tuple[str, Process | Node | Flow | Message | Artifact]]:
    for process in diagram.processes:
        yield process.id, process
        yield from process.nodes.items()
        yield from process.flows.items()
    yield from diagram.messages.items()
    yield from diagram.artifacts.items()


def _element(item: Process | Node | Flow | Message | Artifact) -> Element:
    kinds = {Process: "process", Flow: "sequenceFlow", Message: "message"}
    return Element(id=item.id, kind=kinds.get(type(item)) or str(getattr(item, "kind", "")), name=item.name)


def _property_changes(old: Any, new: Any) -> tuple[PropertyChange, ...]:
    before, after = dict(_properties(old)), dict(_properties(new))
    names = list(dict.fromkeys((*after, *before)))
    return tuple(
        PropertyChange(property=name, old=before.get(name), new=after.get(name))
        for name in names
        if before.get(name) != after.get(name)
    )


def _properties(item: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for each in fields(item):
        value = getattr(item, each.name)
        if each.name in _DERIVED:
            continue
        if is_dataclass(value):
            yield from _properties(value, f"{prefix}{each.name}.")
        else:
            yield prefix + each.name, dict(value) if isinstance(value, Mapping) else value


def _drawn(diagram: Diagram, key: str) -> Any:
    shape, edge = diagram.layout.shapes.get(key), diagram.layout.edges.get(key)
    return (shape.bounds, shape.label) if shape else (edge.points, edge.label) if edge else None
