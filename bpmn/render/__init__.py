"""A diagram as SVG, in pure Python: no browser, no fonts of its own, safe to show by `<img>` or inline."""

from bpmn.render.svg import render_svg

__all__ = ["render_svg"]
