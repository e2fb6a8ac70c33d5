"""What a browser sent, read with refusals instead of surprises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from webui.refusals import BodyUnreadable

LARGEST_REVISION = 2**31 - 1  # what the database keeps in its column


def json_object() -> Mapping[str, Any]:
    """The body as a JSON object. Raises BodyUnreadable."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        raise BodyUnreadable("it is nested too deeply") from None
    if not isinstance(body, Mapping):
        raise BodyUnreadable("it is not a JSON object")
    return body


def answers_of(body: Mapping[str, Any]) -> tuple[Mapping[str, Any], int]:
    """A form's answers and the revision that was read: {"data": {…}, "revision": n}. Raises BodyUnreadable."""
    data = body.get("data")
    if not isinstance(data, Mapping):
        raise BodyUnreadable("data is not an object of answers")
    return data, revision_of(body)


def revision_of(body: Mapping[str, Any]) -> int:
    """The revision that a JSON object says was read. Raises BodyUnreadable."""
    revision = body.get("revision")
    if not isinstance(revision, int) or isinstance(revision, bool) or not 0 <= revision <= LARGEST_REVISION:
        raise BodyUnreadable("revision is not a whole number")
    return revision


def revision_sent(field: str = "revision") -> int | None:
    """A revision in the form; None when it is absent. Raises BodyUnreadable when it is no number."""
    text = request.form.get(field, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 10 or int(text) > LARGEST_REVISION:
        raise BodyUnreadable(f"{field} is not a whole number")
    return int(text)


def revision_required(field: str = "revision") -> int:
    """A revision in the form, without which a write could undo somebody else's. Raises BodyUnreadable."""
    revision = revision_sent(field)
    if revision is None:
        raise BodyUnreadable(f"{field} is missing")
    return revision
