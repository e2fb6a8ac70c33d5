"""What a diagram names must exist: forms, decisions, handlers, messages, processes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bpmn.diagram import EventKind, Node, NodeKind, feel_source
from bpmn.lint.finding import Fault
from bpmn.lint.subject import Subject
from bpmn.wording import Wording

_CALLING = (NodeKind.SERVICE_TASK, NodeKind.SEND_TASK)
_CATCHING = (NodeKind.START_EVENT, NodeKind.INTERMEDIATE_CATCH_EVENT, NodeKind.BOUNDARY_EVENT, NodeKind.RECEIVE_TASK)
_THROWING = (NodeKind.INTERMEDIATE_THROW_EVENT, NodeKind.END_EVENT)


def known_form(subject: Subject) -> Iterator[Fault]:
    """The form that a user task shows is in the package."""
    for node in subject.nodes():
        form_id = node.work.form_id
        if form_id and (_is_worked_out(form_id) or (subject.package and form_id not in subject.package.forms)):
            yield _missing(node, Wording("form", "表单"), form_id, subject.package.forms if subject.package else ())


def user_task_form(subject: Subject) -> Iterator[Fault]:
    """A user task without a form shows its agent nothing to fill in."""
    for node in subject.nodes(NodeKind.USER_TASK):
        if not node.work.form_id:
            yield Fault(
                at=node,
                message=Wording("User task “{name}” has no form", "用户任务“{name}”没有表单"),
                way_out=Wording("Name a form of the package (Form, Form ID)", "请填写流程包中的表单（Form，Form ID）"),
            )


def known_decision(subject: Subject) -> Iterator[Fault]:
    """A business rule task names a decision of the package and the variable for its result."""
    for node in subject.nodes(NodeKind.BUSINESS_RULE_TASK):
        decision_id = node.work.decision_id
        if not decision_id and node.work.handler:
            continue
        known = subject.package.decisions if subject.package else ()
        if not decision_id or _is_worked_out(decision_id) or (subject.package and decision_id not in known):
            yield _missing(node, Wording("decision", "决策"), decision_id, known)
        elif not node.work.result_variable and not node.work.outputs:
            yield Fault(
                at=node,
                message=Wording("“{name}” does not say where its result goes", "“{name}”没有说明结果写入哪个变量"),
                way_out=Wording("Set the result variable", "请设置结果变量"),
            )


def known_handler(subject: Subject) -> Iterator[Fault]:
    """A service or send task names a handler that is installed; an external task's topic needs none."""
    for node in subject.nodes():
        handler = node.work.handler
        if node.work.topic is not None:
            continue
        needed = node.kind in _CALLING or handler or _tells_a_message(node)
        unknown = handler and subject.handlers is not None and handler not in subject.handlers
        if needed and (not handler or _is_worked_out(handler) or unknown):
            yield _missing(node, Wording("handler", "处理程序"), handler, subject.handlers or ())


def external_topic(subject: Subject) -> Iterator[Fault]:
    """An external task names its topic in a form that other programs can ask for."""
    for node in subject.nodes():
        if node.work.topic == "":
            yield Fault(
                at=node,
                message=Wording("“{name}” is an external task without a usable topic", "“{name}”是外部任务，但主题不可用"),
                way_out=Wording(
                    "Write external: and a topic of up to 80 letters, digits, dots, hyphens and underscores",
                    "请写成 external: 加主题；主题由字母、数字、点、连字符和下划线组成，最多 80 个字符",
                ),
            )


def known_message(subject: Subject) -> Iterator[Fault]:
    """Whatever waits for a message names one that the file declares."""
    for node in subject.nodes(*_CATCHING):
        event = node.event
        waits = node.kind is NodeKind.RECEIVE_TASK or (event is not None and event.kind is EventKind.MESSAGE)
        if waits and (event is None or not event.message_name or _is_worked_out(event.message_name)):
            names = [message.name for message in subject.diagram.messages.values() if message.name]
            yield _missing(node, Wording("message", "消息"), event.message_name if event else None, names)


def message_correlation(subject: Subject) -> Iterator[Fault]:
    """A message that is waited for says which case it belongs to."""
    for node in subject.nodes(*_CATCHING):
        event = node.event
        starts = node.kind is NodeKind.START_EVENT and node.parent_id is None
        if event and event.kind is EventKind.MESSAGE and event.message_name and not (event.correlation_key or starts):
            yield Fault(
                at=node,
                message=Wording(
                    "The message “{message}” that “{name}” waits for has no correlation key",
                    "“{name}”等待的消息“{message}”没有关联键",
                ),
                way_out=Wording(
                    "Set its subscription correlation key, such as = caseNumber", "请设置订阅关联键，例如 = caseNumber"
                ),
                params={"message": event.message_name},
            )


def called_process(subject: Subject) -> Iterator[Fault]:
    """A call activity names a fixed process, and which of its versions."""
    for node in subject.nodes(NodeKind.CALL_ACTIVITY):
        called, binding, version = node.work.called_process, node.work.called_binding, node.work.called_version
        if not called or _is_worked_out(called):
            message = Wording("Call activity “{name}” names no fixed process", "调用活动“{name}”没有指定固定的流程")
        elif binding not in (None, "latest", "deployment", "versionTag") or (binding == "versionTag") != bool(version):
            message = Wording("Call activity “{name}” does not say which version", "调用活动“{name}”没有说明调用哪个版本")
        else:
            continue
        yield Fault(
            at=node,
            message=message,
            way_out=Wording(
                "Set the called element: process ID and binding (latest, deployment, or version tag with the tag)",
                "请设置被调用元素：流程 ID 与绑定方式（latest、deployment，或带版本标签的 versionTag）",
            ),
        )


def _tells_a_message(node: Node) -> bool:
    return node.kind in _THROWING and node.event is not None and node.event.kind is EventKind.MESSAGE


def _is_worked_out(text: str) -> bool:
    return feel_source(text) is not None


def _missing(node: Node, what: Wording, given: str | None, known: Iterable[str]) -> Fault:
    listed = ", ".join(sorted(known)[:8]) or "–"
    if not given:
        message = Wording("“{name}” names no {what}", "“{name}”没有指定{what_zh}")
    elif _is_worked_out(given):
        message = Wording(
            "The {what} of “{name}” is an expression; it must be fixed", "“{name}”的{what_zh}是表达式，必须为固定名称"
        )
    else:
        message = Wording("“{name}” names the {what} “{given}”, which does not exist", "“{name}”指定的{what_zh}“{given}”不存在")
    return Fault(
        at=node,
        message=message,
        way_out=Wording("Name one of: {known}", "请从中选择：{known}"),
        params={"what": what.en, "what_zh": what.zh, "given": given or "", "known": listed},
    )
