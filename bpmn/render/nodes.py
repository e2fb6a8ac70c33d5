"""Draw events, activities and gateways."""

from __future__ import annotations

from bpmn.diagram import Bounds, Node, NodeKind, Shape
from bpmn.render.canvas import Canvas
from bpmn.render.marks import draw_event_mark, draw_gateway_mark, draw_task_mark, has_task_mark
from bpmn.render.palette import HALO, INK, MARK, PAPER, Tone, tone_of
from bpmn.render.text import wrap

_CATCHING = (NodeKind.START_EVENT, NodeKind.INTERMEDIATE_CATCH_EVENT, NodeKind.BOUNDARY_EVENT)


def draw_node(canvas: Canvas, node: Node, shape: Shape, *, marked: bool) -> None:
    """Draw a node with its label. A marked one gets a blue border; its halo is drawn before (see `draw_halo`)."""
    given = tone_of(node.kind)
    tone = Tone(MARK, given.fill) if marked else given
    with canvas.group(data_element_id=node.id, class_=f"node {node.kind.value}{' marked' if marked else ''}"):
        canvas.add("title", node.label)
        if node.kind.is_event:
            _event(canvas, node, shape.bounds, tone)
        elif node.kind.is_gateway:
            _gateway(canvas, node, shape.bounds, tone)
        else:
            _activity(canvas, node, shape, tone, marked=marked)
        if not node.kind.is_activity:
            draw_outer_label(canvas, node.name, shape.label, below(shape.bounds))


def draw_halo(canvas: Canvas, node: Node, bounds: Bounds) -> None:
    """Draw the glow around a marked node. It goes under the lines, so that it hides no arrow head."""
    x, y = bounds.x + bounds.width / 2, bounds.y + bounds.height / 2
    if node.kind.is_event:
        canvas.add("circle", cx=x, cy=y, r=min(bounds.width, bounds.height) / 2 + 5, fill=HALO)
    elif node.kind.is_gateway:
        canvas.add("path", d=_diamond(x, y, bounds.width / 2 + 7, bounds.height / 2 + 7), fill=HALO)
    else:
        _box(canvas, bounds, 5, fill=HALO)


def below(bounds: Bounds) -> tuple[float, float]:
    """The place for the label of a small shape: its middle, a little under it."""
    return bounds.x + bounds.width / 2, bounds.y + bounds.height + 6


def draw_outer_label(canvas: Canvas, name: str, label: Bounds | None, otherwise: tuple[float, float]) -> None:
    """Draw a label centred in its own bounds, or under the place given. White edges keep it readable on lines."""
    if not name:
        return
    x, y = (label.x + label.width / 2, label.y) if label else otherwise
    lines = wrap(name, max(label.width + 8, 64) if label else 88, 11, most_lines=6)
    for number, line in enumerate(lines):
        canvas.text(
            line,
            x,
            y + 10.5 + number * 14,
            size=11,
            fill=INK,
            stroke=PAPER,
            stroke_width=3,
            stroke_linejoin="round",
            paint_order="stroke",
        )


def _event(canvas: Canvas, node: Node, bounds: Bounds, tone: Tone) -> None:
    x, y, radius = bounds.x + bounds.width / 2, bounds.y + bounds.height / 2, min(bounds.width, bounds.height) / 2
    ending = node.kind is NodeKind.END_EVENT
    between = node.kind not in (NodeKind.START_EVENT, NodeKind.END_EVENT)
    dashes = None if node.interrupting else "5 3"
    canvas.add(
        "circle",
        cx=x,
        cy=y,
        r=radius,
        fill=tone.fill,
        stroke=tone.stroke,
        stroke_width=3.2 if ending else 1.6,
        stroke_dasharray=dashes,
    )
    if between:
        canvas.add(
            "circle", cx=x, cy=y, r=radius - 3.2, fill="none", stroke=tone.stroke, stroke_width=1.3, stroke_dasharray=dashes
        )
    if node.event:
        scale = radius / 18 * (0.9 if between else 1)
        draw_event_mark(canvas, node.event.kind, x, y, scale, tone.stroke, throws=node.kind not in _CATCHING)


def _gateway(canvas: Canvas, node: Node, bounds: Bounds, tone: Tone) -> None:
    x, y = bounds.x + bounds.width / 2, bounds.y + bounds.height / 2
    canvas.add(
        "path",
        d=_diamond(x, y, bounds.width / 2, bounds.height / 2),
        fill=tone.fill,
        stroke=tone.stroke,
        stroke_width=1.6,
        stroke_linejoin="round",
    )
    draw_gateway_mark(canvas, node.kind, x, y, min(bounds.width, bounds.height) / 50, tone.stroke)


