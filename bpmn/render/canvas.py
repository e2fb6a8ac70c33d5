"""Collects SVG elements; every attribute and text is escaped here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from xml.sax.saxutils import escape, quoteattr

FONT = "'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', Arial, sans-serif"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Canvas:
    """A list of SVG lines. Keyword `stroke_width` becomes `stroke-width`; None values are left out."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def add(self, tag: str, content: str | None = None, **attributes: object) -> None:
        """Add an element, with a text inside if given."""
        opening = f"<{tag}{_attributes(attributes)}"
        self.lines.append(opening + "/>" if content is None else f"{opening}>{_clean(content)}</{tag}>")

    @contextmanager
    def group(self, tag: str = "g", **attributes: object) -> Iterator[None]:
        """Put everything added meanwhile into a group (or another element)."""
        self.lines.append(f"<{tag}{_attributes(attributes)}>")
        yield
        self.lines.append(f"</{tag}>")

    def text(self, content: str, x: float, y: float, *, size: float = 12, anchor: str = "middle", **attributes: object) -> None:
        """Add one line of text, its baseline at y."""
        self.add("text", content, x=x, y=y, font_size=size, text_anchor=anchor, **attributes)


def _attributes(attributes: dict[str, object]) -> str:
    return "".join(
        f" {name.rstrip('_').replace('_', '-')}={quoteattr(_clean_value(value))}"
        for name, value in attributes.items()
        if value is not None
    )


def _clean_value(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else _FORBIDDEN.sub("", str(value))


def _clean(text: str) -> str:
    return escape(_FORBIDDEN.sub("", text))
