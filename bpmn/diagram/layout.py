"""Where things are drawn: the diagram interchange part of a BPMN file."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lxml import etree

from bpmn.xml import local_name, namespace

BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """A rectangle; y grows downwards."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on the plane."""

    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A drawn box. `plane` counts the file's diagrams from 0; `horizontal` is meant for pools and lanes."""

    element_id: str
    bounds: Bounds
    label: Bounds | None = None
    expanded: bool | None = None
    horizontal: bool = True
    marker: bool = False
    plane: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """A drawn line."""

    element_id: str
    points: tuple[Point, ...]
    label: Bounds | None = None
    plane: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All shapes and edges by the id of what they draw."""

    shapes: Mapping[str, Shape] = field(default_factory=lambda: MappingProxyType({}))
    edges: Mapping[str, Edge] = field(default_factory=lambda: MappingProxyType({}))


def read_layout(root: etree._Element) -> Layout:
    """Read what can be drawn; shapes without usable numbers and edges with fewer than two points are left out."""
    shapes: dict[str, Shape] = {}
    edges: dict[str, Edge] = {}
    for index, plane in enumerate(root.iter(f"{{{BPMNDI}}}BPMNPlane")):
        for element in plane:
            drawn = element.get("bpmnElement", "").rpartition(":")[2]
            if local_name(element) == "BPMNShape" and (bounds := _bounds(element)):
                shapes.setdefault(drawn, _shape(element, drawn, bounds, index))
            elif local_name(element) == "BPMNEdge" and len(points := _points(element)) > 1:
                edges.setdefault(drawn, Edge(element_id=drawn, points=points, label=_label(element), plane=index))
    return Layout(shapes=MappingProxyType(shapes), edges=MappingProxyType(edges))


def _shape(element: etree._Element, drawn: str, bounds: Bounds, plane: int) -> Shape:
    expanded = element.get("isExpanded")
    return Shape(
        element_id=drawn,
        bounds=bounds,
        label=_label(element),
        expanded=None if expanded is None else expanded == "true",
        horizontal=element.get("isHorizontal", "true") == "true",
        marker=element.get("isMarkerVisible") == "true",
        plane=plane,
    )


def _label(element: etree._Element) -> Bounds | None:
    label = element.find(f"{{{BPMNDI}}}BPMNLabel")
    return None if label is None else _bounds(label)


def _bounds(element: etree._Element) -> Bounds | None:
    for child in element:
        if local_name(child) == "Bounds" and namespace(child) == DC:
            numbers = {name: _number(child.get(name)) for name in ("x", "y", "width", "height")}
            if None not in numbers.values():
                return Bounds(**numbers)
    return None


def _points(element: etree._Element) -> tuple[Point, ...]:
    pairs = ((_number(child.get("x")), _number(child.get("y"))) for child in element.iter(f"{{{DI}}}waypoint"))
    return tuple(Point(x=x, y=y) for x, y in pairs if x is not None and y is not None)


def _number(text: str | None) -> float | None:
    """A coordinate that can be drawn: finite and not absurdly far away."""
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) < 1_000_000 else None