def _activity(canvas: Canvas, node: Node, shape: Shape, tone: Tone, *, marked: bool) -> None:
    bounds = shape.bounds
    open_ = node.kind.holds_nodes and shape.expanded is not False
    dashes = "6 4" if node.event_sub_process else None
    heavy = 4.0 if node.kind is NodeKind.CALL_ACTIVITY else 2.2 if marked else 1.5
    _box(canvas, bounds, 0, fill=tone.fill, stroke=tone.stroke, stroke_width=heavy, stroke_dasharray=dashes)
    if node.kind is NodeKind.TRANSACTION:
        _box(canvas, bounds, -3.5, fill="none", stroke=tone.stroke, stroke_width=1.2)
    draw_task_mark(canvas, node.kind, bounds.x + 14, bounds.y + 14, tone.stroke)
    _bottom_marks(canvas, node, bounds, tone, collapsed=node.kind.holds_nodes and not open_)
    _inner_label(canvas, node, bounds, at_top=open_)


def _box(canvas: Canvas, bounds: Bounds, grown: float, **style: object) -> None:
    canvas.add(
        "rect",
        x=bounds.x - grown,
        y=bounds.y - grown,
        width=max(bounds.width + 2 * grown, 1),
        height=max(bounds.height + 2 * grown, 1),
        rx=9,
        **style,
    )


def _inner_label(canvas: Canvas, node: Node, bounds: Bounds, *, at_top: bool) -> None:
    """Write the name in the middle, in smaller letters and lower where it would run into the marks."""
    x = bounds.x + bounds.width / 2
    if at_top:
        for line in wrap(node.name, max(bounds.width - 12, 20), 12, most_lines=1):
            canvas.text(line, x, bounds.y + 18, fill=INK, font_weight=600)
        return
    floor = 16 if node.loop or node.for_compensation or node.kind.holds_nodes else 5
    size, leading = 12.0, 15.5
    if len(wrap(node.name, max(bounds.width - 12, 20), size)) > 2:
        size, leading = 11.0, 13.5
    room = max(1, int((bounds.height - floor - 4) // leading))
    lines = wrap(node.name, max(bounds.width - 12, 20), size, most_lines=room)
    height = len(lines) * leading
    top = bounds.y + (bounds.height - height) / 2
    if len(lines) > 2 and has_task_mark(node.kind):
        top += 8
    top = max(min(top, bounds.y + bounds.height - floor - height), bounds.y + 2)
    for number, line in enumerate(lines):
        canvas.text(line, x, top + size * 0.96 + number * leading, size=size, fill=INK)


def _bottom_marks(canvas: Canvas, node: Node, bounds: Bounds, tone: Tone, *, collapsed: bool) -> None:
    paths = []
    if node.loop:
        bars = "M-4-5V5M0-5V5M4-5V5" if not node.loop.sequential else "M-5-4H5M-5 0H5M-5 4H5"
        paths.append(bars if node.loop.multi_instance else "M3-4.5A5.2 5.2 0 1 1-3-4.5M-3-4.5L-6-4M-3-4.5L-2.5-1.5")
    if node.for_compensation:
        paths.append("M0-4.5V4.5L-6.5 0ZM6.5-4.5V4.5L0 0Z")
    if collapsed:
        paths.append("M-6-6H6V6H-6ZM0-4V4M-4 0H4")
    if node.kind is NodeKind.AD_HOC_SUB_PROCESS:
        paths.append("M-6 1C-4-4-1-3 0 0S4 4 6-1")
    left = bounds.x + bounds.width / 2 - (len(paths) - 1) * 8
    for number, path in enumerate(paths):
        place = f"translate({left + number * 16:.1f} {bounds.y + bounds.height - 9:.1f})"
        canvas.add("path", d=path, transform=place, fill="none", stroke=tone.stroke, stroke_width=1.4, stroke_linecap="round")


def _diamond(x: float, y: float, half_width: float, half_height: float) -> str:
    return (
        f"M{x:.1f} {y - half_height:.1f}L{x + half_width:.1f} {y:.1f}L{x:.1f} {y + half_height:.1f}L{x - half_width:.1f} {y:.1f}Z"
    )
