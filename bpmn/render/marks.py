"""The small pictures: what kind of task, what kind of event, what kind of gateway.

Each is drawn in a box of 24 by 24 around its middle and scaled to where it goes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

from bpmn.diagram import EventKind, NodeKind
from bpmn.render.canvas import Canvas


def _gear(teeth: int, outer: float, inner: float) -> str:
    """A closed path round the middle whose radius steps between two values."""
    points = []
    for number in range(teeth * 4):
        angle = (number + 0.5) / (teeth * 4) * 2 * math.pi
        radius = outer if number % 4 in (0, 1) else inner
        points.append(f"{radius * math.cos(angle):.1f} {radius * math.sin(angle):.1f}")
    return "M" + "L".join(points) + "Z"


_ENVELOPE = "M-9-6H9V6H-9ZM-9-6L0 1.5L9-6"
_PENTAGON = "M0-9L8.6-2.8L5.3 7.3H-5.3L-8.6-2.8Z"
# Outlines; those in _FILLED are drawn solid when an event throws.
_TASKS: Mapping[NodeKind, str] = MappingProxyType(
    {
        NodeKind.USER_TASK: "M0-9A4.2 4.2 0 1 1-.01-9ZM-8 9V6C-8 2-4 .6 0 .6S8 2 8 6V9Z",
        NodeKind.MANUAL_TASK: "M-9 5V-2L-3-7L0-5L-2-2H8A1.5 1.5 0 0 1 8 1H9A1.5 1.5 0 0 1 9 4H7A1.5 1.5 0 0 1 7 7H-7Z",
        NodeKind.SERVICE_TASK: _gear(8, 9.5, 7) + "M3 0A3 3 0 1 1 2.99-.1Z",
        NodeKind.SCRIPT_TASK: "M-5-9H8C4-6 9-2 5 3S6 9 3 9H-8C-4 6-9 2-5-3S-6-8-5-9ZM-3-5H5M-4-1H4M-5 3H3",
        NodeKind.BUSINESS_RULE_TASK: "M-10-7H10V8H-10ZM-10-2H10M-10 3H10M-4-2V8",
        NodeKind.SEND_TASK: _ENVELOPE,
        NodeKind.RECEIVE_TASK: _ENVELOPE,
    }
)
_EVENTS: Mapping[EventKind, str] = MappingProxyType(
    {
        EventKind.TIMER: "M9 0A9 9 0 1 1 8.99-.1ZM0-5.5V0L4 2.5M0-9V-7.2M0 9V7.2M9 0H7.2M-9 0H-7.2",
        EventKind.MESSAGE: _ENVELOPE,
        EventKind.SIGNAL: "M0-8L8 6H-8Z",
        EventKind.ERROR: "M-8 7L-3-8L2.5 2L8-7L3 8L-2.5-1Z",
        EventKind.ESCALATION: "M0-9L6.5 8L0 1.5L-6.5 8Z",
        EventKind.TERMINATE: "M8.5 0A8.5 8.5 0 1 1 8.49-.1Z",
        EventKind.CANCEL: "M-8-5.5L-5.5-8L0-2.5L5.5-8L8-5.5L2.5 0L8 5.5L5.5 8L0 2.5L-5.5 8L-8 5.5L-2.5 0Z",
        EventKind.CONDITIONAL: "M-6.5-9H6.5V9H-6.5ZM-4-5H4M-4-1.7H4M-4 1.7H4M-4 5H4",
        EventKind.LINK: "M-8-3H2V-8L9 0L2 8V3H-8Z",
        EventKind.COMPENSATE: "M0-6.5V6.5L-9 0ZM9-6.5V6.5L0 0Z",
        EventKind.MULTIPLE: _PENTAGON,
    }
)
_GATEWAYS: Mapping[NodeKind, tuple[str, float]] = MappingProxyType(
    {
        NodeKind.EXCLUSIVE_GATEWAY: ("M-6.5-8L6.5 8M6.5-8L-6.5 8", 3.2),
        NodeKind.PARALLEL_GATEWAY: ("M0-9.5V9.5M-9.5 0H9.5", 3.2),
        NodeKind.INCLUSIVE_GATEWAY: ("M8 0A8 8 0 1 1 7.99-.1Z", 2.8),
        NodeKind.COMPLEX_GATEWAY: ("M0-9.5V9.5M-9.5 0H9.5M-6.7-6.7L6.7 6.7M6.7-6.7L-6.7 6.7", 2.4),
        NodeKind.EVENT_BASED_GATEWAY: (_PENTAGON, 1.4),
    }
)
_ALWAYS_FILLED = frozenset({EventKind.TERMINATE})
_NEVER_FILLED = frozenset({EventKind.TIMER, EventKind.CONDITIONAL})


def has_task_mark(kind: NodeKind) -> bool:
    """Whether a kind of activity carries a mark in its corner."""
    return kind in _TASKS


def draw_task_mark(canvas: Canvas, kind: NodeKind, x: float, y: float, colour: str) -> None:
    """Draw the mark of a kind of task around a point; nothing for a plain task."""
    if kind in _TASKS:
        solid = kind is NodeKind.SEND_TASK
        _draw(canvas, _TASKS[kind], (x, y), 0.72, colour, fill=colour if solid else "none", lines="#fff" if solid else None)


def draw_event_mark(canvas: Canvas, kind: EventKind, x: float, y: float, scale: float, colour: str, *, throws: bool) -> None:
    """Draw what an event waits for or tells around a point."""
    solid = kind in _ALWAYS_FILLED or (throws and kind not in _NEVER_FILLED)
    envelope = solid and kind is EventKind.MESSAGE
    _draw(canvas, _EVENTS[kind], (x, y), scale, colour, fill=colour if solid else "none", lines="#fff" if envelope else None)


def draw_gateway_mark(canvas: Canvas, kind: NodeKind, x: float, y: float, scale: float, colour: str) -> None:
    """Draw a gateway's sign around a point."""
    path, stroke = _GATEWAYS[kind]
    if kind is NodeKind.EVENT_BASED_GATEWAY:
        canvas.add("circle", cx=x, cy=y, r=13 * scale, fill="none", stroke=colour, stroke_width=1)
        canvas.add("circle", cx=x, cy=y, r=10.8 * scale, fill="none", stroke=colour, stroke_width=1)
        scale *= 0.78
    _draw(canvas, path, (x, y), scale, colour, stroke=stroke)


def _draw(
    canvas: Canvas,
    path: str,
    at: tuple[float, float],
    scale: float,
    colour: str,
    *,
    fill: str = "none",
    lines: str | None = None,
    stroke: float = 1.5,
) -> None:
    canvas.add(
        "path",
        d=path,
        transform=f"translate({at[0]:.1f} {at[1]:.1f}) scale({scale:.2f})",
        fill=fill,
        stroke=lines or colour,
        stroke_width=stroke,
        stroke_linejoin="round",
        stroke_linecap="round",
    )
