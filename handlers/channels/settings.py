"""One channel's part of the file of channels, read with messages that name channel and key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import SettingsInvalid
from engine.ports import Chance, Clock
from handlers.channels.http import Http

COMMON = frozenset({"adapter", "subscribes", "teams", "language"})
"""Keys that every channel may have; handlers/channels/making.py reads them, no adapter does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """What an adapter is made of: its name, its keys, and what it works with."""

    name: str
    values: Mapping[str, Any] = field(repr=False)
    http: Http
    clock: Clock
    chance: Chance

    def text(self, key: str, default: str | None = None) -> str:
        """A text. Raises SettingsInvalid when it is missing without a default, or no text."""
        value = self.values.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            raise SettingsInvalid(
                f"Channel {self.name}: {key} is missing or no text. Write it, or {key}_env, in the file of channels."
            )
        return value

    def number(self, key: str) -> int:
        """A whole number, also one written as text. Raises SettingsInvalid."""
        value = self.values.get(key)
        if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit():
            raise SettingsInvalid(f"Channel {self.name}: {key} isn't a whole number. Correct the file of channels.")
        return int(str(value))

    def texts(self, key: str) -> dict[str, Any]:
        """A table. Raises SettingsInvalid."""
        value = self.values.get(key, {})
        if not isinstance(value, Mapping):
            raise SettingsInvalid(f"Channel {self.name}: {key} isn't a table. Correct the file of channels.")
        return dict(value)

    def url(self, default: str | None = None) -> str:
        """The channel's url, when it may be used. Raises SettingsInvalid."""
        return self.http.checked(self.text("url", default), self.name)

    def only(self, *known: str) -> None:
        """Raises SettingsInvalid, naming it, for a key that means nothing here."""
        unknown = sorted(set(self.values) - COMMON - set(known))
        if unknown:
            expected = ", ".join(sorted(COMMON | set(known)))
            raise SettingsInvalid(f"Channel {self.name}: {unknown[0]} means nothing here. Known are {expected}.")
