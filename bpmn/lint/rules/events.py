"""Events that do not run here (some of them would run wrong without a word), each refused by name."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.diagram import EventKind, Node, NodeKind, Process
from bpmn.lint.finding import Fault, Place
from bpmn.lint.subject import Subject
from bpmn.wording import Wording
from bpmn.xml import BPMN

_RUNS = {
    NodeKind.START_EVENT: frozenset(),
    NodeKind.INTERMEDIATE_CATCH_EVENT: frozenset({EventKind.TIMER, EventKind.MESSAGE}),
    NodeKind.INTERMEDIATE_THROW_EVENT: frozenset(),
    NodeKind.BOUNDARY_EVENT: frozenset({EventKind.TIMER, EventKind.MESSAGE}),
    NodeKind.END_EVENT: frozenset({EventKind.TERMINATE}),
}
_WAYS_OUT = {
    NodeKind.START_EVENT: Wording(
        "Use a blank start event; cases are started by a person or a program",
        "请使用空白开始事件；案件由人员或程序启动",
    ),
    NodeKind.INTERMEDIATE_CATCH_EVENT: Wording("Use a timer or a message event", "请使用定时或消息事件"),
    NodeKind.INTERMEDIATE_THROW_EVENT: Wording("Use a send task or a service task", "请使用发送任务或服务任务"),
    NodeKind.BOUNDARY_EVENT: Wording("Use a timer or a message event", "请使用定时或消息事件"),
    NodeKind.END_EVENT: Wording(
        "Use a blank or a terminate end event, and put a send task before it where something must be told",
        "请使用空白或终止结束事件；若需通知，请在其前放置发送任务",
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


def no_link_event(subject: Subject) -> Iterator[Fault]:
    """Link events: the flow would stop at the throwing one and the case count as finished."""
    for node in subject.events(EventKind.LINK):
        yield Fault(
            at=node,
            message=Wording("Link event “{name}”: the case would stop here", "链接事件“{name}”：案件会停在此处"),
            way_out=Wording("Draw the flow through to where it goes on", "请用顺序流直接连到后续节点"),
        )


def no_compensation(subject: Subject) -> Iterator[Fault]:
    """Compensation: nothing would be undone."""
    way_out = Wording(
        "Draw the steps that undo the work as ordinary tasks behind a gateway", "请把撤销步骤画成网关之后的普通任务"
    )
    message = Wording("Compensation at “{name}”: nothing would be undone", "“{name}”使用补偿：实际不会撤销任何工作")
    for node in subject.events(EventKind.COMPENSATE):
        yield Fault(at=node, message=message, way_out=way_out)
    for element in subject.root.iter(f"{{{BPMN}}}*"):
        if element.get("isForCompensation") == "true":
            at = Place(id=element.get("id", ""), name=element.get("name", ""), line=element.sourceline or 0)
            yield Fault(at=at, message=message, way_out=way_out)


def no_signal_end(subject: Subject) -> Iterator[Fault]:
    """Signal end events: the signal would not be sent."""
    for node in subject.events(EventKind.SIGNAL):
        if node.kind is NodeKind.END_EVENT:
            yield Fault(
                at=node,
                message=Wording("Signal end event “{name}”: the signal would not be sent", "信号结束事件“{name}”：信号不会发出"),
                way_out=_WAYS_OUT[NodeKind.END_EVENT],
            )


def no_error_or_escalation_start(subject: Subject) -> Iterator[Fault]:
    """Event sub-processes that start by error or escalation: they would run at once."""
    for process, node in subject.diagram.nodes():
        if _starts_event_sub_process(subject, process, node, EventKind.ERROR, EventKind.ESCALATION):
            yield Fault(
                at=node,
                message=Wording(
                    "Start event “{name}” of an event sub-process: it would run at once, without any error or escalation",
                    "事件子流程的开始事件“{name}”：即使没有错误或升级也会立即运行",
                ),
                way_out=Wording("Lead to these steps by a gateway or a boundary timer", "请用网关或边界定时事件进入这些步骤"),
            )


def no_event_sub_process(subject: Subject) -> Iterator[Fault]:
    """Other event sub-processes: whether they interrupt would be ignored."""
    named = {fault.at.id for fault in no_error_or_escalation_start(subject)}
    for process, node in subject.diagram.nodes():
        if node.event_sub_process and not named.intersection(inner.id for inner in process.inside(node.id)):
            yield Fault(
                at=node,
                message=Wording(
                    "Event sub-process “{name}”: whether it interrupts the case would be ignored",
                    "事件子流程“{name}”：是否中断案件的设置会被忽略",
                ),
                way_out=Wording(
                    "Use a boundary event on the task or sub-process that it watches", "请在所监视的任务或子流程上使用边界事件"
                ),
            )


def no_interrupting_signal_on_sub_process(subject: Subject) -> Iterator[Fault]:
    """Interrupting signal or escalation events on a sub-process: the work inside would go on."""
    for process, node in subject.diagram.nodes():
        host = process.nodes.get(node.attached_to or "")
        if _is_signal_or_escalation(node) and node.interrupting and host and host.kind.holds_nodes:
            yield Fault(
                at=node,
                message=Wording(
                    "Boundary event “{name}” on sub-process “{host}”: the work inside would go on",
                    "子流程“{host}”上的边界事件“{name}”：内部工作不会停止",
                ),
                way_out=_WAYS_OUT[NodeKind.BOUNDARY_EVENT],
                params={"host": host.label},
            )


def no_error_end(subject: Subject) -> Iterator[Fault]:
    """Error end events of a process: the case would count as completed."""
    for node in subject.events(EventKind.ERROR):
        if node.kind is NodeKind.END_EVENT and node.parent_id is None:
            yield Fault(
                at=node,
                message=Wording(
                    "Error end event “{name}”: the case would count as completed", "错误结束事件“{name}”：案件会被视为已完成"
                ),
                way_out=Wording(
                    "End with a terminate event and record the outcome before it", "请改用终止结束事件，并在其前记录结果"
                ),
            )


def supported_event(subject: Subject) -> Iterator[Fault]:
    """Every other event that does not run here, and events that should wait for something but do not say for what."""
    for process, node in subject.diagram.nodes():
        if not node.kind.is_event or _named_by_another_rule(subject, process, node):
            continue
        if node.event is None:
            yield from _without_definition(node)
        elif node.event.kind not in _RUNS[node.kind]:
            yield Fault(
                at=node,
                message=Wording("“{name}” is a {kind} event, which does not run here", "“{name}”是{kind_zh}事件，在此无法运行"),
                way_out=_WAYS_OUT[node.kind],
                params={"kind": node.event.kind.value, "kind_zh": _KIND_ZH[node.event.kind]},
            )


def _without_definition(node: Node) -> Iterator[Fault]:
    if node.kind in (NodeKind.INTERMEDIATE_CATCH_EVENT, NodeKind.BOUNDARY_EVENT):
        yield Fault(
            at=node,
            message=Wording("“{name}” does not say what it waits for", "“{name}”没有说明在等待什么"),
            way_out=_WAYS_OUT[node.kind],
        )


def _named_by_another_rule(subject: Subject, process: Process, node: Node) -> bool:
    if node.event is None:
        return False
    kind = node.event.kind
    host = process.nodes.get(node.attached_to or "")
    return (
        kind in (EventKind.LINK, EventKind.COMPENSATE)
        or (kind in (EventKind.SIGNAL, EventKind.ERROR) and node.kind is NodeKind.END_EVENT and _is_named_end(node))
        or bool(node.parent_id and process.nodes[node.parent_id].event_sub_process and node.kind is NodeKind.START_EVENT)
        or bool(_is_signal_or_escalation(node) and node.interrupting and host and host.kind.holds_nodes)
    )


def _is_named_end(node: Node) -> bool:
    return node.event is not None and (node.event.kind is EventKind.SIGNAL or node.parent_id is None)


def _is_signal_or_escalation(node: Node) -> bool:
    return node.event is not None and node.event.kind in (EventKind.SIGNAL, EventKind.ESCALATION)


def _starts_event_sub_process(subject: Subject, process: Process, node: Node, *kinds: EventKind) -> bool:
    parent = subject.parent(process, node)
    starts = node.kind is NodeKind.START_EVENT and parent is not None and parent.event_sub_process
    return bool(starts and node.event and node.event.kind in kinds)
