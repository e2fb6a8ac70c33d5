"""What a browser sent, read with refusals instead of surprises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from webui.refusals import BodyUnreadable


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
    data, revision = body.get("data"), body.get("revision")
    if not isinstance(data, Mapping):
        raise BodyUnreadable("data is not an object of answers")
    if not isinstance(revision, int) or isinstance(revision, bool):
        raise BodyUnreadable("revision is not a whole number")
    return data, revision


def revision_sent() -> int | None:
    """The form field `revision`; None when it is absent. Raises BodyUnreadable when it is no number."""
    text = request.form.get("revision", "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise BodyUnreadable("revision is not a whole number")
    return int(text)
