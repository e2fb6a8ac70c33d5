"""The numbers of process versions: how they are ordered, and which comes next. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

_VERSION = re.compile(r"\d{1,6}(\.\d{1,6}){0,3}\Z", re.ASCII)


def is_version(text: str) -> bool:
    """Whether a text can be a version's number: up to four whole numbers joined by dots."""
    return bool(_VERSION.match(text))


def version_order(version: str) -> tuple[int, ...]:
    """What to sort versions by: 1.2 comes before 1.10. A version is whole numbers joined by dots."""
    return tuple(int(part) for part in version.split("."))


def next_version(deployed: Iterable[str]) -> str:
    """The number to propose: the highest, its last part raised by one; "1.0" where nothing is deployed."""
    highest = max(deployed, key=version_order, default=None)
    if highest is None:
        return "1.0"
    head, _, last = highest.rpartition(".")
    return f"{head}.{int(last) + 1}" if head else f"{highest}.1"
