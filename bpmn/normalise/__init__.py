"""Make a diagram plain: what modelers write in many ways comes out in the one way that the engine's parser takes.

Nothing that decides the course of a case is invented: missing conditions, timers and targets stay missing, for lint to
name. Ids, names, extensions and layout stay as they are; what is added gets ids of its own.
"""

from __future__ import annotations

from lxml import etree

from bpmn.normalise.data import drop_data
from bpmn.normalise.implicit import add_implicit_nodes
from bpmn.normalise.references import inline_event_definitions, plain_references, plain_texts, set_missing_ids
from bpmn.xml import parse_xml


def normalise(data: bytes, *, source: str = "") -> bytes:
    """Return the diagram in plain form, as UTF-8. Where ids are plain names, normalising twice gives the
    same bytes.

    Raises what `bpmn.xml.parse_xml` raises.
    """
    root = parse_xml(data, source=source)
    set_missing_ids(root)
    plain_references(root)
    plain_texts(root)
    inline_event_definitions(root)
    drop_data(root)
    add_implicit_nodes(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


__all__ = ["normalise"]
