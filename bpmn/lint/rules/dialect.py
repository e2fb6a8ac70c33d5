"""Extensions: ours is the dialect of Camunda 8; what others mean would do nothing here, so it is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from lxml import etree

from bpmn.lint.finding import Fault, Place
from bpmn.lint.subject import Subject
from bpmn.wording import Wording
from bpmn.xml import BPMN, ZEEBE, local_name, namespace

FOREIGN: Mapping[str, str] = MappingProxyType(
    {
        "http://camunda.org/schema/1.0/bpmn": "Camunda 7",
        "http://activiti.org/bpmn": "Activiti",
        "http://flowable.org/bpmn": "Flowable",
        "http://www.jboss.org/drools": "jBPM",
        "http://spiffworkflow.org/bpmn/schema/1.0/core": "SpiffWorkflow",
    }
)
_IDLE = frozenset(
    {
        "adHoc",
        "conditionalFilter",
        "executionListeners",
        "linkedResources",
        "script",
        "taskListeners",
        "userTaskForm",
    }
)


def foreign_extension(subject: Subject) -> Iterator[Fault]:
    """Extensions of other engines, one finding for each element that carries them."""
    found: dict[etree._Element, tuple[str, list[str]]] = {}
    for element in subject.root.iter():
        if not isinstance(element.tag, str):
            continue
        for name, space in _names(element):
            found.setdefault(_bearer(element), (FOREIGN[space], []))[1].append(name)
    for bearer, (vendor, names) in found.items():
        yield Fault(
            at=_place(bearer),
            message=Wording(
                "“{name}” carries extensions of {vendor} ({names}), which do nothing here",
                "“{name}”带有 {vendor} 的扩展（{names}），在此不起作用",
            ),
            way_out=Wording(
                "Set them anew in the properties panel (Camunda 8), or import the file",
                "请在属性面板（Camunda 8）中重新设置，或导入该文件",
            ),
            params={"vendor": vendor, "names": ", ".join(dict.fromkeys(names))},
        )


def idle_extension(subject: Subject) -> Iterator[Fault]:
    """Extensions of Camunda 8 that do nothing here."""
    for element in subject.root.iter(*(f"{{{ZEEBE}}}{name}" for name in _IDLE)):
        yield Fault(
            at=_place(_bearer(element)),
            message=Wording(
                "“{name}” uses zeebe:{extension}, which does nothing here", "“{name}”使用了 zeebe:{extension}，在此不起作用"
            ),
            way_out=Wording(
                "Remove it; a service task with a handler can do such work", "请将其移除；此类工作可由带处理程序的服务任务完成"
            ),
            params={"extension": local_name(element)},
        )


def _names(element: etree._Element) -> Iterator[tuple[str, str]]:
    if namespace(element) in FOREIGN:
        yield local_name(element), namespace(element)
    for key in element.attrib:
        name = etree.QName(key)
        if name.namespace in FOREIGN:
            yield name.localname, name.namespace


def _bearer(element: etree._Element) -> etree._Element:
    """Return the nearest BPMN element with an id around an extension."""
    above = (each for each in (element, *element.iterancestors()) if namespace(each) == BPMN and each.get("id"))
    return next(above, element.getroottree().getroot())


def _place(element: etree._Element) -> Place:
    return Place(id=element.get("id", ""), name=element.get("name", ""), line=element.sourceline or 0)
