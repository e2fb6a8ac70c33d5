"""DingTalk 钉钉: the robot of a group with a secret (加签).

Format: open.dingtalk.com/document/orgapp/custom-robot-access and …/customize-robot-security-settings: timestamp in
milliseconds, sign = base64(HMAC-SHA256(secret, timestamp + "\\n" + secret)), both in the query; valid for an hour.
Codes: the same pages and open.dingtalk.com/document/orgapp/server-api-error-codes-1; refusals come with HTTP 200.
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
from handlers.channels.robots import Busy, Codes
from handlers.channels.settings import ChannelSettings

API = "https://oapi.dingtalk.com/robot/send"
MOST_BYTES = 20_000
PAUSED = 60.0
CODES = Codes(
    code="errcode",
    text="errmsg",
    busy={
        -1: Busy("it is busy"),
        90002: Busy("our server calls it too often", PAUSED),
        90018: Busy("our server calls it too often", PAUSED),
        130101: Busy("too many messages for now; a robot may send 20 a minute", PAUSED),
        410100: Busy("too many messages for now; a robot may send 20 a minute", PAUSED),
    },
    mended={
        300001: "there is no robot with this access_token; copy it anew",
        300005: "there is no robot with this access_token; copy it anew",
        310000: "signature, keyword or address isn't what the robot's security settings want; check secret and clock",
        400101: "there is no robot with this access_token; copy it anew",
        400102: "the robot was stopped; let it go on in its group",
        400106: "there is no such robot; copy its access_token anew",
    },
    refused={
        40035: "it misses a value or can't read one",
        90030: "the group's robots have used up their messages of this month",
        400013: "the group doesn't exist any more; choose another channel",
        430101: "it found a link that it holds for unsafe",
        430102: "it found a text that isn't allowed",
    },
)


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
        return robots.post(self.http, f"{self.url}?{query}", content, CODES)


def sign(secret: str, at: datetime) -> str:
    """The value of the query's `sign`, not yet encoded for a URL."""
    signed = f"{int(at.timestamp() * 1000)}\n{secret}".encode()
    return base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest()).decode()


def make(given: ChannelSettings) -> Robot:
    """From access_token and secret."""
    given.only("url", "access_token", "secret")
    token, secret = given.text("access_token"), given.text("secret")
    return Robot(url=given.url(API), token=token, secret=secret, http=given.http, clock=given.clock)
