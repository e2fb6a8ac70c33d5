"""Draw pools, lanes, data, annotations and groups."""

from __future__ import annotations

from bpmn.diagram import Artifact, Bounds, Shape
from bpmn.render.canvas import Canvas
from bpmn.render.nodes import below, draw_outer_label
from bpmn.render.palette import BAND, FAINT, INK, LINE, PAPER
from bpmn.render.text import wrap

_HEADER = 30.0


def draw_pool(canvas: Canvas, pool: Artifact, shape: Shape, *, is_lane: bool, empty: bool = False) -> None:
    """Draw a pool or lane with its name in a band at its left (or top); a pool without process has its name inside."""
    box = shape.bounds
    with canvas.group(data_element_id=pool.id, class_="lane" if is_lane else "pool"):
        canvas.add("title", pool.name or pool.id)
        canvas.add("rect", **_rectangle(box), fill=PAPER, stroke=FAINT if is_lane else LINE, stroke_width=1.2)
        band = box if empty else _band(box, horizontal=shape.horizontal)
        canvas.add("rect", **_rectangle(band), fill=BAND, stroke=FAINT if is_lane else LINE, stroke_width=1.2)
        _band_label(canvas, pool.name, band, upright=empty or not shape.horizontal, heavy=not is_lane)


def draw_artifact(canvas: Canvas, artifact: Artifact, shape: Shape) -> None:
    """Draw data, an annotation or a group."""
    with canvas.group(data_element_id=artifact.id, class_=artifact.kind):
        canvas.add("title", artifact.name or artifact.id)
        if artifact.kind == "textAnnotation":
            _annotation(canvas, artifact.name, shape.bounds)
        elif artifact.kind == "group":
            canvas.add("rect", **_rectangle(shape.bounds), rx=10, fill="none", stroke=FAINT, stroke_dasharray="9 4 2 4")
            draw_outer_label(canvas, artifact.name, shape.label, (below(shape.bounds)[0], shape.bounds.y))
        else:
            _data(canvas, shape.bounds, store=artifact.kind == "dataStoreReference")
            draw_outer_label(canvas, artifact.name, shape.label, below(shape.bounds))


def _rectangle(box: Bounds) -> dict[str, float]:
    return {"x": box.x, "y": box.y, "width": max(box.width, 1), "height": max(box.height, 1)}


def _band(box: Bounds, *, horizontal: bool) -> Bounds:
    if horizontal:
        return Bounds(x=box.x, y=box.y, width=min(_HEADER, box.width), height=box.height)
    return Bounds(x=box.x, y=box.y, width=box.width, height=min(_HEADER, box.height))


def _band_label(canvas: Canvas, name: str, band: Bounds, *, upright: bool, heavy: bool) -> None:
    x, y = band.x + band.width / 2, band.y + band.height / 2
    room, across = (band.width, band.height) if upright else (band.height, band.width)
    lines = wrap(name, max(room - 10, 20), 12, most_lines=max(1, int(across // 15)))
    for number, line in enumerate(lines):
        offset = 4.3 + (number - (len(lines) - 1) / 2) * 14.5
        turn = None if upright else f"rotate(-90 {x:.1f} {y:.1f})"
        canvas.text(line, x, y + offset, fill=INK, font_weight=600 if heavy else None, transform=turn)


def _annotation(canvas: Canvas, text: str, box: Bounds) -> None:
    canvas.add(
        "path",
        d=f"M{box.x + 10:.1f} {box.y:.1f}H{box.x:.1f}V{box.y + box.height:.1f}H{box.x + 10:.1f}",
        fill="none",
        stroke=FAINT,
        stroke_width=1.4,
    )
    lines = wrap(text, max(box.width - 10, 30), 11, most_lines=max(1, int((box.height + 4) // 14)))
    for number, line in enumerate(lines):
        canvas.text(line, box.x + 7, box.y + 14 + number * 14, size=11, anchor="start", fill=INK)


def _data(canvas: Canvas, box: Bounds, *, store: bool) -> None:
    right, bottom = box.x + box.width, box.y + box.height
    if store:
        rim = min(8.0, box.height / 4)
        half = box.width / 2
        top = box.y + rim
        outline = (
            f"M{box.x:.1f} {top:.1f}A{half:.1f} {rim:.1f} 0 0 1 {right:.1f} {top:.1f}V{bottom - rim:.1f}"
            f"A{half:.1f} {rim:.1f} 0 0 1 {box.x:.1f} {bottom - rim:.1f}Z"
            f"M{box.x:.1f} {top:.1f}A{half:.1f} {rim:.1f} 0 0 0 {right:.1f} {top:.1f}"
        )
    else:
        fold = min(10.0, box.width / 3)
        outline = (
            f"M{box.x:.1f} {box.y:.1f}H{right - fold:.1f}L{right:.1f} {box.y + fold:.1f}V{bottom:.1f}H{box.x:.1f}Z"
            f"M{right - fold:.1f} {box.y:.1f}V{box.y + fold:.1f}H{right:.1f}"
        )
    canvas.add("path", d=outline, fill=PAPER, stroke=LINE, stroke_width=1.3, stroke_linejoin="round")
