"""What a channel adapter is: it brings one message to one address, and says what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Way(StrEnum):
    APP = "app"  # a notice in the application itself
    MAIL = "mail"  # a mail to the person's address
    IM = "im"  # a chat program of the company: WeCom, DingTalk, Feishu
    SMS = "sms"  # a text message to a phone
    HOOK = "hook"  # another program, which subscribed to kinds of notices


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be brought. `to` is the address as the channel needs it; empty for a channel that has but one addressee.

    `variables` are those of the template, already in words, for gateways that fill templates of their own. `at` is the
    instant at which it was written.
    """

    to: str
    subject: str
    text: str
    template: str
    at: datetime
    language: str = "zh"
    case_number: str | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def whole(self) -> str:
        """Subject and text as one text, for channels that know no subject."""
        return f"{self.subject}\n{self.text}" if self.text else self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """It was taken over. `said` is the other side's word for it."""

    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The same message will never pass: the address or the content isn't wanted."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TryLater:
    """Not now; with `seconds` the other side said when."""

    reason: str
    seconds: float | None = None


Outcome = Sent | Refused | TryLater


class Channel(Protocol):
    """One configured way out. `way` says which kind of address it needs. Reasons hold neither secrets nor full addresses."""

    way: Way

    def send(self, message: Message, key: str) -> Outcome:
        """Bring the message, at least once per `key`; give the other side the key, so that it can tell a repeat."""
        ...
