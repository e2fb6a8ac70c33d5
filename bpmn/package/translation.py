"""A package's diagram in another language, for readers: the file itself stays as its author drew it."""

from __future__ import annotations

import re

from lxml import etree

from bpmn.package.package import ProcessPackage
from bpmn.xml import local_name, parse_xml

_CHINESE = re.compile(r"[\u3400-\u9fff]")


def untranslated(package: ProcessPackage, language: str) -> tuple[str, ...]:
    """Return the Chinese labels of diagram and forms that the package has no text for in that language, each once."""
    diagram = package.diagram
    named = (item for process in diagram.processes for item in (*process.nodes.values(), *process.flows.values()))
    labels = [item.name for item in (*named, *diagram.artifacts.values())]
    labels += [field.label for form in package.forms.values() for _, field in form.inputs]
    known = package.texts.get(language, {})
    return tuple(dict.fromkeys(text for text in labels if _CHINESE.search(text) and text not in known))


def diagram_in(package: ProcessPackage, language: str) -> bytes:
    """Return the diagram's XML with every name and annotation that the package has in that language ("en", "en-GB" …)."""
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
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")
