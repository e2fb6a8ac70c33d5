"""Mail by SMTP. One message has one Message-ID for ever, made of its idempotency key, so that a repeat can be recognised."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import parse_qs, unquote, urlsplit

from desk.masking import mask_contact, mask_within
from engine.errors import Refused, SettingsInvalid, Unavailable
from handlers.trust import machines_authorities

TIMEOUT_SECONDS = 20.0
PORTS = {"smtp": 25, "smtps": 465}
TLS_CHOICES = ("offered", "required", "never")
_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\Z")


class MailUnavailable(Unavailable):
    """The mail server doesn't answer or asks to come back; try later."""

    code = "mail_unavailable"


class MailRefused(Refused):
    """The mail server, or the address itself, won't have it; the same message will never pass."""

    code = "mail_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to one address. `key` is its idempotency key, `at` its date."""

    to: str
    subject: str
    text: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailer:
    """A mail server and how to speak with it. `tls` is offered (use it when the server can), required, never, or from_start.

    With a `user`, the connection is encrypted or nothing is sent. `trust` decides which certificates count.
    """

    host: str
    port: int
    sender: str
    tls: str = "offered"
    user: str | None = None
    password: str = field(default="", repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS
    trust: ssl.SSLContext = field(default_factory=machines_authorities, repr=False)

    @classmethod
    def from_url(cls, url: str, *, sender: str) -> Mailer:
        """Read `smtp://user:password@host:587?tls=required` or `smtps://…`. Raises SettingsInvalid."""
        parts = urlsplit(url)
        tls = parse_qs(parts.query).get("tls", ["offered"])[0]
        if parts.scheme not in PORTS or not parts.hostname:
            raise SettingsInvalid(f"Mail server: expected smtp://host or smtps://host, got scheme {parts.scheme!r}.")
        if tls not in TLS_CHOICES:
            raise SettingsInvalid(f"Mail server: tls={tls!r}, expected one of {', '.join(TLS_CHOICES)}.")
        user = unquote(parts.username) if parts.username else None
        return cls(
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            sender=sender,
            tls="from_start" if parts.scheme == "smtps" else "required" if user and tls == "offered" else tls,
            user=user,
            password=unquote(parts.password or ""),
        )

    def send(self, letter: Letter) -> str:
        """Send a letter; the server's word for it. Raises MailRefused for good, MailUnavailable for now."""
        message = self.message(letter)
        try:
            with self._connected() as server:
                server.send_message(message, from_addr=parseaddr(self.sender)[1], to_addrs=[letter.to])
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(self, *next(iter(error.recipients.values()))) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(self, error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPNotSupportedError as error:
            raise MailRefused(
                f"{self.host} can't do what the message needs: {error}. Check the address and CASELOOP_SMTP_URL."
            ) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailUnavailable(f"Mail server {self.host}:{self.port} doesn't answer ({error}). It is tried again.") from error
        return f"accepted by {self.host} as {message['Message-ID']}"

    def message(self, letter: Letter) -> EmailMessage:
        """The message as it goes out. Raises MailRefused for something that isn't one address."""
        if not _ADDRESS.match(letter.to):
            raise MailRefused(f"{mask_contact(letter.to)!r} isn't a mail address. Correct the contact.")
        message = EmailMessage(policy=SMTP)
        message["From"] = self.sender
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = message_id(letter.key, sender=self.sender)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        with self._open() as server:
            server.ehlo()
            if self.tls == "required" or (self.tls == "offered" and server.has_extn("starttls")):
                server.starttls(context=self.trust)
                server.ehlo()
            if self.user:
                server.login(self.user, self.password)
            yield server

    def _open(self) -> smtplib.SMTP:
        if self.tls == "from_start":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_seconds, context=self.trust)
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)


def message_id(key: str, *, sender: str) -> str:
    """The Message-ID of an idempotency key: the same key gives the same id, and nobody learns the key from it."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _refusal(mailer: Mailer, code: int, answer: bytes | str) -> MailRefused | MailUnavailable:
    """SMTP says 4xx for "later" and 5xx for "never"; a wrong password (535) is ours to repair, so it is "later"."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    # servers like to repeat the address, and this text may end in an incident, which analysts read
    said = f"{mailer.host} answered {code} {mask_within(' '.join(text.split())[:200])}"
    if 500 <= code < 600 and code not in (530, 535):
        return MailRefused(f"{said}. Check the address.")
    return MailUnavailable(f"{said}. It is tried again; look at CASELOOP_SMTP_URL when that goes on.")
