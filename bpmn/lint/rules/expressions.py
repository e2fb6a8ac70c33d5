"""Every text that would be worked out while a case runs must be FEEL, or a plain ISO 8601 literal for times."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from bpmn.cycles import read_cycle, read_step
from bpmn.diagram import EventKind, Node, NodeKind, TimerKind, feel_source
from bpmn.expressions import feel_problem
from bpmn.forms import is_key
from bpmn.lint.finding import Fault, Located
from bpmn.lint.subject import Subject
from bpmn.wording import Wording

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:\d{2})\Z", re.ASCII)
_TIMER_ZH = {TimerKind.DATE: "日期", TimerKind.DURATION: "时长", TimerKind.CYCLE: "循环"}
_BAD_FEEL = Wording("{what} of “{name}” is not valid FEEL: {problem}", "“{name}”的{what_zh}不是有效的 FEEL：{problem_zh}")
_NOT_FEEL = Wording(
    "{what} of “{name}” does not start with “=”, so it is no expression: {text}",
    "“{name}”的{what_zh}没有以“=”开头，不是表达式：{text}",
)
_WRITE_FEEL = Wording(
    'Write a FEEL expression after “=”, such as = priority = "urgent"', '请在“=”之后写 FEEL 表达式，例如 = priority = "urgent"'
)
_CONDITION = Wording("The condition", "条件")
_SCHEDULES = (
    ("assignee", Wording("Assignee", "办理人")),
    ("candidate_groups", Wording("Candidate groups", "候选组")),
    ("candidate_users", Wording("Candidate users", "候选人")),
    ("due_date", Wording("Due date", "到期时间")),
    ("follow_up_date", Wording("Follow-up date", "跟进时间")),
    ("priority", Wording("Priority", "优先级")),
)


def valid_condition(subject: Subject) -> Iterator[Fault]:
    """Conditions of flows and of conditional events are FEEL."""
    for _, flow in subject.diagram.flows():
        if flow.condition:
            yield from _must_be_feel(flow, flow.condition, _CONDITION)
    for node in subject.events(EventKind.CONDITIONAL):
        yield from _must_be_feel(node, (node.event.expression if node.event else None) or "", _CONDITION)


def valid_timer(subject: Subject) -> Iterator[Fault]:
    """Timers are ISO 8601 durations, dates with a zone or cycles, or FEEL; a cycle stands where an event can occur again."""
    for node in subject.nodes():
        event = node.event
        if event is None or event.kind is not EventKind.TIMER:
            continue
        if event.expression is None or event.timer_kind is None:
            yield Fault(
                at=node,
                message=Wording("Timer “{name}” has no time", "定时事件“{name}”没有设置时间"),
                way_out=Wording(
                    "Give a duration such as PT15M, or an expression after “=”", "请填写时长，例如 PT15M，或在“=”之后写表达式"
                ),
            )
        elif event.timer_kind is TimerKind.CYCLE and not _may_repeat(node):
            yield Fault(
                at=node,
                message=Wording(
                    "Timer “{name}” repeats, but such an event occurs only once",
                    "定时事件“{name}”为循环定时，但此类事件只发生一次",
                ),
                way_out=Wording(
                    "Use a duration or a date, or a non-interrupting boundary event", "请使用时长或日期，或改为非中断的边界事件"
                ),
            )
        elif feel_source(event.expression) is not None:
            yield from _must_be_feel(node, event.expression, Wording("The time", "时间"))
        elif not _is_iso(event.expression, event.timer_kind):
            yield Fault(
                at=node,
                message=Wording(
                    "The {kind} of timer “{name}” is not ISO 8601: {text}", "定时事件“{name}”的{kind_zh}不符合 ISO 8601：{text}"
                ),
                way_out=Wording(
                    "Write PT15M, 2026-11-21T09:30:00+08:00 or R3/PT1H, or an expression after “=”",
                    "请写 PT15M、2026-11-21T09:30:00+08:00 或 R3/PT1H，或在“=”之后写表达式",
                ),
                params={
                    "kind": event.timer_kind.value,
                    "kind_zh": _TIMER_ZH[event.timer_kind],
                    "text": _short(event.expression),
                },
            )


def _may_repeat(node: Node) -> bool:
    """Whether a timer is waited for again after it occurred: a start of the process, or what interrupts nothing."""
    if node.kind is NodeKind.START_EVENT:
        return node.parent_id is None or not node.interrupting
    return node.kind is NodeKind.BOUNDARY_EVENT and not node.interrupting


def valid_correlation_key(subject: Subject) -> Iterator[Fault]:
    """Correlation keys are FEEL, and a message that is waited for should have one."""
    for message in subject.diagram.messages.values():
        if message.correlation_key is not None:
            yield from _must_be_feel(message, message.correlation_key, Wording("The correlation key", "关联键"))


def valid_mapping(subject: Subject) -> Iterator[Fault]:
    """Sources of output mappings are FEEL; those of input mappings FEEL or a literal."""
    for node in subject.nodes():
        for source, target in node.work.inputs:
            if feel_source(source) is not None:
                yield from _must_be_feel(node, source, Wording(f"Input “{_short(target)}”", f"输入“{_short(target)}”"))
        for source, target in node.work.outputs:
            yield from _must_be_feel(node, source, Wording(f"Output “{_short(target)}”", f"输出“{_short(target)}”"))


def valid_schedule(subject: Subject) -> Iterator[Fault]:
    """Assignment, dates and priority of a user task are FEEL or plain text of the right kind."""
    for node in subject.nodes():
        for name, what in _SCHEDULES:
            text = getattr(node.work, name)
            if text is None:
                continue
            if feel_source(text) is not None:
                yield from _must_be_feel(node, text, what)
            elif not _is_plain(name, text):
                yield Fault(
                    at=node,
                    message=Wording("{what} of “{name}” cannot be used: {text}", "“{name}”的{what_zh}无法使用：{text}"),
                    way_out=Wording(
                        "Dates look like 2026-11-21T09:30:00+08:00, priorities are 0 to 100; or write an expression after “=”",
                        "日期形如 2026-11-21T09:30:00+08:00，优先级为 0 至 100；也可在“=”之后写表达式",
                    ),
                    params={"what": what.en, "what_zh": what.zh, "text": _short(text)},
                )


def variable_name(subject: Subject) -> Iterator[Fault]:
    """What a mapping or decision writes must be a name that data may have; dots lead into a context."""
    for node in subject.nodes():
        targets = [target for _, target in (*node.work.inputs, *node.work.outputs)]
        for target in (*targets, *filter(None, [node.work.result_variable])):
            if not all(map(is_key, target.split("."))):
                yield Fault(
                    at=node,
                    message=Wording(
                        "“{name}” writes to “{target}”, which cannot name a variable", "“{name}”写入“{target}”，不能作为变量名"
                    ),
                    way_out=Wording(
                        "Use letters, digits and underscores, and not “typename”",
                        "请使用字母、数字和下划线，且不要使用“typename”",
                    ),
                    params={"target": _short(target)},
                )


def _must_be_feel(at: Located, text: str, what: Wording) -> Iterator[Fault]:
    source = feel_source(text)
    params = {"what": what.en, "what_zh": what.zh, "text": _short(text)}
    if source is None:
        yield Fault(at=at, message=_NOT_FEEL, way_out=_WRITE_FEEL, params=params)
        return
    problem = feel_problem(source)
    if problem:
        yield Fault(
            at=at, message=_BAD_FEEL, way_out=_WRITE_FEEL, params={**params, "problem": problem.en, "problem_zh": problem.zh}
        )


def _is_iso(text: str, kind: TimerKind) -> bool:
    if kind is TimerKind.DURATION:
        return read_step(text) is not None
    try:
        if kind is TimerKind.CYCLE:
            return bool(read_cycle(text))
        return bool(_DATE.match(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_plain(name: str, text: str) -> bool:
    if name in ("due_date", "follow_up_date"):
        return _is_iso(text, TimerKind.DATE)
    if name == "priority":
        return text.isascii() and text.isdigit() and int(text[:4]) <= 100
    return "${" not in text and "#{" not in text


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:79] + "…"
