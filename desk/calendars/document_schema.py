"""The shape of a calendar's document, as a JSON schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desk.calendars.statutory import PACKAGED_COUNTRIES

ORGANISATION, TEAM = "organisation", "team"
LAYERS = (ORGANISATION, TEAM)
"""The layers that a document may have above the statutory one, lowest first."""

MOST_DATES = 2000

_KEY = "^[a-z0-9][a-z0-9-]{0,39}$"
_TEXT = {"type": "string", "minLength": 1, "maxLength": 200}
_NAME = {
    "anyOf": [
        _TEXT,
        {"type": "object", "required": ["zh", "en"], "additionalProperties": False, "properties": {"zh": _TEXT, "en": _TEXT}},
    ]
}
_SPANS = {"type": "array", "maxItems": 24, "items": {"type": "string", "maxLength": 20}}
_DATED = {
    "type": "object",
    "required": ["spans", "name"],
    "additionalProperties": False,
    "properties": {"spans": _SPANS, "name": _NAME, "source": {"type": "string", "maxLength": 500}},
}
_LAYER = {
    "type": "object",
    "required": ["key", "dates"],
    "additionalProperties": False,
    "properties": {
        "key": {"enum": list(LAYERS)},
        "dates": {"type": "object", "maxProperties": MOST_DATES, "additionalProperties": _DATED},
    },
}
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["key", "name", "zone", "weekly"],
    "additionalProperties": False,
    "properties": {
        "key": {"type": "string", "pattern": _KEY},
        "base": {"anyOf": [{"type": "string", "pattern": _KEY}, {"type": "null"}]},
        "name": _NAME,
        "zone": {"type": "string", "maxLength": 64},
        "weekly": {"type": "object", "additionalProperties": _SPANS},
        "statutory": {"enum": [*PACKAGED_COUNTRIES, None]},
        "make_up": _SPANS,
        "layers": {"type": "array", "maxItems": len(LAYERS), "items": _LAYER},
    },
}
