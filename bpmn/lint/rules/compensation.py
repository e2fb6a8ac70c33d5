"""Compensation: whatever undoes completed work is found from where it is asked for, and stands outside the flow."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.diagram import EventKind, Node, NodeKind, Process
from bpmn.lint.finding import Fault
from bpmn.lint.subject import Subject
from bpmn.wording import Wording
from bpmn.xml import BPMN

_THROWING = (NodeKind.INTERMEDIATE_THROW_EVENT, NodeKind.END_EVENT)
_CONNECT = Wording(
    "Draw an association from the compensation event on the activity's border to one activity marked for compensation, "
    "and no flow to or from either",
    "请从活动边框上的补偿事件画一条关联线到一个标记为补偿的活动，且两者都不要连接顺序流",
)
_KEEP_ONE = Wording(
    "Keep one: a compensation event on the border, or one compensation event sub-process inside",
    "请只保留一个：边框上的补偿事件，或内部的一个补偿事件子流程",
)
_CHOOSE = Wording(
    "Choose an activity of the same (sub-)process that has a compensation, or none to undo all that completed",
    "请选择同一（子）流程中带有补偿的活动，或留空以撤销所有已完成的活动",
)
_WAIT = Wording("Let it wait for completion", "请设为等待补偿完成")
_INSIDE = Wording("Put it into the sub-process that it undoes", "请将其放入它所撤销的子流程中")

_Problem = tuple[Wording, Wording]


def valid_compensation(subject: Subject) -> Iterator[Fault]:
    """Compensation events, their handlers and who asks for them belong together."""
    hasty = {
        element.getparent().get("id")
        for element in subject.root.iter(f"{{{BPMN}}}compensateEventDefinition")
        if element.get("waitForCompletion") == "false"
    }
    for process, node in subject.diagram.nodes():
        problem = _problem(process, node, hasty)
        if problem:
            yield Fault(at=node, message=Wording("“{name}” " + problem[0].en, "“{name}”" + problem[0].zh), way_out=problem[1])


def _problem(process: Process, node: Node, hasty: set[str | None]) -> _Problem | None:
    if node.for_compensation:
        return _handler_problem(process, node)
    if not _compensates(node):
        return _several(process, node)
    if node.kind is NodeKind.BOUNDARY_EVENT:
        return _boundary_problem(process, node)
    if node.kind is NodeKind.START_EVENT:
        return _start_problem(process, node)
    if node.kind in _THROWING:
        return _throw_problem(process, node, hasty)
    return None


def _handler_problem(process: Process, node: Node) -> _Problem | None:
    events = [each for each in process.nodes.values() if _compensates(each) and process.compensation_of(each.id) is node]
    if events and not (node.incoming or node.outgoing or process.boundary_events(node.id) or node.event_sub_process):
        return None
    fact = Wording(
        "is for compensation, but no compensation event is associated with it, or it has a flow or an event on its border",
        "用于补偿，但没有补偿事件与之关联，或它连有顺序流、边界事件",
    )
    return fact, _CONNECT


def _boundary_problem(process: Process, node: Node) -> _Problem | None:
    handler = process.compensation_of(node.id)
    if handler is not None and handler.for_compensation and handler.parent_id == node.parent_id and not node.outgoing:
        return None
    fact = Wording(
        "is a compensation event without an activity for compensation, or with a flow",
        "是补偿事件，但没有关联用于补偿的活动，或连有顺序流",
    )
    return fact, _CONNECT


def _start_problem(process: Process, node: Node) -> _Problem | None:
    around = process.nodes.get(node.parent_id or "")
    if around is None or around.parent_id is not None or not around.event_sub_process:
        return None
    fact = Wording(
        "starts by the compensation of the whole process, which nothing could ask for",
        "由整个流程的补偿启动，但没有任何元素能触发它",
    )
    return fact, _INSIDE


def _throw_problem(process: Process, node: Node, hasty: set[str | None]) -> _Problem | None:
    if node.id in hasty:
        return Wording("doesn't wait for its compensation, which does not run here", "不等待补偿完成，在此无法运行"), _WAIT
    wanted = node.event.reference if node.event else None
    if wanted is None or any(each.id == wanted and _is_undoable(process, each) for each in _seen_from(process, node)):
        return None
    fact = Wording(
        "undoes an activity that is not in the same (sub-)process, or that has no compensation",
        "所撤销的活动不在同一（子）流程中，或没有设置补偿",
    )
    return fact, _CHOOSE


def _several(process: Process, node: Node) -> _Problem | None:
    if len(_compensations(process, node)) < 2:
        return None
    return Wording("has more than one compensation", "带有多个补偿"), _KEEP_ONE


def _seen_from(process: Process, node: Node) -> Iterator[Node]:
    """The nodes beside a throw; inside an event sub-process also those beside that."""
    yield from process.inside(node.parent_id)
    around = process.nodes.get(node.parent_id or "")
    if around is not None and around.event_sub_process:
        yield from _seen_from(process, around)


def _is_undoable(process: Process, node: Node) -> bool:
    inner = process.inside(node.id) if node.kind.holds_nodes else ()
    return bool(_compensations(process, node)) or any(_is_undoable(process, each) for each in inner)


def _compensations(process: Process, node: Node) -> list[Node]:
    """The compensation events on a node's border and the starts of compensation event sub-processes inside it."""
    inside = [each for each in process.inside(node.id) if each.event_sub_process] if node.kind.holds_nodes else []
    starts = [start for each in inside for start in process.inside(each.id) if start.kind is NodeKind.START_EVENT]
    return [each for each in (*process.boundary_events(node.id), *starts) if _compensates(each)]


def _compensates(node: Node) -> bool:
    return node.event is not None and node.event.kind is EventKind.COMPENSATE
