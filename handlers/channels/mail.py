"""Mail by SMTP as a channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from desk.notification.ports import Message, Outcome, Refused, Sent, TryLater, Way
from handlers.mail import Letter, MailRefused, MailUnavailable


class Sender(Protocol):
    """What sends letters: handlers.mail.Mailer, in tests handlers.testing.NotedMail."""

    def send(self, letter: Letter) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail server; each key has one Message-ID for ever."""

    mailer: Sender
    way: Way = Way.MAIL

    def send(self, message: Message, key: str) -> Outcome:
        """`to` is a mail address."""
        letter = Letter(to=message.to, subject=message.subject, text=message.text, key=key, at=message.at)
        try:
            return Sent(said=self.mailer.send(letter))
        except MailRefused as error:
            return Refused(reason=error.message)
        except MailUnavailable as error:
            return TryLater(reason=error.message)
