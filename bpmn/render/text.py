"""How wide a text is, roughly, and where it may be broken: Chinese between any two characters, English at spaces."""

from __future__ import annotations

import re
import unicodedata

_NOT_FIRST = "，。、；：？！）》」』”’%…·,.;:?!)"
_WORDS = re.compile(r"\s+|[^\s\u1100-\uffef]+|.", re.DOTALL)
_NARROW, _WIDE = frozenset("ijlI.,:;'|!()[]{}ftr -/"), frozenset("mwMW@%")


def width(text: str, size: float) -> float:
    """Return about how wide a line is at a font size."""
    return sum(_advance(letter) for letter in text) * size


def wrap(text: str, available: float, size: float, *, most_lines: int = 99) -> list[str]:
    """Return the lines of a text; the last one ends in “…” where it would take more than `most_lines`."""
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        lines.extend(_wrapped(paragraph, available, size))
    lines = [line for line in lines if line]
    if len(lines) <= most_lines:
        return lines
    kept = lines[:most_lines]
    last = kept[-1]
    while last and width(last + "…", size) > available:
        last = last[:-1]
    return [*kept[:-1], last.rstrip() + "…"]


def _wrapped(paragraph: str, available: float, size: float) -> list[str]:
    lines, line = [], ""
    for piece in _pieces(paragraph, available, size):
        if line and width(line + piece.rstrip(), size) > available and piece not in _NOT_FIRST:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def _pieces(paragraph: str, available: float, size: float) -> list[str]:
    """Cut into words; a word that is wider than a line is cut into letters."""
    pieces: list[str] = []
    for word in _WORDS.findall(paragraph):
        pieces.extend(word if width(word, size) > available else [word])
    return pieces


def _advance(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if letter in _NARROW:
        return 0.32
    return 0.86 if letter in _WIDE else 0.68 if letter.isupper() else 0.54
