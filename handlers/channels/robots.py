"""What the robots of WeCom, DingTalk and Feishu have in common: JSON by POST, and an answer whose code says what became of it."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from desk.notification.ports import Outcome, Refused, Sent, TryLater
from handlers.channels.http import Answer, Http, Unanswered, host_of, refusal


def post(http: Http, url: str, content: Mapping[str, Any], *, code: str, later: Collection[int]) -> Outcome:
    """Send it. `code` is the answer's key that is 0 when it was taken; `later` are the codes that pass by themselves."""
    try:
        answer = http.post(url, json.dumps(content, ensure_ascii=False).encode())
    except Unanswered as error:
        return TryLater(reason=error.message)
    return outcome(host_of(url), answer, code=code, later=later)


def outcome(host: str, answer: Answer, *, code: str, later: Collection[int]) -> Outcome:
    """What an answer means. One without a code isn't the service's, but a page that stands before it: later."""
    refused = refusal(host, answer)
    if refused is not None:
        return refused
    said = answer.data().get(code)
    if said == 0 and not isinstance(said, bool):
        return Sent(said=f"{host} took it")
    if not isinstance(said, int):
        return TryLater(reason=f"{host} answered with something that isn't its format. It is tried again.")
    if said in later:
        return TryLater(reason=f"{host} answered with code {said}. It is tried again.")
    return Refused(reason=f"{host} answered with code {said}. Look it up in its documentation, and check the channel's settings.")


def shortened(text: str, most_bytes: int) -> str:
    """The text, cut at a character so that its UTF-8 fits."""
    encoded = text.encode()
    if len(encoded) <= most_bytes:
        return text
    return encoded[: most_bytes - len("…".encode())].decode("utf-8", "ignore") + "…"
