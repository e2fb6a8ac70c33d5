"""Feishu 飞书: the custom bot of a group with signature checking (签名校验).

Format: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: timestamp in seconds and sign stand in the body;
sign = base64(HMAC-SHA256 with the key timestamp + "\\n" + secret over nothing); valid for an hour. Codes: the same page and
open.feishu.cn/document/server-docs/api-call-guide/generic-error-code; some of them come with HTTP 400.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from desk.notification.ports import Message, Outcome, Way
from engine.ports import Clock
from handlers.channels import robots
from handlers.channels.http import Http
from handlers.channels.robots import Busy, Codes
from handlers.channels.settings import ChannelSettings

MOST_BYTES = 19_000
TOO_OFTEN = Busy("too many messages for now; a bot may send 5 a second and 100 a minute", 30)
CODES = Codes(
    code="code",
    text="msg",
    busy={11232: TOO_OFTEN, 11233: TOO_OFTEN, 99991400: TOO_OFTEN},
    busy_when={9499: ("too many", TOO_OFTEN)},
    mended={
        19001: "its address isn't valid; copy it anew",
        19007: "the bot was switched off; switch it on in its group",
        19021: "the signature doesn't fit, or our clock is an hour off; check secret and clock",
        19022: "our address isn't on the bot's list; add it",
        19024: "it wants a keyword that our messages don't have; take it out of the bot's security settings",
    },
    refused={9499: "it can't read the message", 19002: "it can't read the message"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """The bot of one group; who a message is for is mentioned in it."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    http: Http
    clock: Clock
    way: Way = Way.IM

    def send(self, message: Message, key: str) -> Outcome:
        """`to` is an open id or user id, or empty for the group. Feishu knows no keys."""
        at = self.clock.now()
        # its texts know tags such as <at>: what people wrote must not make one
        text = escape(robots.shortened(message.whole, MOST_BYTES), quote=False)
        mention = f'<at user_id="{escape(message.to)}"></at> ' if message.to else ""
        content = {
            "timestamp": str(int(at.timestamp())),
            "sign": sign(self.secret, at),
            "msg_type": "text",
            "content": {"text": mention + text},
        }
        return robots.post(self.http, self.url, content, CODES)


def sign(secret: str, at: datetime) -> str:
    """The value of the body's `sign`."""
    key = f"{int(at.timestamp())}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


def make(given: ChannelSettings) -> Robot:
    """From url (with its token) and secret."""
    given.only("url", "secret")
    return Robot(url=given.url(), secret=given.text("secret"), http=given.http, clock=given.clock)
