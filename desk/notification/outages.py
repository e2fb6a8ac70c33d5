"""Channels that rest after failures in a row: administrators are told once when that begins, and once when it is over.

What each of them was told last is read from the notices themselves, so that any number of couriers, and those of a later
process, tell nobody twice.
"""

from __future__ import annotations

from urllib.parse import quote

from desk.context import DeskContext
from desk.model import Agent, Role
from desk.notification.announcing import Announcer
from desk.notification.dossier import of_role
from desk.store import notices, people
from engine.ports import Transaction

RESTS, WORKS = "channel_rests", "channel_works"
LOG = "/messages/deliveries"


class Outages:
    """Tells of outages; safe to share among threads."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._announcer = announcer

    def tell(self, tx: Transaction, channel: str, *, rests: bool) -> None:
        """Tell each administrator that a channel rests now, or that it works again; nothing to who knows."""
        template = RESTS if rests else WORKS
        link = f"{self._context.settings.base_url}{LOG}?channel={quote(channel)}"
        for agent in of_role(people.agents(tx), Role.ADMIN):
            number, told = _last_told(tx, agent, channel)
            if told is not rests:
                key = f"{_prefix(channel)}{number + rests}:{template}"
                self._announcer.tell_in_app(tx, agent, template, {"channel_name": channel, "link": link}, key=key)


def rests(tx: Transaction, channel: str) -> bool:
    """Whether an administrator was told that a channel rests, and not yet that it works again."""
    return any(_last_told(tx, agent, channel)[1] for agent in of_role(people.agents(tx), Role.ADMIN))


def _last_told(tx: Transaction, agent: Agent, channel: str) -> tuple[int, bool]:
    """The number of the outage of which somebody was told last (0: of none), and whether it lasts as far as they know."""
    number, _, rest = notices.newest_key(tx, agent.login, _prefix(channel)).removeprefix(_prefix(channel)).partition(":")
    return int(number or 0), rest.startswith(RESTS)


def _prefix(channel: str) -> str:
    return f"channel:{channel.replace(':', '.')}:"
