"""A diagram with the names of its elements in the viewer's language, and room for them.

The author drew the labels as wide as their own words; a translation that is longer gets wider labels, and labels above their
element move up by a line. Nothing else of the file is touched, and a file written in another way is shown as it is.
"""

from __future__ import annotations

import re
from html import escape, unescape

from bpmn.package import ProcessPackage
from webui.i18n import language

ROOM = 64.0  # the longest single words of our texts, and not wider than the distance of neighbouring events
LINE = 13.0
_NAME = re.compile(r'(?<=\s)name="([^"]*)"')
_NUMBER = r'"(-?[\d.]+)"'
_BOUNDS = rf"<(\w+:)?Bounds x={_NUMBER} y={_NUMBER} width={_NUMBER} height={_NUMBER} ?/>"
_LABELLED = re.compile(rf"(<(?:\w+:)?BPMNShape\b[^>]*>\s*{_BOUNDS}\s*<(?:\w+:)?BPMNLabel>\s*){_BOUNDS}")
_EDGE_LABEL = re.compile(rf"(</?(?:\w+:)?waypoint[^>]*>\s*<(?:\w+:)?BPMNLabel>\s*){_BOUNDS}")


def diagram_xml(package: ProcessPackage) -> str:
    """The package's diagram for the viewer."""
    known = package.texts.get(language(), {})
    xml = package.diagram_bytes.decode("utf-8-sig")
    if not known:
        return xml

    def renamed(found: re.Match[str]) -> str:
        name = unescape(found[1])
        return f'name="{escape(known[name])}"' if name in known else found[0]

    return _EDGE_LABEL.sub(_of_edge, _LABELLED.sub(_of_shape, _NAME.sub(renamed, xml)))


def _of_shape(found: re.Match[str]) -> str:
    head, _, _, shape_top, _, _, prefix, *label = found.groups()
    x, y, width, height = map(float, label)
    above = y + height <= float(shape_top) + 1
    return head + _bounds(prefix, x, y - LINE if above else y, width, height)


def _of_edge(found: re.Match[str]) -> str:
    head, prefix, *label = found.groups()
    return head + _bounds(prefix, *map(float, label))


def _bounds(prefix: str | None, x: float, y: float, width: float, height: float) -> str:
    """The label's place, widened around its middle where it is narrower than ROOM."""
    missing = max(0.0, ROOM - width)
    place = f'x="{x - missing / 2:g}" y="{y:g}" width="{width + missing:g}" height="{height:g}"'
    return f"<{prefix or ''}Bounds {place} />"
