"""HTTP to hosts that the operator configured: no redirects, no surprises of name resolution, bounded in time and size."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from threading import Timer
from typing import Any
from urllib.parse import urlsplit

from desk.notification.ports import Refused, TryLater
from engine.errors import SettingsInvalid, Unavailable
from handlers.trust import machines_authorities

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
LARGEST_ANSWER = 64 * 1024
LONGEST_PAUSE_SECONDS = 3600.0
NEVER = frozenset({400, 404, 405, 410, 413, 414, 415, 422})
"""What won't change by trying again; a wrong password (401, 403) will, since we repair it."""


class Unanswered(Unavailable):
    """The other side can't be reached, or took too long."""

    code = "channel_unanswered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the other side said."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def data(self) -> Mapping[str, Any]:
        """The body as a JSON object; empty when it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """`inner_hosts` may have private addresses and be spoken to without TLS; all other hosts need a public one and https."""

    inner_hosts: Collection[str] = ()
    trust: ssl.SSLContext = field(default_factory=machines_authorities, repr=False)
    connect_seconds: float = CONNECT_SECONDS
    read_seconds: float = READ_SECONDS

    def checked(self, url: str, name: str) -> str:
        """The URL, when it may be used. Raises SettingsInvalid, which names the channel and never the URL: it holds keys."""
        try:
            parts = urlsplit(url)
            host, _port = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in ("http", "https") or parts.username or not _plain(url):
            raise SettingsInvalid(f"Channel {name}: its url isn't https://host/…. Correct it in the file of channels.")
        if parts.scheme == "http" and host not in self.inner_hosts:
            raise SettingsInvalid(f"Channel {name}: http to {host} isn't safe. Use https, or add the host to inner_hosts.")
        return url

    def post(self, url: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a body (JSON, unless `headers` say otherwise). Raises Unanswered."""
        return self.ask("POST", url, body, {"Content-Type": "application/json; charset=utf-8", **(headers or {})})

    def ask(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Answer:
        """One request, one answer; a redirect is an answer. Raises Unanswered."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection = self._connected(parts.scheme, host, parts.port)
        except OSError as error:
            raise Unanswered(f"{host} can't be reached ({_short(error)}).") from error
        # a socket's timeout is per read: who sends a byte now and then would hold us for ever
        watchdog = Timer(self.connect_seconds + self.read_seconds, _cut, (connection,))
        watchdog.daemon = True
        watchdog.start()
        try:
            connection.request(method, target, body=body, headers={"User-Agent": "caseloop", **(headers or {})})
            response = connection.getresponse()
            read = response.read(LARGEST_ANSWER)
        except OSError as error:
            raise Unanswered(f"{host} doesn't answer ({_short(error)}).") from error
        except (http.client.HTTPException, ValueError) as error:
            # their texts quote the URL, which holds keys
            raise Unanswered(f"{host} doesn't answer ({type(error).__name__}).") from None
        finally:
            watchdog.cancel()
            connection.close()
        return Answer(status=response.status, headers={key.lower(): text for key, text in response.getheaders()}, body=read)

    def _connected(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        """A connection to an address that was looked at, so that a name can't lead elsewhere in between."""
        port = port or (443 if scheme == "https" else 80)
        plain = socket.create_connection((self._address(host, port), port), timeout=self.connect_seconds)
        try:
            plain.settimeout(self.read_seconds)
            connected = self.trust.wrap_socket(plain, server_hostname=host) if scheme == "https" else plain
        except OSError:
            plain.close()
            raise
        connection = http.client.HTTPConnection(host, port)
        connection.sock = connected
        return connection

    def _address(self, host: str, port: int) -> str:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if host not in self.inner_hosts and not all(ip_address(each).is_global for each in found):
            raise OSError("it has a private address; add it to inner_hosts if that is meant")
        return found[0]


def refusal(host: str, answer: Answer) -> Refused | TryLater | None:
    """What an HTTP status that isn't 2xx means; None for 2xx."""
    if 200 <= answer.status < 300:
        return None
    said = f"{host} answered {answer.status}"
    if answer.status in NEVER or 300 <= answer.status < 400:
        return Refused(reason=f"{said}. Check the channel's settings.")
    asked = answer.headers.get("retry-after", "")
    seconds = min(float(asked), LONGEST_PAUSE_SECONDS) if asked.isascii() and asked.isdigit() else None
    return TryLater(reason=f"{said}. It is tried again.", seconds=seconds)


def host_of(url: str) -> str:
    """The host that messages may name: an address of a channel holds keys."""
    return urlsplit(url).hostname or ""


def _plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url


def _cut(connection: http.client.HTTPConnection) -> None:
    try:
        connection.sock.shutdown(socket.SHUT_RDWR)
    except (OSError, AttributeError):
        return  # it is closed already


def _short(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
