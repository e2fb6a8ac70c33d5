"""DingTalk 钉钉: the robot of a group with a secret (加签).

Format: open.dingtalk.com/document/orgapp/custom-robot-access and …/customize-robot-security-settings: timestamp in
milliseconds, sign = base64(HMAC-SHA256(secret, timestamp + "\\n" + secret)), both in the query; valid for an hour.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from desk.notification.ports import Message, Outcome, Way
from engine.ports import Clock
from handlers.channels import robots
from handlers.channels.http import Http
from handlers.channels.settings import ChannelSettings

API = "https://oapi.dingtalk.com/robot/send"
MOST_BYTES = 20_000
BUSY, TOO_OFTEN, TOO_FAST = -1, 130101, 660026


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """The robot of one group; who a message is for is mentioned in it."""

    url: str = field(repr=False)
    token: str = field(repr=False)
    secret: str = field(repr=False)
    http: Http
    clock: Clock
    way: Way = Way.IM

    def send(self, message: Message, key: str) -> Outcome:
        """`to` is a mobile number or a user id, or empty for the group. DingTalk knows no keys."""
        content: dict[str, Any] = {"msgtype": "text", "text": {"content": robots.shortened(message.whole, MOST_BYTES)}}
        if message.to:
            content["at"] = {"atMobiles" if message.to.lstrip("+").isdigit() else "atUserIds": [message.to], "isAtAll": False}
        at = self.clock.now()
        milliseconds = str(int(at.timestamp() * 1000))
        query = urlencode({"access_token": self.token, "timestamp": milliseconds, "sign": sign(self.secret, at)})
        later = {BUSY, TOO_OFTEN, TOO_FAST}
        return robots.post(self.http, f"{self.url}?{query}", content, code="errcode", later=later)


def sign(secret: str, at: datetime) -> str:
    """The value of the query's `sign`, not yet encoded for a URL."""
    signed = f"{int(at.timestamp() * 1000)}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def make(given: ChannelSettings) -> Robot:
    """From access_token and secret."""
    given.only("url", "access_token", "secret")
    token, secret = given.text("access_token"), given.text("secret")
    return Robot(url=given.url(API), token=token, secret=secret, http=given.http, clock=given.clock)
