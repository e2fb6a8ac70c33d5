"""The file of channels: which ways out there are, beside mail. TOML; docs/notifications.md tells its keys."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import SettingsInvalid

KNOWN = frozenset({"inner_hosts", "channel"})
FROM_ENVIRONMENT = "_env"
_NAME = re.compile(r"[a-z][a-z0-9-]{0,19}\Z")


def read(path: str | None, environment: Mapping[str, str]) -> Mapping[str, Any]:
    """{"inner_hosts": […], "channel": {name: {key: value}}}; empty without a path. A key that ends in `_env` names a variable
    of the environment that holds the value. Raises SettingsInvalid.
    """
    if not path:
        return {}
    try:
        found = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError) as error:
        # the file holds secrets: the parser's words tell line and column, never its content
        raise SettingsInvalid(f"CASELOOP_CHANNELS_FILE: {path} can't be read as TOML ({error}).") from None
    unknown = sorted(found.keys() - KNOWN)
    if unknown:
        raise SettingsInvalid(f"CASELOOP_CHANNELS_FILE: {unknown[0]} means nothing. Known are inner_hosts and [channel.NAME].")
    hosts, channels = found.get("inner_hosts", []), found.get("channel", {})
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise SettingsInvalid("CASELOOP_CHANNELS_FILE: inner_hosts isn't a list of host names.")
    if not isinstance(channels, dict):
        raise SettingsInvalid("CASELOOP_CHANNELS_FILE: write each channel as [channel.NAME].")
    return {"inner_hosts": hosts, "channel": {name: _channel(name, given, environment) for name, given in channels.items()}}


def _channel(name: str, given: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    if not _NAME.match(name) or not isinstance(given, dict):
        raise SettingsInvalid(f"CASELOOP_CHANNELS_FILE: {name!r}: a channel's name has up to 20 of a to z, 0 to 9 and hyphens.")
    values = {}
    for key, value in given.items():
        if key.endswith(FROM_ENVIRONMENT):
            if value not in environment:
                raise SettingsInvalid(f"Channel {name}: {key} names {value!r}, which the environment lacks. Set it.")
            values[key.removesuffix(FROM_ENVIRONMENT)] = environment[value]
        else:
            values[key] = value
    return values
