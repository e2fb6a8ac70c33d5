"""What texts that people write must be: said to a customer, given as a reason, or noted beside."""

from __future__ import annotations

from desk.errors import AnswersInvalid
from desk.wordings import REQUIRED, TOO_LONG, TOO_LONG_REASON

MAX_TEXT = 20_000
LONGEST_REASON = 500


def require_text(text: str, key: str) -> None:
    """Raises AnswersInvalid for an empty text, or one that is too long."""
    if not text.strip():
        raise AnswersInvalid({key: REQUIRED})
    require_short(text, key)


def require_short(text: str, key: str) -> None:
    """Raises AnswersInvalid for a text that is too long."""
    if len(text) > MAX_TEXT:
        raise AnswersInvalid({key: TOO_LONG})


def require_reason(reason: str, key: str = "reason") -> None:
    """Raises AnswersInvalid for an empty reason, or one that is too long."""
    if not reason.strip():
        raise AnswersInvalid({key: REQUIRED})
    require_short_reason(reason, key)


def require_short_reason(reason: str, key: str = "reason") -> None:
    """Raises AnswersInvalid for a reason or a note that is too long."""
    if len(reason) > LONGEST_REASON:
        raise AnswersInvalid({key: TOO_LONG_REASON})
