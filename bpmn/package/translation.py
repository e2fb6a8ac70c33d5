"""A package's diagram in another language, for readers: the file itself stays as its author drew it."""

from __future__ import annotations

import re

from lxml import etree

from bpmn.package.package import ProcessPackage
from bpmn.xml import local_name, parse_xml

_CHINESE = re.compile(r"[\u3400-\u9fff]")
_ROOM = 64.0  # the longest single words of usual texts, and not wider than the distance of neighbouring events
_LINE = 13.0


def untranslated(package: ProcessPackage, language: str) -> tuple[str, ...]:
    """Return the Chinese labels of diagram and forms that the package has no text for in that language, each once."""
    diagram = package.diagram
    named = (item for process in diagram.processes for item in (*process.nodes.values(), *process.flows.values()))
    labels = [item.name for item in (*named, *diagram.artifacts.values())]
    labels += [field.label for form in package.forms.values() for _, field in form.inputs]
    known = package.texts.get(language, {})
    return tuple(dict.fromkeys(text for text in labels if _CHINESE.search(text) and text not in known))


def diagram_in(package: ProcessPackage, language: str) -> bytes:
    """Return the diagram's XML with every name and annotation that the package has in that language ("en", "en-GB" …).

    The author drew the labels as wide as their own words, so narrow ones get more room; one above its element moves up by a line.
    """
    if not any(package.texts.get(known) for known in (language, language.partition("-")[0])):
        return package.diagram_bytes
    root = parse_xml(package.diagram_bytes, source=package.diagram_file)
    for element in root.iter():
        name = element.get("name") if isinstance(element.tag, str) else None
        # a message's name is what events are matched by, not a label
        if name and local_name(element) != "message":
            element.set("name", package.translate(name, language))
        if element.text and local_name(element) == "text":
            element.text = package.translate(element.text.strip(), language)
    for label in root.iter("{*}BPMNLabel"):
        _make_room(label)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _make_room(label: etree._Element) -> None:
    """Widen a label around its middle; a label or shape without readable bounds stays as it is."""
    bounds, place = label.find("{*}Bounds"), _place(label)
    if bounds is None or place is None:
        return
    x, y, width, height = place
    shape = _place(label.getparent())
    if shape is not None and y + height <= shape[1] + 1:
        y -= _LINE
    missing = max(0.0, _ROOM - width)
    for name, value in (("x", x - missing / 2), ("y", y), ("width", width + missing), ("height", height)):
        bounds.set(name, f"{value:g}")


def _place(element: etree._Element | None) -> tuple[float, float, float, float] | None:
    bounds = None if element is None else element.find("{*}Bounds")
    if bounds is None:
        return None
    try:
        x, y, width, height = (float(bounds.get(name, "")) for name in ("x", "y", "width", "height"))
    except ValueError:
        return None
    return x, y, width, height
