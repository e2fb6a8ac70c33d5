"""The differences between two versions, in the viewer's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpmn.compare import Changed, Element
from bpmn.compare_packages import PartDifferences, compare_packages
from bpmn.package import ProcessPackage
from webui.i18n import gettext, language, mark

KINDS = {
    "process": mark("Process"),
    "sequenceFlow": mark("Flow"),
    "message": mark("Message"),
    "startEvent": mark("Start event"),
    "endEvent": mark("End event"),
    "intermediateCatchEvent": mark("Intermediate event"),
    "intermediateThrowEvent": mark("Intermediate event"),
    "boundaryEvent": mark("Boundary event"),
    "userTask": mark("User task"),
    "serviceTask": mark("Service task"),
    "sendTask": mark("Send task"),
    "businessRuleTask": mark("Decision"),
    "exclusiveGateway": mark("Exclusive gateway"),
    "parallelGateway": mark("Parallel gateway"),
    "inclusiveGateway": mark("Inclusive gateway"),
    "eventBasedGateway": mark("Event gateway"),
    "subProcess": mark("Sub-process"),
    "lane": mark("Lane"),
    "participant": mark("Pool"),
    "textAnnotation": mark("Annotation"),
}
YES, NO = mark("yes"), mark("no")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One property, row or field before and after; None where there was none."""

    name: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One element, table or form, named and described, with its changed lines."""

    id: str
    kind: str
    name: str
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What was added, removed, changed and only moved in the diagram; changed tables, forms and other files."""

    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    changed: tuple[Item, ...]
    moved: tuple[Item, ...]
    parts: tuple[Item, ...]
    files: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.added or self.removed or self.changed or self.moved or self.parts or self.files)


def comparison_data(old: ProcessPackage, package: ProcessPackage) -> Comparison:
    """What one must do to `old` to get `package`, as a page shows it."""
    found = compare_packages(old, package)
    diagram = found.diagram
    changed_ids = {each.element.id for each in diagram.changed}
    return Comparison(
        added=tuple(_item(each, package) for each in diagram.added),
        removed=tuple(_item(each, old) for each in diagram.removed),
        changed=tuple(_changed(each, package) for each in diagram.changed),
        moved=tuple(_item(each, package) for each in diagram.layout_changed if each.id not in changed_ids),
        parts=tuple(_part(each, package) for each in found.parts),
        files=found.files,
    )


def _item(element: Element, package: ProcessPackage, lines: tuple[Line, ...] = ()) -> Item:
    kind = gettext(KINDS[element.kind]) if element.kind in KINDS else element.kind
    name = _told(package, element.name) or _ends(element.id, package) or element.id
    return Item(id=element.id, kind=kind, name=name, lines=lines)


def _ends(flow_id: str, package: ProcessPackage) -> str:
    """A flow without a name is called by what it joins; empty for anything else."""
    for process in package.diagram.processes:
        flow = process.flows.get(flow_id)
        if flow is not None:
            return " → ".join(_told(package, process.nodes[end].label) for end in (flow.source, flow.target))
    return ""


def _changed(changed: Changed, package: ProcessPackage) -> Item:
    lines: list[Line] = []
    for each in changed.properties:
        lines.extend(_lines(each.label(language()), each.old, each.new, package))
    return _item(changed.element, package, tuple(lines))


def _lines(label: str, old: Any, new: Any, package: ProcessPackage) -> list[Line]:
    """One line, or one for each differing entry where both are mappings."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        names = [name for name in dict.fromkeys((*new, *old)) if old.get(name) != new.get(name)]
        return [Line(name=f"{label}: {name}", old=old.get(name), new=new.get(name)) for name in names]
    return [Line(name=label, old=_words(old, package), new=_words(new, package))]


def _words(value: Any, package: ProcessPackage) -> str | None:
    if value in (None, "", (), {}):
        return None
    if isinstance(value, bool):
        return gettext(YES if value else NO)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(" → ".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in value)
    return _told(package, str(getattr(value, "value", value)))


def _part(part: PartDifferences, package: ProcessPackage) -> Item:
    kind = gettext("Decision table") if part.kind == "decision" else gettext("Form")
    lines = tuple(Line(name=_place(part.kind, each.place, package), old=each.old, new=each.new) for each in part.changes)
    return Item(id=part.id, kind=kind, name=_told(package, part.name) or part.id, lines=lines)


def _place(kind: str, place: str, package: ProcessPackage) -> str:
    if kind != "decision":
        return _told(package, place)
    return gettext("Row %(number)s", number=place) if place else gettext("Columns")


def _told(package: ProcessPackage, text: str) -> str:
    return package.translate(text, language())
