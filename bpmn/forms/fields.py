"""One component of a form, and which kinds of component there are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INPUTS = frozenset(
    {
        "checkbox",
        "checklist",
        "datetime",
        "expression",
        "number",
        "radio",
        "select",
        "taglist",
        "textarea",
        "textfield",
    }
)
HOLDERS = frozenset({"dynamiclist", "group"})
SILENT = frozenset({"button", "documentPreview", "html", "iframe", "image", "separator", "spacer", "table", "text"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One component. `key` is set for inputs, `path` for groups and lists that nest their values.

    `hide` is the FEEL source of the rule that hides it. `component` is the author's JSON object.
    """

    type: str
    label: str
    component: Mapping[str, Any]
    key: str | None = None
    path: str | None = None
    hide: str | None = None
    children: tuple[Field, ...] = ()

    @property
    def sensitive(self) -> bool:
        """Whether the author marked it with `properties: {"sensitive": "true"}`."""
        return str((self.component.get("properties") or {}).get("sensitive", "")).lower() == "true"

    def rule(self, name: str) -> Any:
        """Return an entry of the component's `validate`, or None."""
        return (self.component.get("validate") or {}).get(name)


_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_FORBIDDEN_KEYS = frozenset({"typename"})


def is_key(text: object) -> bool:
    """Whether a text may name a variable: letters, digits and underscores, and none of the engine's own words."""
    return isinstance(text, str) and bool(_KEY.match(text)) and text not in _FORBIDDEN_KEYS
