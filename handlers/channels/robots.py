"""What the robots of WeCom, DingTalk and Feishu have in common: JSON by POST, and an answer whose code says what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from desk.notification.ports import Outcome, Refused, Sent, TryLater
from handlers.channels.http import Answer, Http, Unanswered, host_of, refusal


class Busy(NamedTuple):
    """A code that passes by itself: what it means, and how many seconds its service wants us to wait."""

    means: str
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What a service's answers mean, by the answer's key `code` (0: taken) and its text under the key `text`.

    `busy` passes by itself. `mended` passes as soon as somebody mends settings or account, as a wrong password does: what waits
    then leaves. `busy_when` are codes that mean it only when the text says so. Whatever else isn't 0 is refused, `refused` with
    its meaning.
    """

    code: str
    text: str
    busy: Mapping[int, Busy]
    mended: Mapping[int, str]
    refused: Mapping[int, str] = field(default_factory=dict)
    busy_when: Mapping[int, tuple[str, Busy]] = field(default_factory=dict)

    def outcome(self, host: str, answer: Answer) -> Outcome:
        """What an answer means: by its code, which some services send with an HTTP status of refusal too, else by its status.

        One without a code isn't the service's, but a page that stands before it: later.
        """
        said = answer.data().get(self.code)
        if not isinstance(said, int) or isinstance(said, bool):
            told = "answered with something that isn't its format"
            return refusal(host, answer) or TryLater(reason=f"{host} {told}. It is tried again.")
        if (busy := self._busy(said, answer)) is not None:
            return TryLater(reason=f"{host} answered {said}: {busy.means}. It is tried again.", seconds=busy.seconds)
        if said in self.mended:
            return TryLater(reason=f"{host} answered {said}: {self.mended[said]}. It is tried again.")
        if said == 0:
            return refusal(host, answer) or Sent(said=f"{host} took it")
        means = self.refused.get(said, "look it up in its documentation, and check the channel's settings")
        return Refused(reason=f"{host} answered {said}: {means}.")

    def _busy(self, said: int, answer: Answer) -> Busy | None:
        words, busy = self.busy_when.get(said, ("", None))
        return busy if busy and words in str(answer.data().get(self.text)).lower() else self.busy.get(said)


def post(http: Http, url: str, content: Mapping[str, Any], codes: Codes) -> Outcome:
    """Send it, and say by the service's codes what came of it."""
    try:
        answer = http.post(url, json.dumps(content, ensure_ascii=False).encode())
    except Unanswered as error:
        return TryLater(reason=error.message)
    return codes.outcome(host_of(url), answer)


def shortened(text: str, most_bytes: int) -> str:
    """The text, cut at a character so that its UTF-8 fits."""
    encoded = text.encode()
    if len(encoded) <= most_bytes:
        return text
    return encoded[: most_bytes - len("…".encode())].decode("utf-8", "ignore") + "…"
