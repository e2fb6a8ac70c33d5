"""Fills templates for people: by the analysts' wording where there is one, else by what was shipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.notification.templates import NAMES, Written, spoken, write
from desk.store import wordings
from engine.ports import Transaction


def written(tx: Transaction, template: str, given: Mapping[str, Any], language: str) -> Written:
    """The filled template in the language. Raises Invalid for a missing variable, or a template that nobody knows."""
    edited = wordings.newest(tx, template).get((template, spoken(language))) if template in NAMES else None
    return write(template, given, language, edited.texts if edited else None)
