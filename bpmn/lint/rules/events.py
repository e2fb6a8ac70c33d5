"""Events: which run where, and whether what they throw or catch is declared."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.diagram import EventKind, Node, NodeKind, Process, feel_source
from bpmn.lint.finding import Fault
from bpmn.lint.subject import Subject
from bpmn.wording import Wording

_STARTS_PROCESS = frozenset({EventKind.TIMER, EventKind.MESSAGE, EventKind.SIGNAL})
_CAUGHT = _STARTS_PROCESS | {EventKind.CONDITIONAL}
_CODED = frozenset({EventKind.ERROR, EventKind.ESCALATION})
_STARTS_SUB_PROCESS = _CAUGHT | _CODED | {EventKind.COMPENSATE}
_THROWN = frozenset({EventKind.MESSAGE, EventKind.SIGNAL, EventKind.ESCALATION, EventKind.COMPENSATE})
_RUNS = {
    NodeKind.START_EVENT: _STARTS_PROCESS,
    NodeKind.INTERMEDIATE_CATCH_EVENT: _CAUGHT | {EventKind.LINK},
    NodeKind.INTERMEDIATE_THROW_EVENT: _THROWN | {EventKind.LINK},
    NodeKind.BOUNDARY_EVENT: _CAUGHT | _CODED | {EventKind.COMPENSATE},
    NodeKind.END_EVENT: _THROWN | {EventKind.TERMINATE, EventKind.ERROR},
}
_WAYS_OUT = {
    NodeKind.START_EVENT: Wording(
        "Use a blank start event, or one with a message, a timer or a signal", "请使用空白、消息、定时或信号开始事件"
    ),
    NodeKind.INTERMEDIATE_CATCH_EVENT: Wording(
        "Use a timer, message, signal or conditional event", "请使用定时、消息、信号或条件事件"
    ),
    NodeKind.INTERMEDIATE_THROW_EVENT: Wording(
        "Use a signal, an escalation or a compensation event, a send task or a service task",
        "请使用信号、升级或补偿事件、发送任务或服务任务",
    ),
    NodeKind.BOUNDARY_EVENT: Wording(
        "Use a timer, message, signal, conditional, error, escalation or compensation event",
        "请使用定时、消息、信号、条件、错误、升级或补偿事件",
    ),
    NodeKind.END_EVENT: Wording(
        "Use a blank, terminate, message, signal, error, escalation or compensation end event",
        "请使用空白、终止、消息、信号、错误、升级或补偿结束事件",
    ),
}
_INSTEAD = {
    EventKind.MULTIPLE: Wording("Use one event for each of them", "请为其中每一个分别使用一个事件"),
    EventKind.CANCEL: Wording(
        "Use a compensation event, and an error event to leave the sub-process", "请使用补偿事件，并用错误事件离开子流程"
    ),
}
_KIND_ZH = {
    EventKind.TIMER: "定时",
    EventKind.MESSAGE: "消息",
    EventKind.SIGNAL: "信号",
    EventKind.ERROR: "错误",
    EventKind.ESCALATION: "升级",
    EventKind.TERMINATE: "终止",
    EventKind.CANCEL: "取消",
    EventKind.CONDITIONAL: "条件",
    EventKind.LINK: "链接",
    EventKind.COMPENSATE: "补偿",
    EventKind.MULTIPLE: "多重",
}
_CATCHING = (NodeKind.START_EVENT, NodeKind.INTERMEDIATE_CATCH_EVENT, NodeKind.BOUNDARY_EVENT)


def known_link(subject: Subject) -> Iterator[Fault]:
    """A link is thrown to the one event that catches its name in the same (sub-)process, and no flow goes beside it."""
    for process, node in subject.diagram.nodes():
        if node.event is None or node.event.kind is not EventKind.LINK:
            continue
        same = [other.kind for other in process.inside(node.parent_id) if _is_link(other, node.event.name)]
        throws = node.kind is NodeKind.INTERMEDIATE_THROW_EVENT
        beside = node.outgoing if throws else node.incoming
        caught_once = same.count(NodeKind.INTERMEDIATE_CATCH_EVENT) == 1
        if node.event.name and caught_once and NodeKind.INTERMEDIATE_THROW_EVENT in same and not beside:
            continue
        yield Fault(
            at=node,
            message=Wording(
                "Link event “{name}”: “{link}” is not thrown to exactly one catching event, or a flow goes beside the link",
                "链接事件“{name}”：其名称“{link}”没有对应唯一的接收事件，或另有顺序流相连",
            ),
            way_out=Wording(
                "Give the throwing events and one catching event of the same (sub-)process one name, and draw no flow between",
                "请在同一（子）流程中为抛出和唯一的接收链接事件设置相同名称，且不要另画顺序流",
            ),
            params={"link": node.event.name or ""},
        )


def event_sub_process(subject: Subject) -> Iterator[Fault]:
    """An event sub-process has one start, by an event, and nothing else leads to it or away from it."""
    for process, node in subject.diagram.nodes():
        if not node.event_sub_process:
            continue
        starts = [inner for inner in process.inside(node.id) if inner.kind is NodeKind.START_EVENT]
        started = len(starts) == 1 and starts[0].event is not None
        if started and not (node.incoming or node.outgoing or process.boundary_events(node.id)):
            continue
        yield Fault(
            at=node,
            message=Wording(
                "Event sub-process “{name}” has not exactly one start with a trigger, or a flow or boundary event of its own",
                "事件子流程“{name}”没有唯一的带触发器的开始事件，或连有顺序流、边界事件",
            ),
            way_out=Wording(
                "Start it by one event other than a blank one, such as a timer or a message, and connect nothing to it",
                "请用一个带触发器的事件（例如定时或消息）启动它，且不要与其他元素相连",
            ),
        )


def known_event_name(subject: Subject) -> Iterator[Fault]:
    """Signals, errors and escalations are declared, with a fixed name or code."""
    for node in subject.events(EventKind.SIGNAL, *_CODED):
        event = node.event
        if event is None or (event.reference is None and event.kind in _CODED and node.kind in _CATCHING):
            continue
        text = event.name if event.kind is EventKind.SIGNAL else event.code
        if event.reference and text and text.strip() and feel_source(text) is None:
            continue
        yield Fault(
            at=node,
            message=Wording(
                "“{name}” names no {kind} that the file declares with a fixed name or code",
                "“{name}”没有引用文件中已声明且名称或代码固定的{kind_zh}",
            ),
            way_out=Wording(
                "Choose one in the properties panel and fill in its name or code", "请在属性面板中选择，并填写其名称或代码"
            ),
            params={"kind": event.kind.value, "kind_zh": _KIND_ZH[event.kind]},
        )


def supported_event(subject: Subject) -> Iterator[Fault]:
    """Every other event that does not run here, and events that should wait for something but do not say for what."""
    for process, node in subject.diagram.nodes():
        if not node.kind.is_event:
            continue
        if node.event is None:
            yield from _without_definition(node)
        elif node.event.kind not in _running(subject, process, node):
            yield Fault(
                at=node,
                message=Wording("“{name}” is a {kind} event, which does not run here", "“{name}”是{kind_zh}事件，在此无法运行"),
                way_out=_INSTEAD.get(node.event.kind, _WAYS_OUT[node.kind]),
                params={"kind": node.event.kind.value, "kind_zh": _KIND_ZH[node.event.kind]},
            )


def _running(subject: Subject, process: Process, node: Node) -> frozenset[EventKind]:
    """What runs at a node: more starts an event sub-process than a process, and nothing an ordinary sub-process."""
    parent = subject.parent(process, node)
    if node.kind is not NodeKind.START_EVENT or parent is None:
        return _RUNS[node.kind]
    return _STARTS_SUB_PROCESS if parent.event_sub_process else frozenset()


def _without_definition(node: Node) -> Iterator[Fault]:
    if node.kind in (NodeKind.INTERMEDIATE_CATCH_EVENT, NodeKind.BOUNDARY_EVENT):
        yield Fault(
            at=node,
            message=Wording("“{name}” does not say what it waits for", "“{name}”没有说明在等待什么"),
            way_out=_WAYS_OUT[node.kind],
        )


def _is_link(node: Node, name: str | None) -> bool:
    return node.event is not None and node.event.kind is EventKind.LINK and node.event.name == name
