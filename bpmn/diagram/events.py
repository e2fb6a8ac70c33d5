"""Read event definitions and what they refer to: messages, signals, errors, escalations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lxml import etree

from bpmn.diagram.model import EventDefinition, EventKind, Message, TimerKind
from bpmn.xml import BPMN, ZEEBE, local_name, namespace, reference

_SUFFIX = "EventDefinition"
_TIMERS = {"timeDate": TimerKind.DATE, "timeDuration": TimerKind.DURATION, "timeCycle": TimerKind.CYCLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Declarations:
    """What stands beside the processes; `named` is (name, code) of signals, errors and escalations by id."""

    messages: Mapping[str, Message]
    named: Mapping[str, tuple[str, str | None]]
    definitions: Mapping[str, etree._Element]


def read_declarations(root: etree._Element) -> Declarations:
    """Read the file's messages, signals, errors, escalations and shared event definitions."""
    messages: dict[str, Message] = {}
    named: dict[str, tuple[str, str | None]] = {}
    definitions: dict[str, etree._Element] = {}
    for element in root:
        name, key = local_name(element), element.get("id", "")
        if name == "message":
            messages[key] = _message(element, key)
        elif name in ("signal", "error", "escalation"):
            named[key] = (element.get("name") or "", element.get("errorCode") or element.get("escalationCode"))
        elif name.endswith(_SUFFIX):
            definitions[key] = element
    return Declarations(
        messages=MappingProxyType(messages), named=MappingProxyType(named), definitions=MappingProxyType(definitions)
    )


def read_event(node: etree._Element, declared: Declarations) -> EventDefinition | None:
    """Return what an event (or a send or receive task) waits for or tells; None for a blank event or another node."""
    kind = local_name(node)
    if kind in ("receiveTask", "sendTask"):
        message = node.get("messageRef")
        return _about_message(message, declared, node.sourceline or 0) if message else None
    if not kind.endswith("Event"):
        return None
    found = [child for child in node if namespace(child) == BPMN and local_name(child).endswith(_SUFFIX)]
    references = (reference(child.text) for child in node.findall(f"{{{BPMN}}}eventDefinitionRef"))
    found += [declared.definitions[ref] for ref in references if ref in declared.definitions]
    if len(found) > 1:
        return EventDefinition(kind=EventKind.MULTIPLE, line=found[0].sourceline or 0)
    return _definition(found[0], declared) if found else None


def _definition(element: etree._Element, declared: Declarations) -> EventDefinition | None:
    kind = local_name(element).removesuffix(_SUFFIX)
    line = element.sourceline or 0
    if kind not in frozenset(EventKind):
        return None
    if kind == EventKind.MESSAGE:
        return _about_message(element.get("messageRef"), declared, line)
    if kind == EventKind.TIMER:
        return _timer(element, line)
    if kind == EventKind.CONDITIONAL:
        condition = element.find(f"{{{BPMN}}}condition")
        return EventDefinition(kind=EventKind(kind), line=line, expression=_text(condition))
    target = reference(element.get("activityRef" if kind == EventKind.COMPENSATE else f"{kind}Ref"))
    name, code = declared.named.get(target or "", (element.get("name"), None))
    return EventDefinition(kind=EventKind(kind), line=line, reference=target, name=name, code=code)


def _timer(element: etree._Element, line: int) -> EventDefinition:
    for child in element:
        if local_name(child) in _TIMERS:
            return EventDefinition(
                kind=EventKind.TIMER, line=line, timer_kind=_TIMERS[local_name(child)], expression=_text(child)
            )
    return EventDefinition(kind=EventKind.TIMER, line=line)


def _about_message(message_ref: str | None, declared: Declarations, line: int) -> EventDefinition:
    target = reference(message_ref)
    message = declared.messages.get(target or "")
    return EventDefinition(
        kind=EventKind.MESSAGE,
        line=line,
        reference=target,
        message_name=message.name if message else None,
        correlation_key=message.correlation_key if message else None,
    )


def _message(element: etree._Element, key: str) -> Message:
    subscription = next(element.iter(f"{{{ZEEBE}}}subscription"), None)
    correlation_key = None if subscription is None else (subscription.get("correlationKey") or "").strip() or None
    return Message(
        id=key,
        name=(element.get("name") or "").strip(),
        correlation_key=correlation_key,
        line=element.sourceline or 0,
    )


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else "".join(element.itertext()).strip() or None
