"""Data in a diagram is documentation here (values live in our own tables), so the parser need not see it."""

from __future__ import annotations

from lxml import etree

from bpmn.xml import BPMN

_DOCUMENTATION = (
    "dataInputAssociation",
    "dataObject",
    "dataObjectReference",
    "dataOutputAssociation",
    "dataStore",
    "dataStoreReference",
    "ioSpecification",
    "property",
)


def drop_data(root: etree._Element) -> None:
    """Remove data objects, data stores and their associations."""
    for element in list(root.iter(*(f"{{{BPMN}}}{name}" for name in _DOCUMENTATION))):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
