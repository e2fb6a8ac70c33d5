"""Which channels there are, and which of them listen to what. Filled once, when the handlers are loaded."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from desk.notification.ports import Channel, Way
from engine.errors import SettingsInvalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A channel. It gets every notice to staff whose kind is among `subscribes`, of these teams' cases (empty: of all)."""

    name: str
    channel: Channel
    subscribes: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    language: str = "zh"


class ChannelBook:
    """All channels by name."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def add(self, entry: Entry) -> None:
        """Add a channel. Raises SettingsInvalid for a name that is taken."""
        if entry.name in self._entries:
            raise SettingsInvalid(f"Channel {entry.name}: there are two of this name. Rename one.")
        self._entries[entry.name] = entry

    def names(self) -> Collection[str]:
        return self._entries.keys()

    def channel(self, name: str) -> Channel | None:
        """The channel; None for one that was taken out of the settings."""
        found = self._entries.get(name)
        return found.channel if found else None

    def first(self, way: Way) -> str | None:
        """The name of the first channel of that way."""
        return next((name for name, entry in self._entries.items() if entry.channel.way is way), None)

    def to_customer(self, contact: str) -> tuple[Way, str] | None:
        """By which way what we write reaches a customer with this contact, and the channel for it; None when nothing does."""
        way = Way.MAIL if "@" in contact else Way.SMS
        channel = self.first(way) if contact else None
        return None if channel is None else (way, channel)

    def of_way(self, way: Way) -> list[str]:
        """The names of all channels of that way."""
        return [name for name, entry in self._entries.items() if entry.channel.way is way]

    def listening(self, kind: str, team: str) -> list[Entry]:
        """The channels that subscribed to a kind of notice about a team's cases."""
        return [one for one in self._entries.values() if kind in one.subscribes and (not one.teams or team in one.teams)]
