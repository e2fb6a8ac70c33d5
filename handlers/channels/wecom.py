"""WeCom 企业微信: the robot of a group (消息推送, formerly 群机器人), and messages of an application to one person (应用消息).

Formats: developer.work.weixin.qq.com/document/path/91770 (robot), /path/90236 (application), /path/91039 (access token),
/path/90313 (codes), /path/90312 (limits).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import urlencode

from desk.notification.ports import Message, Outcome, Refused, TryLater, Way
from engine.ports import Clock
from handlers.channels import robots
from handlers.channels.http import Http, Unanswered, host_of, refusal
from handlers.channels.robots import Busy, Codes
from handlers.channels.settings import ChannelSettings

API = "https://qyapi.weixin.qq.com"
MOST_BYTES = 2048
CODES = Codes(
    code="errcode",
    text="errmsg",
    busy={
        -1: Busy("it is busy"),
        45009: Busy("too many messages for now; a robot may send 20 a minute", 60),
        45033: Busy("too many messages at once", 5),
    },
    mended={
        40001: "the secret or the token isn't right; check corp_id and secret",
        40014: "the access token isn't valid",
        41001: "the access token is missing",
        42001: "the access token is over",
        60020: "our address isn't on the application's list of trusted ones; add it",
        93000: "the address of the robot isn't valid, or it was removed from its group; copy it anew",
    },
    refused={
        40058: "it found a value that it doesn't take, such as a text that is too long",
        60011: "the application may not write to this person; widen who sees it",
        81013: "nobody has this user id, or the application isn't seen by them",
    },
)
TOKEN_OVER = frozenset({40014, 41001, 42001})
NOT_REACHED = ("invaliduser", "unlicenseduser")
RENEWED_BEFORE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    """The robot of one group; who a message is for is mentioned in it."""

    url: str = field(repr=False)
    http: Http
    way: Way = Way.IM

    def send(self, message: Message, key: str) -> Outcome:
        """`to` is a user id of WeCom, or empty for the group. WeCom knows no keys, so a lost answer can mean a repeat."""
        text: dict[str, Any] = {"content": robots.shortened(message.whole, MOST_BYTES)}
        if message.to:
            text["mentioned_list"] = [message.to]
        return robots.post(self.http, self.url, {"msgtype": "text", "text": text}, CODES)


@dataclass(slots=True, kw_only=True)
class App:
    """An application of the company, which writes to one person. Its access token is kept while it lasts."""

    url: str
    corp_id: str
    secret: str = field(repr=False)
    agent_id: int
    http: Http
    clock: Clock
    way: Way = Way.IM
    _token: str = field(default="", repr=False)
    _until: datetime | None = None
    _fetching: Lock = field(default_factory=Lock, repr=False)

    def send(self, message: Message, key: str) -> Outcome:
        """`to` is a user id of WeCom. The same text isn't shown twice within half an hour."""
        if not message.to:
            return Refused(reason="A message of the application needs a user id of WeCom. Fill it in at the preferences.")
        content = {
            "touser": message.to,
            "msgtype": "text",
            "agentid": self.agent_id,
            "text": {"content": robots.shortened(message.whole, MOST_BYTES)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 1800,
        }
        body = json.dumps(content, ensure_ascii=False).encode()
        outcome, code = self._post(body)
        if code in TOKEN_OVER:
            self._until = None
            outcome, _ = self._post(body)
        return outcome

    def _post(self, body: bytes) -> tuple[Outcome, Any]:
        """One try: what came of it, and the code that was answered."""
        token = self._access()
        if not isinstance(token, str):
            return token, None
        try:
            answer = self.http.post(f"{self.url}/cgi-bin/message/send?{urlencode({'access_token': token})}", body)
        except Unanswered as error:
            return TryLater(reason=error.message), None
        host, data = host_of(self.url), answer.data()
        if data.get("errcode") == 0 and any(data.get(name) for name in NOT_REACHED):
            return Refused(reason=f"{host} took it, but the person can't be reached: {CODES.refused[81013]}."), 0
        return CODES.outcome(host, answer), data.get("errcode")

    def _access(self) -> str | Outcome:
        """An access token that lasts, or why there is none."""
        with self._fetching:
            if self._until is not None and self.clock.now() < self._until - RENEWED_BEFORE:
                return self._token
            asked = urlencode({"corpid": self.corp_id, "corpsecret": self.secret})
            try:
                answer = self.http.ask("GET", f"{self.url}/cgi-bin/gettoken?{asked}")
            except Unanswered as error:
                return TryLater(reason=error.message)
            data, host = answer.data(), host_of(self.url)
            token, seconds = data.get("access_token"), data.get("expires_in")
            if refusal(host, answer) or data.get("errcode") or not isinstance(token, str) or not isinstance(seconds, int):
                why = CODES.mended.get(data.get("errcode", 0), "check corp_id and secret")
                return TryLater(reason=f"{host} gave no access token (code {data.get('errcode')}): {why}.")
            self._token, self._until = token, self.clock.now() + timedelta(seconds=seconds)
            return token


def make_robot(given: ChannelSettings) -> Robot:
    """From url (with its key), or from key."""
    given.only("url", "key")
    key = {"key": given.text("key")} if "url" not in given.values else {}
    return Robot(url=given.url(f"{API}/cgi-bin/webhook/send?{urlencode(key)}"), http=given.http)


def make_app(given: ChannelSettings) -> App:
    """From corp_id, secret and agent_id."""
    given.only("url", "corp_id", "secret", "agent_id")
    return App(
        url=given.url(API).rstrip("/"),
        corp_id=given.text("corp_id"),
        secret=given.text("secret"),
        agent_id=given.number("agent_id"),
        http=given.http,
        clock=given.clock,
    )
