"""Instants that a program sends: ISO 8601 with offset."""

from __future__ import annotations

from datetime import datetime

from desk.errors import AnswersInvalid
from desk.wordings import NO_TIME
from webui.api.shapes import text
from webui.context import services

WHEN = text(40, pattern="^[0-9T:.+Z -]+$")


def instant_of(name: str, given: str) -> datetime:
    """The instant in a field of that name. Raises AnswersInvalid for no time, or one without offset."""
    try:
        read = datetime.fromisoformat(given)
        if read.tzinfo is not None:
            return read.astimezone(services().desk.context.zone)
    except (ValueError, OverflowError):
        pass
    raise AnswersInvalid({name: NO_TIME})
