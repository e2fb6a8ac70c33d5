"""The node description table (流程节点说明表), read off a package: who does what, by when, with what, from what to what."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bpmn.diagram import EventKind, Node, NodeKind, Process, feel_source
from bpmn.expressions import feel_names, feel_problem
from bpmn.package import ProcessPackage
from bpmn.wording import Wording

COLUMNS: tuple[tuple[str, Wording], ...] = (
    ("name", Wording("Node", "节点名称")),
    ("role", Wording("Role", "责任角色")),
    ("limit", Wording("Time limit", "时限")),
    ("tool", Wording("Tool", "工具")),
    ("inputs", Wording("Inputs", "输入")),
    ("outputs", Wording("Outputs", "输出")),
)
_DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?\Z")
_UNITS = (
    Wording("years", "年"),
    Wording("months", "个月"),
    Wording("weeks", "周"),
    Wording("days", "天"),
    Wording("h", "小时"),
    Wording("min", "分钟"),
    Wording("s", "秒"),
)
_TOOLS: Mapping[str, Wording] = MappingProxyType(
    {
        "form": Wording("Form {name}", "表单 {name}"),
        "decision": Wording("Decision table {name}", "决策表 {name}"),
        "handler": Wording("Handler {name}", "处理程序 {name}"),
        "message": Wording("Message {name}", "消息 {name}"),
    }
)
_SYSTEM = Wording("System", "系统")
_DUE = Wording("due", "到期")
_COMPUTED = Wording("{event}: as {producer} computes", "{event}：按“{producer}”的结果")
_BY_TIME = Wording("{event}: {time}", "{event}：{time}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeDescription:
    """One row. All texts are in the language asked for; `limit`, `inputs` and `outputs` hold one line for each entry."""

    id: str
    kind: NodeKind
    name: str
    role: str
    limit: tuple[str, ...]
    tool: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


def describe(package: ProcessPackage, *, language: str = "zh") -> tuple[NodeDescription, ...]:
    """Return a row for every activity of the package's process, in the order in which a case meets them."""
    process = package.diagram.process(package.manifest.process_id)
    writer = _Writer(package, process, language)
    return tuple(writer.row(node) for node in _in_order(process) if node.kind.is_activity)


@dataclass(slots=True)
class _Writer:
    package: ProcessPackage
    process: Process
    language: str

    def row(self, node: Node) -> NodeDescription:
        return NodeDescription(
            id=node.id,
            kind=node.kind,
            name=self._told(node.label),
            role=self._role(node),
            limit=tuple(self._limits(node)),
            tool=self._tool(node),
            inputs=tuple(dict.fromkeys(self._inputs(node))),
            outputs=tuple(dict.fromkeys(self._outputs(node))),
        )

    def _told(self, text: str) -> str:
        return text if self.language.startswith("zh") else self.package.translate(text, self.language)

    def _role(self, node: Node) -> str:
        groups = node.work.candidate_groups or node.work.assignee
        named = groups if groups and feel_source(groups) is None else None
        fallback = named or ("" if node.kind in (NodeKind.USER_TASK, NodeKind.SUB_PROCESS) else _SYSTEM.fill(self.language, {}))
        return self._told(node.lane or fallback)

    def _limits(self, node: Node) -> Iterator[str]:
        if node.work.due_date:
            yield self._time(node.work.due_date, _DUE.fill(self.language, {}))
        for event in self.process.boundary_events(node.id):
            if event.event and event.event.kind is EventKind.TIMER and event.event.expression:
                yield self._time(event.event.expression, self._told(event.name))

    def _time(self, text: str, event: str) -> str:
        source = feel_source(text)
        producer = self._producer_behind(source) if source else None
        if producer:
            return _COMPUTED.fill(self.language, {"event": event, "producer": self._told(producer.label)})
        return _BY_TIME.fill(self.language, {"event": event, "time": source or duration_text(text, self.language)})

    def _producer_behind(self, source: str) -> Node | None:
        """Return the first activity whose result an expression reads."""
        if feel_problem(source):
            return None
        names = feel_names(source)
        return next((node for node in self.process.nodes.values() if _result_variable(node) in names), None)

    def _tool(self, node: Node) -> str:
        work = node.work
        name = self._decision_name(work.decision_id) if work.decision_id else None
        message = node.event.message_name if node.event else None
        found = (("form", work.form_id), ("decision", name), ("handler", work.handler), ("message", message))
        told = (_TOOLS[kind].fill(self.language, {"name": self._told(given)}) for kind, given in found if given)
        return ", ".join(told)

    def _inputs(self, node: Node) -> Iterator[str]:
        yield from (target for _, target in node.work.inputs)
        model = self.package.decisions.get(node.work.decision_id or "")
        for table in model.decisions[node.work.decision_id or ""].tables if model else ():
            yield from (self._told(column.label or column.text) for column in table.inputs)

    def _outputs(self, node: Node) -> Iterator[str]:
        form = self.package.forms.get(node.work.form_id or "")
        for path, field in form.inputs if form else ():
            yield self._told(field.label or path)
        result = _result_variable(node)
        if result:
            yield result
        yield from (target for _, target in node.work.outputs)

    def _decision_name(self, decision_id: str) -> str:
        model = self.package.decisions.get(decision_id)
        return (model.decisions[decision_id].name if model else "") or decision_id


def _result_variable(node: Node) -> str | None:
    return node.work.result_variable or node.work.properties.get("resultVariable")


def duration_text(text: str, language: str) -> str:
    """Return an ISO 8601 duration in words ("15 min", "2 小时"); anything else as it is."""
    match = _DURATION.match(text)
    if not match:
        return text
    parts = [(amount, unit) for amount, unit in zip(match.groups(), _UNITS, strict=True) if amount]
    return " ".join(f"{amount} {unit.fill(language, {})}" for amount, unit in parts) or text


def _in_order(process: Process) -> Iterator[Node]:
    """Breadth first from the starts; what is never reached comes last, in the file's order."""
    starts = [node.id for node in process.nodes.values() if node.kind is NodeKind.START_EVENT]
    seen: set[str] = set()
    for begin in (*starts, *process.nodes):
        waiting = deque([begin])
        while waiting:
            node_id = waiting.popleft()
            if node_id in seen or node_id not in process.nodes:
                continue
            seen.add(node_id)
            node = process.nodes[node_id]
            yield node
            waiting.extend(process.flows[flow_id].target for flow_id in node.outgoing)
            waiting.extend(event.id for event in process.boundary_events(node_id))
