"""Pages of a list: each tells by its cursor where the next one begins."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from webui.api.errors import CursorUnknown
from webui.api.operations import Call
from webui.api.shapes import LARGEST_ID

Record = TypeVar("Record")


def page(
    call: Call,
    fetch: Callable[[int, int], Sequence[Record]],
    show: Callable[[Record], Any],
    place: Callable[[Record], int] = lambda record: record.id,
) -> dict[str, Any]:
    """A page of a list that is ordered by numbers: `fetch(after, limit)` gives those behind a number, `place` a record's.

    Raises CursorUnknown.
    """
    limit, after = call.query["limit"], _number(call)
    found = fetch(after, limit + 1)
    shown = found[:limit]
    return {"items": [show(each) for each in shown], "next": cursor(place(shown[-1])) if len(found) > limit else None}


def cursor(place: Any) -> str:
    """A place in a list as a text that only we read."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place(call: Call) -> Any:
    """Where the page begins that the call asks for; None for the first one. Raises CursorUnknown."""
    text = call.query.get("cursor")
    if text is None:
        return None
    try:
        return json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raise CursorUnknown from None


def _number(call: Call) -> int:
    found = place(call)
    if found is None:
        return -1
    if not isinstance(found, int) or isinstance(found, bool) or not 0 <= found <= LARGEST_ID:
        raise CursorUnknown
    return found
