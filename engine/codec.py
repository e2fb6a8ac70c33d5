"""Values and history events as bytes and back, with their types kept: 1 stays int, 1.0 float, an instant an instant.

JSON with tagged values: {"$": "datetime", "v": "2023-10-01T01:30:00+00:00"}. A dict that has the key "$" itself is tagged too,
so no customer's data can be mistaken for a tag.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine import history
from engine.errors import Invalid, ValueUnreadable
from engine.history import HistoryEvent

TAG = "$"
MAX_DEPTH = 60

_DECODERS: Mapping[str, Callable[[Any], Any]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "decimal": Decimal,
    "duration": lambda microseconds: timedelta(microseconds=microseconds),
    "dict": dict,
}


def encode(value: Any) -> bytes:
    """JSON bytes of a value made of None, bool, int, float, str, Decimal, date, aware datetime, timedelta, list and dict.

    Raises Invalid for anything else, for keys that aren't text, for numbers that aren't finite and for nesting over 60.
    """
    return _ENCODER.encode(_tagged(value, 0)).encode()


def decode(content: bytes) -> Any:
    """The value that `encode` was given; tuples come back as lists."""
    return _DECODER.decode(content.decode())


def _untag(value: dict[str, Any]) -> Any:
    """What a JSON object means whose values are read already."""
    return _DECODERS[value[TAG]](value["v"]) if TAG in value else value


_DECODER = json.JSONDecoder(object_hook=_untag)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False)
_PLAIN = frozenset({str, int, bool, type(None)})


def show(value: Any) -> str:
    """A value as JSON for a person to read and change; `read` takes it back."""
    return json.dumps(_tagged(value, 0), ensure_ascii=False, indent=2)


def read(text: str) -> Any:
    """The value that a person wrote as JSON, tagged as `encode` does it. Raises ValueUnreadable, and Invalid as `encode`."""
    try:
        value = decode(text.encode())
    except (ValueError, ArithmeticError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValueUnreadable(text, str(error)) from error
    encode(value)
    return value


def to_json(value: Any) -> Any:
    """A value as JSON can say it: what JSON has no type for is tagged."""
    return _tagged(value, 0)


def from_json(value: Any) -> Any:
    """The value that `to_json` was given. Raises Invalid for a tag that says nothing readable, and as `encode` does."""
    try:
        read = _untagged(value)
    except (ArithmeticError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise Invalid(f'A value tagged with "{TAG}" can\'t be read ({error!r}). Give tag and value as they were told.') from error
    encode(read)
    return read


def _tagged(value: Any, depth: int) -> Any:
    if type(value) is datetime:
        return _tagged_scalar(value)
    if type(value) in _PLAIN or isinstance(value, str | int):
        return value
    if depth > MAX_DEPTH:
        raise Invalid(f"A value is nested more than {MAX_DEPTH} deep. Flatten it.")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Invalid(f"{value} isn't a finite number. Give a number or leave it out.")
        return value
    if isinstance(value, Mapping):
        return _tagged_dict(value, depth)
    if isinstance(value, list | tuple):
        return [_tagged(item, depth + 1) for item in value]
    return _tagged_scalar(value)


def _tagged_dict(value: Mapping[Any, Any], depth: int) -> Any:
    for key in value:
        if not isinstance(key, str):
            raise Invalid(f"Key {key!r} isn't text. Name every entry with text.")
    plain = {key: item if type(item) in _PLAIN else _tagged(item, depth + 1) for key, item in value.items()}
    return {TAG: "dict", "v": list(plain.items())} if TAG in plain else plain


def _tagged_scalar(value: Any) -> dict[str, Any]:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise Invalid(f"{value.isoformat()} has no time zone. Give it an offset.")
        return {TAG: "datetime", "v": value.isoformat()}
    if isinstance(value, date):
        return {TAG: "date", "v": value.isoformat()}
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise Invalid(f"{value} isn't a finite number. Give a number or leave it out.")
        return {TAG: "decimal", "v": str(value)}
    if isinstance(value, timedelta):
        return {TAG: "duration", "v": value // timedelta(microseconds=1)}
    raise Invalid(f"A {type(value).__name__} can't be kept as a variable. Use text, number, boolean, date, list or context.")


def _untagged(value: Any) -> Any:
    if isinstance(value, list):
        return [_untagged(item) for item in value]
    return _untag({key: _untagged(item) for key, item in value.items()}) if isinstance(value, dict) else value


_BASE_FIELDS = frozenset(field.name for field in fields(HistoryEvent))
_EVENT_TYPES: Mapping[str, type[HistoryEvent]] = {
    name: kind for name, kind in vars(history).items() if isinstance(kind, type) and issubclass(kind, HistoryEvent)
}
_OWN_FIELDS = {kind: tuple(field for field in fields(kind) if field.name not in _BASE_FIELDS) for kind in _EVENT_TYPES.values()}
_OWN_NAMES = {kind: tuple(field.name for field in own) for kind, own in _OWN_FIELDS.items()}


def encode_event(event: HistoryEvent) -> bytes:
    """The event's own fields; those of the base have columns of their own."""
    own = ((name, getattr(event, name)) for name in _OWN_NAMES[type(event)])
    return _ENCODER.encode({name: value if type(value) in _PLAIN else _tagged(value, 1) for name, value in own}).encode()


def decode_event(
    kind: str, content: bytes, *, at: datetime, by: str, activity_id: str | None, token_id: str | None
) -> HistoryEvent:
    """The event again; its sequences as tuples. Fields that its type got later have their defaults."""
    event_type = _EVENT_TYPES[kind]
    data = decode(content)
    for field in _OWN_FIELDS[event_type]:
        if isinstance(data.get(field.name), list) and str(field.type).startswith("tuple"):
            data[field.name] = tuple(data[field.name])
    return event_type(at=at, by=by, activity_id=activity_id, token_id=token_id, **data)
