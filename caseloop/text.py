"""Tables for a terminal, in which a Chinese character is two columns wide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from unicodedata import east_asian_width


def width(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def table(rows: Sequence[Mapping[str, Any]], *, empty: str) -> str:
    """Rows under the heads of the first one; `empty` when there is none."""
    if not rows:
        return empty
    heads = list(rows[0])
    cells = [heads, *([str(row[head]) for head in heads] for row in rows)]
    widths = [max(width(line[index]) for line in cells) for index in range(len(heads))]
    lines = ["  ".join(_padded(cell, columns) for cell, columns in zip(line, widths, strict=True)).rstrip() for line in cells]
    return "\n".join([lines[0], "  ".join("-" * columns for columns in widths), *lines[1:]])


def logged(value: object) -> str:
    """What a line of the log says for a value that JSON lacks: instants as ISO 8601, anything else as Python shows it."""
    return value.isoformat() if isinstance(value, datetime) else repr(value)
