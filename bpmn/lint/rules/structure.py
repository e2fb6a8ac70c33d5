"""The drawing as such: ends that meet, elements that run here, nothing too long."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bpmn.diagram import EventKind, Node, NodeKind, Process
from bpmn.diagram.reader import id_of
from bpmn.lint.finding import Fault, Place
from bpmn.lint.subject import Subject
from bpmn.wording import Wording
from bpmn.xml import BPMN

LONGEST_CHAIN = 800
_ID = re.compile(r"[^\W\d][\w.-]{0,199}\Z")
_WAIT_IN_BRANCHES = Wording(
    "Wait for each of the events in a branch of its own between two parallel gateways",
    "请在两个并行网关之间的各分支上分别等待每个事件",
)
_MARKERS = {
    ("instantiate", "true"): Wording("Begin with a message start event", "请使用消息开始事件"),
    ("eventGatewayType", "Parallel"): _WAIT_IN_BRANCHES,
    ("parallelMultiple", "true"): _WAIT_IN_BRANCHES,
}
_UNSUPPORTED = {
    NodeKind.AD_HOC_SUB_PROCESS: (
        Wording("Ad-hoc sub-process", "即席子流程"),
        Wording(
            "Use an ordinary sub-process, with non-interrupting message events for what may be done at any time",
            "请使用普通子流程，并用非中断的消息事件表示可随时进行的工作",
        ),
    ),
    NodeKind.TRANSACTION: (
        Wording("Transaction", "事务"),
        Wording(
            "Use an ordinary sub-process: compensate what completed in it, then end it by an error that its border catches",
            "请使用普通子流程：先补偿其中已完成的工作，再以错误结束，由其边框上的错误事件捕获",
        ),
    ),
}


def no_script_task(subject: Subject) -> Iterator[Fault]:
    """Scripts of a diagram are never run."""
    for node in subject.nodes(NodeKind.SCRIPT_TASK):
        yield Fault(
            at=node,
            message=Wording(
                "Script task “{name}”: scripts in a diagram are never run", "脚本任务“{name}”：流程图中的脚本不会执行"
            ),
            way_out=Wording(
                "Use an output mapping, a decision table or a service task with a handler",
                "请改用输出映射、决策表或带处理程序的服务任务",
            ),
        )


def supported_element(subject: Subject) -> Iterator[Fault]:
    """Kinds of activity that do not run here."""
    for node in subject.nodes(*_UNSUPPORTED):
        kind, way_out = _UNSUPPORTED[node.kind]
        yield Fault(
            at=node,
            message=Wording("{kind} “{name}” does not run here", "{kind_zh}“{name}”在此无法运行"),
            way_out=way_out,
            params={"kind": kind.en, "kind_zh": kind.zh},
        )


def no_other_start(subject: Subject) -> Iterator[Fault]:
    """Gateways and receive tasks that would start a process, or wait for all of their events, do not run here."""
    for element in subject.root.iter(f"{{{BPMN}}}*"):
        marked = next((marker for marker in _MARKERS if element.get(marker[0]) == marker[1]), None)
        if marked:
            yield Fault(
                at=Place(id=element.get("id", ""), name=element.get("name", ""), line=element.sourceline or 0),
                message=Wording(
                    "“{name}” is marked “{marker}”, which does not run here", "“{name}”带有“{marker}”标记，在此无法运行"
                ),
                way_out=_MARKERS[marked],
                params={"marker": marked[0]},
            )


def boundary_attached(subject: Subject) -> Iterator[Fault]:
    """A boundary event must sit on an activity of its own scope."""
    for process, node in subject.diagram.nodes():
        host = process.nodes.get(node.attached_to or "")
        astray = host is None or not host.kind.is_activity or host.parent_id != node.parent_id
        if node.kind is NodeKind.BOUNDARY_EVENT and astray:
            yield Fault(
                at=node,
                message=Wording("Boundary event “{name}” sits on no task", "边界事件“{name}”没有附着在任务上"),
                way_out=Wording("Drag it onto the border of a task or sub-process", "请将其拖到任务或子流程的边框上"),
            )


def flow_ends(subject: Subject) -> Iterator[Fault]:
    """A sequence flow joins two nodes of the same scope, and no flow enters a start or leaves an end."""
    for process, flow in subject.diagram.flows():
        source, target = process.nodes.get(flow.source), process.nodes.get(flow.target)
        if source is None or target is None or source.parent_id != target.parent_id:
            reason = Wording("does not join two elements of one (sub-)process", "没有连接同一（子）流程中的两个元素")
        elif source.kind is NodeKind.END_EVENT:
            reason = Wording("leaves the end event “{source}”", "从结束事件“{source}”流出")
        elif target.kind in (NodeKind.START_EVENT, NodeKind.BOUNDARY_EVENT):
            reason = Wording("leads into the event “{target}”, which nothing may enter", "流入不可进入的事件“{target}”")
        else:
            continue
        yield Fault(
            at=flow,
            message=Wording("The flow “{name}” " + reason.en, "顺序流“{name}”" + reason.zh),
            way_out=Wording("Connect it anew", "请重新连接"),
            params={"source": source.label if source else "", "target": target.label if target else ""},
        )


def duplicate_id(subject: Subject) -> Iterator[Fault]:
    """An id names one element."""
    seen: dict[str, int] = {}
    for element in subject.root.iter():
        key = element.get("id") if isinstance(element.tag, str) else None
        if key and key in seen:
            yield Fault(
                at=Place(id=key, line=element.sourceline or 0),
                message=Wording(
                    "The id “{name}” stands twice, first on line {first}", "标识“{name}”重复，首次出现在第 {first} 行"
                ),
                way_out=Wording("Give one of the two an id of its own", "请为其中一个改用唯一的标识"),
                params={"first": seen[key]},
            )
        elif key:
            seen[key] = element.sourceline or 0


def valid_id(subject: Subject) -> Iterator[Fault]:
    """Ids are plain names: a colon or white space in one would break every reference to it."""
    for element in subject.root.iter(f"{{{BPMN}}}*"):
        key = element.get("id")
        if key is not None and not _ID.match(key):
            yield Fault(
                at=Place(id=key, name=element.get("name", ""), line=element.sourceline or 0),
                message=Wording("The id “{given}” cannot be referred to", "标识“{given}”无法被引用"),
                way_out=Wording(
                    "Use letters, digits, “_”, “-” and “.”, beginning with a letter", "请使用字母、数字、“_”“-”“.”，并以字母开头"
                ),
                params={"given": key[:80]},
            )


def no_layout(subject: Subject) -> Iterator[Fault]:
    """A file without any drawing runs, but cannot be shown."""
    if not subject.diagram.layout.shapes:
        yield Fault(
            at=Place(id=id_of(subject.root), line=subject.root.sourceline or 0),
            message=Wording("The file has no layout", "文件没有图形布局"),
            way_out=Wording("Open it in the editor, arrange it and save it", "请在编辑器中打开、排布并保存"),
        )


def executable_process(subject: Subject) -> Iterator[Fault]:
    """Exactly one process of a file can be deployed."""
    executable = subject.diagram.executable
    if len(executable) == 1:
        return
    named = ", ".join(process.id for process in executable)
    yield Fault(
        at=Place(id=id_of(subject.root), line=subject.root.sourceline or 0),
        message=Wording("The file has {count} executable processes {named}", "文件中有 {count} 个可执行流程 {named}"),
        way_out=Wording("Mark exactly one process as executable", "请只将一个流程标记为可执行"),
        params={"count": len(executable), "named": named},
    )


def reachable(subject: Subject) -> Iterator[Fault]:
    """A node that no start leads to never runs."""
    for process in subject.diagram.processes:
        reached = _reached(process)
        for node in process.nodes.values():
            if node.id not in reached and (node.parent_id is None or node.parent_id in reached):
                yield Fault(
                    at=node,
                    message=Wording("“{name}” is never reached from a start", "从开始事件无法到达“{name}”"),
                    way_out=Wording("Connect it, or delete it", "请连接或删除该元素"),
                )


def long_chain(subject: Subject) -> Iterator[Fault]:
    """The engine's parser follows a chain of nodes only so far."""
    for process in subject.diagram.processes:
        depth = _longest_walk(process)
        if depth > LONGEST_CHAIN:
            yield Fault(
                at=process,
                message=Wording(
                    "Process “{name}” has {count} elements in a row, more than {limit}",
                    "流程“{name}”连续 {count} 个元素，超过 {limit} 个",
                ),
                way_out=Wording("Gather parts of it into sub-processes", "请将部分内容归入子流程"),
                params={"count": depth, "limit": LONGEST_CHAIN},
            )


