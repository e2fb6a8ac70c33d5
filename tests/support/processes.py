"""Real web and worker processes, to be killed; a mail server that keeps what it gets; a person as an HTTP client."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

PATIENCE_SECONDS = 90.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Mailbox:
    """An SMTP server on loopback; `message_ids` in the order of arrival."""

    def __init__(self) -> None:
        self.message_ids: list[str] = []
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.message_ids.append(message_from_bytes(envelope.content)["Message-ID"])
        return "250 kept"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._controller.port}"

    @contextmanager
    def open(self) -> Iterator[Mailbox]:
        self._controller.start()
        try:
            yield self
        finally:
            self._controller.stop()


class Processes:
    """`caseloop web` and `caseloop worker` as processes of their own."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = {**os.environ, **environment}
        self._log = log
        self._running: dict[str, subprocess.Popen] = {}

    def start(self, name: str) -> None:
        extra = ["--lease-seconds", "3", "--threads", "1"] if name == "worker" else []
        with self._log.open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", "caseloop", name, *extra], env=self._environment, stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """As a power cut would: no clean-up."""
        process = self._running.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    @contextmanager
    def all(self) -> Iterator[Processes]:
        for name in ("web", "worker"):
            self.start(name)
        try:
            yield self
        finally:
            for name in list(self._running):
                self.kill(name)


class Person:
    """Somebody before the web pages, who tries again until the page answers."""

    def __init__(self, url: str, login: str | None = None, password: str = "") -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        if login is not None:
            self.post("/login", form={"login": login, "password": password})

    def get(self, path: str) -> str:
        return patiently(lambda: self._send(urllib.request.Request(self._url + path)))

    def post(self, path: str, *, form: dict[str, str] | None = None, body: Any = None) -> str:
        """Send once more whenever the connection broke: whoever answers must have taken it once at most."""
        return patiently(lambda: self._post(path, form, body))

    def _post(self, path: str, form: dict[str, str] | None, body: Any) -> str:
        page = self._send(urllib.request.Request(self._url + "/login?stay=1"))
        token = re.search(r'name="csrf-token" content="([^"]+)"', page)
        assert token, "the page has no CSRF token"
        headers = {"X-CSRF-Token": token[1], "Accept": "text/html"}
        data = urllib.parse.urlencode(form or {}).encode()
        if body is not None:
            data = json.dumps(body).encode()
            headers |= {"Content-Type": "application/json", "Accept": "application/json"}
        return self._send(urllib.request.Request(self._url + path, data=data, headers=headers))

    def _send(self, request: urllib.request.Request) -> str:
        with self._opener.open(request, timeout=20) as answer:
            return answer.read().decode()


def patiently(attempt: Callable[[], str]) -> str:
    """Try until it works; a refusal (4xx) is an answer and is raised."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return attempt()
        except urllib.error.HTTPError as error:
            if error.code < 500:
                raise
            reason: Exception = error
        except OSError as error:
            reason = error
        except Exception as error:
            if "IncompleteRead" not in type(error).__name__ and "RemoteDisconnected" not in type(error).__name__:
                raise
            reason = error
        if time.monotonic() > give_up:
            raise TimeoutError(f"no answer for {PATIENCE_SECONDS:g} s") from reason
        time.sleep(0.1)


def eventually(condition: Callable[[], Any]) -> Any:
    """Wait until a condition gives something true, and give that."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not (found := condition()):
        if time.monotonic() > give_up:
            raise TimeoutError("it didn't happen")
        time.sleep(0.1)
    return found
