"""Makes the channels that the settings name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from desk.notification.channel_book import Entry
from desk.notification.kinds import KINDS
from desk.notification.ports import Channel
from engine.errors import SettingsInvalid
from engine.ports import Chance, Clock
from handlers.channels import aliyun_sms, dingtalk, feishu, webhook, wecom
from handlers.channels.http import Http
from handlers.channels.mail import Mail
from handlers.channels.settings import ChannelSettings
from handlers.mail import Mailer

EMAIL = "email"
"""The channel of the mail server CASELOOP_SMTP_URL."""

ADAPTERS: Mapping[str, Callable[[ChannelSettings], Channel]] = {
    "webhook": webhook.make,
    "wecom-robot": wecom.make_robot,
    "wecom-app": wecom.make_app,
    "dingtalk-robot": dingtalk.make,
    "feishu-robot": feishu.make,
    "aliyun-sms": aliyun_sms.make,
}


def make_entries(settings: Any, *, clock: Clock, chance: Chance) -> list[Entry]:
    """All configured channels with what they listen to. Raises SettingsInvalid."""
    configured = settings.channels.get("channel", {})
    return [
        Entry(
            name=name,
            channel=channel,
            subscribes=_listed(name, configured.get(name, {}), "subscribes", KINDS.keys()),
            teams=_listed(name, configured.get(name, {}), "teams"),
            language=configured.get(name, {}).get("language", "zh"),
        )
        for name, channel in make_channels(settings, clock=clock, chance=chance).items()
    ]


def _listed(name: str, values: Mapping[str, Any], key: str, known: Collection[str] = ()) -> frozenset[str]:
    found = values.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise SettingsInvalid(f"Channel {name}: {key} isn't a list of texts. Correct the file of channels.")
    if known and (unknown := [each for each in found if each not in known]):
        wrong, few = ", ".join(unknown), get_close_matches(unknown[0], known, n=1)
        meant = f" Did you mean {few[0]}?" if few else ""
        raise SettingsInvalid(f"Channel {name}: {key} can't have {wrong}.{meant} Known are {', '.join(sorted(known))}.")
    return frozenset(found)


def make_channels(settings: Any, *, clock: Clock, chance: Chance) -> dict[str, Channel]:
    """All configured channels by name. Raises SettingsInvalid for one that can't be made."""
    http = Http(inner_hosts=tuple(settings.channels.get("inner_hosts", ())))
    made: dict[str, Channel] = {}
    if settings.smtp_url:
        made[EMAIL] = Mail(mailer=Mailer.from_url(settings.smtp_url, sender=settings.mail_from))
    for name, values in settings.channels.get("channel", {}).items():
        if name in made:
            raise SettingsInvalid(f"Channel {name}: CASELOOP_SMTP_URL made one of this name. Choose another.")
        given = ChannelSettings(name=name, values=values, http=http, clock=clock, chance=chance)
        made[name] = _adapter(given)(given)
    return made


def _adapter(given: ChannelSettings) -> Callable[[ChannelSettings], Channel]:
    """One of ours, or a third party's as module:factory."""
    named = given.text("adapter")
    if named in ADAPTERS:
        return ADAPTERS[named]
    module, _, attribute = named.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        known = ", ".join(sorted(ADAPTERS))
        raise SettingsInvalid(
            f"Channel {given.name}: there is no adapter {named!r}. Known are {known}, or module:factory."
        ) from error