def _next(process: Process) -> dict[str, list[str]]:
    """What each node leads to: by its flows, by the boundary events on it, by its link, by its association with a handler."""
    following = {node.id: [process.flows[flow_id].target for flow_id in node.outgoing] for node in process.nodes.values()}
    for node in process.nodes.values():
        if node.attached_to in following:
            following[node.attached_to].append(node.id)
        handler = process.compensation_of(node.id)
        if handler is not None and handler.for_compensation:
            following[node.id].append(handler.id)
        if node.event and node.event.kind is EventKind.LINK:
            following[node.id] += [other.id for other in process.inside(node.parent_id) if _is_linked(node, other)]
    return following


def _is_linked(node: Node, other: Node) -> bool:
    catches = other.kind is NodeKind.INTERMEDIATE_CATCH_EVENT and node.kind is not other.kind
    if not catches or node.event is None or other.event is None:
        return False
    return other.event.kind is EventKind.LINK and other.event.name == node.event.name


def _reached(process: Process) -> set[str]:
    following = _next(process)
    starts = {node.parent_id for node in process.nodes.values() if node.kind is NodeKind.START_EVENT}
    waiting = [node.id for node in process.nodes.values() if _begins(node, starts)]
    reached: set[str] = set()
    while waiting:
        node_id = waiting.pop()
        if node_id in following and node_id not in reached:
            reached.add(node_id)
            waiting.extend(following[node_id])
    return reached


def _begins(node: Node, scopes_with_start: set[str | None]) -> bool:
    """Where a scope has no start event, whatever nothing leads into begins it."""
    implicit = node.parent_id not in scopes_with_start and not node.incoming and node.attached_to is None
    return node.kind is NodeKind.START_EVENT or node.event_sub_process or implicit


def _longest_walk(process: Process) -> int:
    """Return how deep a depth-first walk along the flows goes, as the engine's parser walks."""
    following = _next(process)
    depths: dict[str, int] = {}
    for begin in process.nodes.values():
        waiting = [] if begin.incoming or begin.attached_to else [(begin.id, 1)]
        while waiting:
            node_id, depth = waiting.pop()
            if node_id in following and node_id not in depths:
                depths[node_id] = depth
                waiting.extend((target, depth + 1) for target in reversed(following[node_id]))
    return max(depths.values(), default=0)
