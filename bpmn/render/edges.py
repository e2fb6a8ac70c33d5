"""Draw flows and associations: rounded corners, arrow heads, labels that lines do not cross out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from bpmn.diagram import Bounds, Edge, Point
from bpmn.render.canvas import Canvas
from bpmn.render.nodes import draw_outer_label
from bpmn.render.palette import FAINT, LINE, MARK, PAPER

_CORNER = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeStyle:
    """How a line looks. `head` is "solid", "open" or ""; `tail` is "circle", "diamond", "slash" or ""."""

    colour: str = LINE
    dashes: str | None = None
    head: str = "solid"
    tail: str = ""
    width: float = 1.5


FLOW = EdgeStyle()
MARKED_FLOW = EdgeStyle(colour=MARK, width=2.4)
MESSAGE_FLOW = EdgeStyle(dashes="8 5", head="hollow", tail="circle", width=1.3)
ASSOCIATION = EdgeStyle(colour=FAINT, dashes="2 4", head="", width=1.3)
DATA_ASSOCIATION = EdgeStyle(colour=FAINT, dashes="2 4", head="open", width=1.3)


def draw_edge(canvas: Canvas, edge: Edge, style: EdgeStyle, *, name: str = "", kind: str = "") -> None:
    """Draw a line with its label."""
    with canvas.group(data_element_id=edge.element_id, class_=f"edge {kind}"):
        if name:
            canvas.add("title", name)
        points = list(edge.points)
        end = points[-1]
        if style.head in ("solid", "hollow"):
            points[-1] = _towards(points[-1], points[-2], 5.0)
        canvas.add(
            "path",
            d=_rounded(points),
            fill="none",
            stroke=style.colour,
            stroke_width=style.width,
            stroke_dasharray=style.dashes,
            stroke_linejoin="round",
        )
        _head(canvas, end, edge.points[-2], style)
        _tail(canvas, edge.points[0], edge.points[1], style)
        draw_outer_label(canvas, name, edge.label, _middle(edge.points))


def box_around(edge: Edge) -> Bounds:
    """Return the smallest rectangle that holds a line."""
    xs, ys = [point.x for point in edge.points], [point.y for point in edge.points]
    return Bounds(x=min(xs), y=min(ys), width=max(xs) - min(xs), height=max(ys) - min(ys))


def _rounded(points: list[Point]) -> str:
    path = [f"M{points[0].x:.1f} {points[0].y:.1f}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = min(_CORNER, _distance(before, corner) / 2, _distance(corner, after) / 2)
        enter, leave = _towards(corner, before, room), _towards(corner, after, room)
        path.append(f"L{enter.x:.1f} {enter.y:.1f}Q{corner.x:.1f} {corner.y:.1f} {leave.x:.1f} {leave.y:.1f}")
    path.append(f"L{points[-1].x:.1f} {points[-1].y:.1f}")
    return "".join(path)


def _head(canvas: Canvas, end: Point, before: Point, style: EdgeStyle) -> None:
    if not style.head:
        return
    angle = math.degrees(math.atan2(end.y - before.y, end.x - before.x))
    place = f"translate({end.x:.1f} {end.y:.1f}) rotate({angle:.1f})"
    if style.head == "open":
        canvas.add("path", d="M-8-4.5L0 0L-8 4.5", transform=place, fill="none", stroke=style.colour, stroke_width=style.width)
        return
    fill = style.colour if style.head == "solid" else PAPER
    canvas.add(
        "path",
        d="M-9.5-4.6L0 0L-9.5 4.6Z",
        transform=place,
        fill=fill,
        stroke=style.colour,
        stroke_width=1,
        stroke_linejoin="round",
    )


def _tail(canvas: Canvas, start: Point, after: Point, style: EdgeStyle) -> None:
    angle = math.degrees(math.atan2(after.y - start.y, after.x - start.x))
    place = f"translate({start.x:.1f} {start.y:.1f}) rotate({angle:.1f})"
    if style.tail == "circle":
        canvas.add("circle", cx=start.x, cy=start.y, r=3.5, fill=PAPER, stroke=style.colour, stroke_width=1.3)
    elif style.tail == "slash":
        canvas.add("path", d="M7-5.5L12 5.5", transform=place, stroke=style.colour, stroke_width=style.width)
    elif style.tail == "diamond":
        canvas.add("path", d="M0 0L8-4.5L16 0L8 4.5Z", transform=place, fill=PAPER, stroke=style.colour, stroke_width=1.2)


def _middle(points: tuple[Point, ...]) -> tuple[float, float]:
    """Return where a label without bounds goes: just above the middle of the longest stretch."""
    first, second = max(pairwise(points), key=lambda pair: _distance(*pair))
    return (first.x + second.x) / 2, (first.y + second.y) / 2 - 18


def _towards(start: Point, goal: Point, distance: float) -> Point:
    length = _distance(start, goal) or 1.0
    part = min(distance / length, 1.0)
    return Point(x=start.x + (goal.x - start.x) * part, y=start.y + (goal.y - start.y) * part)


def _distance(one: Point, other: Point) -> float:
    return math.hypot(other.x - one.x, other.y - one.y)
