"""Activities that are marked to run several times."""

from __future__ import annotations

from collections.abc import Iterator

from bpmn.diagram import Loop, Node, NodeKind, feel_source
from bpmn.expressions import feel_problem
from bpmn.forms import is_key
from bpmn.lint.finding import Fault
from bpmn.lint.subject import Subject
from bpmn.wording import Wording

MOST_ROUNDS = 1000
_SET_ITEMS = Wording(
    "Set the input collection (such as = items) and element of an activity that somebody works on",
    "请为有人处理的活动设置输入集合（例如 = items）和输入元素",
)
_SET_LOOP = Wording(
    "Set the condition under which it is done again (such as = not(done)), or a maximum, of an activity that somebody works on",
    "请为有人处理的活动设置再次执行的条件（例如 = not(done)）或最多次数",
)
_REPEATED = frozenset(
    {
        NodeKind.USER_TASK,
        NodeKind.SERVICE_TASK,
        NodeKind.SEND_TASK,
        NodeKind.RECEIVE_TASK,
        NodeKind.BUSINESS_RULE_TASK,
        NodeKind.CALL_ACTIVITY,
        NodeKind.SUB_PROCESS,
    }
)


def valid_loop(subject: Subject) -> Iterator[Fault]:
    """An activity that runs several times says how often or for what, and its texts can be worked out."""
    for node in subject.nodes():
        if node.loop:
            problem = _problem(node, node.loop)
            if problem:
                yield Fault(
                    at=node,
                    message=Wording(
                        "“{name}” is marked to run several times, but " + problem.en, "“{name}”被标记为多次运行，但" + problem.zh
                    ),
                    way_out=_way_out(node.loop),
                )


def _way_out(loop: Loop) -> Wording:
    if loop.behavior not in (None, "All"):
        return Wording(
            "Remove it; let the activity throw a signal or an escalation itself", "请将其移除；可由活动自身抛出信号或升级事件"
        )
    return _SET_ITEMS if loop.multi_instance else _SET_LOOP


def _problem(node: Node, loop: Loop) -> Wording | None:
    """What is wrong first, or None."""
    if node.kind not in _REPEATED or node.event_sub_process:
        return Wording("such an element does not run several times here", "此类元素在此无法多次运行")
    if not loop.multi_instance:
        return _loop_problem(loop)
    if loop.behavior not in (None, "All"):
        return Wording("events of single instances (behavior) are not thrown here", "此处不会抛出单个实例的事件（behavior）")
    if not loop.input_collection and not loop.cardinality:
        return Wording("does not say for what", "没有说明针对哪些数据")
    if bool(loop.output_collection) != bool(loop.output_element):
        return Wording("has only one of output collection and output element", "输出集合与输出元素只设置了一个")
    if not all(is_key(name) for name in (loop.input_element, loop.output_collection) if name):
        return Wording("names a variable that data may not have", "使用了无效的变量名")
    texts = (loop.input_collection, loop.output_element, loop.condition)
    if any(_is_wrong(text) for text in texts if text) or (loop.cardinality and not _is_count(loop.cardinality)):
        return Wording("one of its expressions is not FEEL after “=”", "其表达式不是“=”之后的有效 FEEL")
    return None


def _loop_problem(loop: Loop) -> Wording | None:
    if not loop.condition and loop.maximum is None:
        return Wording("does not say how often", "没有说明执行多少次")
    if loop.condition and _is_wrong(loop.condition):
        return Wording("its condition is not FEEL after “=”", "其条件不是“=”之后的有效 FEEL")
    plain = loop.maximum is None or (loop.maximum.isascii() and loop.maximum.isdigit() and len(loop.maximum) <= 4)
    if not plain or not 1 <= int(loop.maximum or 1) <= MOST_ROUNDS:
        return Wording(f"its maximum is not a number from 1 to {MOST_ROUNDS}", f"其最多次数不是 1 至 {MOST_ROUNDS} 的数字")
    return None


def _is_wrong(text: str) -> bool:
    source = feel_source(text)
    return source is None or feel_problem(source) is not None


def _is_count(text: str) -> bool:
    return (text.isascii() and text.isdigit()) or not _is_wrong(text)
