"""A generic signed webhook: JSON by POST, signed with HMAC-SHA256 over timestamp and body.

The receiver recomputes `v1=` + hex(HMAC-SHA256(secret, timestamp + "." + body)) from the header Caseloop-Timestamp and the
body as it came, compares in constant time, and refuses a timestamp more than 300 seconds from its own clock. A repeat has
the same Idempotency-Key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime

from desk.notification.ports import Message, Outcome, Sent, TryLater, Way
from desk.store.deliveries import reference_of
from engine.ports import Clock
from handlers.channels.http import Http, Unanswered, host_of, refusal
from handlers.channels.settings import ChannelSettings

REPLAY_WINDOW_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Another program that takes notices."""

    url: str = field(repr=False)
    secret: str = field(repr=False)
    http: Http
    clock: Clock
    way: Way = Way.HOOK

    def send(self, message: Message, key: str) -> Outcome:
        """Any 2xx counts as taken."""
        body = json.dumps(_content(message, key), ensure_ascii=False).encode()
        now = self.clock.now()
        headers = {
            "Caseloop-Timestamp": str(int(now.timestamp())),
            "Caseloop-Signature": signature(self.secret, now, body),
            "Idempotency-Key": reference_of(key),
        }
        try:
            answer = self.http.post(self.url, body, headers)
        except Unanswered as error:
            return TryLater(reason=error.message)
        host = host_of(self.url)
        return refusal(host, answer) or Sent(said=f"{host} answered {answer.status}")


def signature(secret: str, at: datetime, body: bytes) -> str:
    """The value of the header Caseloop-Signature."""
    signed = b"%d.%b" % (int(at.timestamp()), body)
    return "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _content(message: Message, key: str) -> dict[str, object]:
    return {
        "key": reference_of(key),
        "kind": message.template,
        "case": message.case_number,
        "to": message.to,
        "subject": message.subject,
        "text": message.text,
        "language": message.language,
        "at": message.at.isoformat(),
    }


def make(given: ChannelSettings) -> Webhook:
    """From url and secret."""
    given.only("url", "secret")
    return Webhook(url=given.url(), secret=given.text("secret"), http=given.http, clock=given.clock)
