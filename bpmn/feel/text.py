"""How values read as text: the function `string`."""

import re

from bpmn.feel.numbers import number_text
from bpmn.feel.runtime import Run
from bpmn.feel.temporal_text import date_text, date_time_text, days_time_text, time_text, years_months_text
from bpmn.feel.values import kind_of

_PLAIN_KEY = re.compile(r"[\w ]+")


def text_of(value: object, run: Run) -> str | None:
    """The text of a value; null for null and for functions."""
    return value if value is None or isinstance(value, str) else _text(value, run)


def _text(value: object, run: Run) -> str | None:
    run.spend()
    write = _WRITERS.get(kind_of(value))
    text = write(value, run) if write else None
    run.spend(len(text or "") // 64)
    return text


def _inner(value: object, run: Run) -> str:
    text = _text(value, run)
    return "null" if text is None else text


def _quoted(value: str, run: Run) -> str:
    run.spend(len(value) // 64)
    escaped = value.replace('"', '\\"')
    return f'"{escaped}"'


def _list(value: list, run: Run) -> str:
    return "[" + ", ".join([_inner(item, run) for item in value]) + "]"


def _context(value: dict, run: Run) -> str:
    entries = [f"{_key(key)}: {_inner(item, run)}" for key, item in value.items()]
    return "{" + ", ".join(entries) + "}"


def _key(key: str) -> str:
    return key if _PLAIN_KEY.fullmatch(key) else f'"{key}"'


def _range(value, run: Run) -> str:
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    return f"{opening}{_inner(value.start, run)}..{_inner(value.end, run)}{closing}"


_WRITERS = {
    "boolean": lambda value, run: "true" if value else "false",
    "number": lambda value, run: number_text(value),
    "string": _quoted,
    "date": lambda value, run: date_text(value),
    "time": lambda value, run: time_text(value),
    "date and time": lambda value, run: date_time_text(value),
    "years and months duration": lambda value, run: years_months_text(value),
    "days and time duration": lambda value, run: days_time_text(value),
    "list": _list,
    "context": _context,
    "range": _range,
}
