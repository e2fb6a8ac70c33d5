"""Regular expressions of form authors, matched in linear time by RE2."""

from __future__ import annotations

import re
from functools import lru_cache

import re2

_LONGEST = 1000
_UNICODE_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u([0-9A-Fa-f]{4})")

_NAME = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
EMAIL = rf"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_NAME}(?:\.{_NAME})*$"
PHONE = r"^(?:\+|00)[1-9][0-9]{5,20}$"


def pattern_problem(pattern: object) -> str | None:
    """Say why a pattern cannot be used; None when it can (or when there is none)."""
    if pattern is None or pattern == "":
        return None
    if not isinstance(pattern, str):
        return "not a text"
    if len(pattern) > _LONGEST:
        return f"longer than {_LONGEST} characters"
    try:
        _compiled(pattern)
    except re2.error as error:
        return str(error.args[0] if error.args else error)
    return None


def found(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere in the text, as in a browser."""
    return _compiled(pattern).search(text) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    return re2.compile(_UNICODE_ESCAPE.sub(r"\1\\x{\2}", pattern), options)
