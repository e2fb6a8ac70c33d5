"""An SMTP server on loopback that keeps what it gets, and when."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from threading import Condition
from typing import Any

from aiosmtpd.controller import Controller

READY_SECONDS = 30.0
_SURVEY = re.compile(r"/survey/([\w-]+)")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One delivery. `second` is of time.monotonic(), taken before the sender heard that the mail is accepted."""

    message_id: str
    to: str
    subject: str
    text: str
    second: float


class Mailbox:
    """Takes every mail. `received` in the order of arrival, the same mail as often as it came."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._arrived = Condition()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port(), ready_timeout=READY_SECONDS)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        second = time.monotonic()
        mail = message_from_bytes(envelope.content, policy=policy.default)
        one = Received(
            message_id=str(mail["Message-ID"]),
            to=str(mail["To"]),
            subject=str(mail["Subject"]),
            text=mail.get_content(),  # type: ignore[attr-defined]
            second=second,
        )
        with self._arrived:
            self.received.append(one)
            self._arrived.notify_all()
        return "250 kept"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    def survey_links(self, to: str) -> list[str]:
        """The keys of the surveys to which an address was invited, each once, in order."""
        with self._arrived:
            found = [key for mail in self.received if mail.to == to for key in _SURVEY.findall(mail.text)]
        return list(dict.fromkeys(found))

    def await_mail(self, seconds: float) -> None:
        """Wait for the next mail, at most so long."""
        with self._arrived:
            self._arrived.wait(seconds)

    @contextmanager
    def open(self) -> Iterator[Mailbox]:
        self._controller.start()
        try:
            yield self
        finally:
            self._controller.stop()
