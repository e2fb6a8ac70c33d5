"""Fakes for tests of handlers and of diagrams that use them. They ship with the package."""

from __future__ import annotations

from dataclasses import dataclass, field

from handlers.mail import Letter, MailRefused, MailUnavailable


@dataclass(slots=True)
class NotedMail:
    """A mail server that notes letters, or fails with `failure` while one is set."""

    letters: list[Letter] = field(default_factory=list)
    failure: MailRefused | MailUnavailable | None = None

    def send(self, letter: Letter) -> str:
        """Note the letter; what a Mailer would say. Raises `failure`."""
        if self.failure is not None:
            raise self.failure
        self.letters.append(letter)
        return "noted"
