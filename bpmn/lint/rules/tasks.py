"""Tasks that do less than they seem to."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from bpmn.diagram import NodeKind
from bpmn.lint.finding import Fault, Place
from bpmn.lint.subject import Subject
from bpmn.wording import Wording
from bpmn.xml import BPMN, ZEEBE, local_name

_WORK = ("calledDecision", "formDefinition", "taskDefinition", "userTask")
_KINDS = frozenset(NodeKind)
_WORKED_ON = frozenset(
    {
        NodeKind.USER_TASK,
        NodeKind.SERVICE_TASK,
        NodeKind.SEND_TASK,
        NodeKind.BUSINESS_RULE_TASK,
        NodeKind.SCRIPT_TASK,
    }
)


def plain_task(subject: Subject) -> Iterator[Fault]:
    """A plain or manual task passes at once."""
    for node in subject.nodes(NodeKind.TASK, NodeKind.MANUAL_TASK):
        yield Fault(
            at=node,
            message=Wording("“{name}” is a plain task: a case passes through it at once", "“{name}”是普通任务：案件会立即通过"),
            way_out=Wording(
                "Make it a user task, a service task or a business rule task", "请改为用户任务、服务任务或业务规则任务"
            ),
        )


def work_out_of_place(subject: Subject) -> Iterator[Fault]:
    """Work on an element that nobody works on: the case would wait there for ever."""
    told: set[str] = set()
    for element in subject.root.iter(*(f"{{{ZEEBE}}}{name}" for name in _WORK)):
        bearer = next((each for each in element.iterancestors() if local_name(each) in _KINDS), None)
        if bearer is None or local_name(bearer) in _WORKED_ON or bearer.get("id", "") in told:
            continue
        if local_name(element) == "taskDefinition" and bearer.find(f"{{{BPMN}}}messageEventDefinition") is not None:
            continue  # a throwing message event is told by a handler
        if local_name(bearer) == NodeKind.START_EVENT and local_name(element) == "formDefinition":
            continue  # who starts a case fills in a form
        told.add(bearer.get("id", ""))
        yield Fault(
            at=Place(id=bearer.get("id", ""), name=bearer.get("name", ""), line=bearer.sourceline or 0),
            message=Wording(
                "“{name}” carries zeebe:{extension}, but nobody works on such an element: a case would wait here for ever",
                "“{name}”带有 zeebe:{extension}，但此类元素无人处理：案件会永远停在此处",
            ),
            way_out=Wording(
                "Make it a user, service, send or business rule task", "请改为用户任务、服务任务、发送任务或业务规则任务"
            ),
            params={"extension": local_name(element)},
        )


def retries(subject: Subject) -> Iterator[Fault]:
    """The number of tries is a plain number."""
    for element in subject.root.iter(f"{{{ZEEBE}}}taskDefinition"):
        text = element.get("retries", "3").strip()
        if not (text.isascii() and text.isdigit() and 1 <= len(text) <= 2):
            at = _task(element)
            yield Fault(
                at=at,
                message=Wording(
                    "The retries of “{name}” are not a number from 0 to 99: {text}",
                    "“{name}”的重试次数不是 0 至 99 的数字：{text}",
                ),
                way_out=Wording("Write a number such as 3", "请填写数字，例如 3"),
                params={"text": text[:40]},
            )


def _task(element: etree._Element) -> Place:
    above = next((each for each in element.iterancestors() if local_name(each).lower().endswith("task")), element)
    return Place(id=above.get("id", ""), name=above.get("name", ""), line=above.sourceline or 0)
