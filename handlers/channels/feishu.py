"""Feishu 飞书: the custom bot of a group with signature checking (签名校验).

Format: open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: timestamp in seconds and sign stand in the body;
sign = base64(HMAC-SHA256 with the key timestamp + "\\n" + secret over nothing); valid for an hour.
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
from handlers.channels.settings import ChannelSettings

MOST_BYTES = 19_000
TOO_OFTEN, BUSY = 11232, 11233


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
        return robots.post(self.http, self.url, content, code="code", later={TOO_OFTEN, BUSY})


def sign(secret: str, at: datetime) -> str:
    """The value of the body's `sign`."""
    key = f"{int(at.timestamp())}\n{secret}".encode()
    return base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()


def make(given: ChannelSettings) -> Robot:
    """From url (with its token) and secret."""
    given.only("url", "secret")
    return Robot(url=given.url(), secret=given.text("secret"), http=given.http, clock=given.clock)
