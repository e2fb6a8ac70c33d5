"""Somebody before the web pages, or a program at the API, who tries again until there is an answer."""

from __future__ import annotations

import json
import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from http.cookiejar import CookieJar
from typing import Any

PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.1
NO_ANSWER = 0
TOKEN = re.compile(r'name="csrf-token" content="([^"]+)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. `tries` counts the sendings that brought no answer, or one of 500 and more, and the last."""

    status: int
    text: str
    tries: int

    def json(self) -> Any:
        return json.loads(self.text)


class _Patient:
    """Sends again whenever the connection broke or the server was unwell: whatever it asks for must be safe to ask for twice.

    `unwell` collects the answers of 500 and more.
    """

    def __init__(self, url: str, *, unwell: list[str]) -> None:
        self.url = url
        self._unwell = unwell
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()), _NoRedirect)

    def _patiently(self, request: Callable[[], urllib.request.Request]) -> Answer:
        give_up = time.monotonic() + PATIENCE_SECONDS
        tries = 0
        while True:
            tries += 1
            try:
                status, text = self._send(request())
            except (OSError, HTTPException) as error:
                status, text = NO_ANSWER, f"{type(error).__name__}: {error}"
            if NO_ANSWER < status < 500:
                return Answer(status=status, text=text, tries=tries)
            if status:
                self._unwell.append(f"{status} {text[:300]}")
            if time.monotonic() > give_up:
                raise TimeoutError(f"{self.url}: no answer for {PATIENCE_SECONDS:g} s; at last {status} {text[:200]}")
            time.sleep(PAUSE_SECONDS)

    def _send(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()


class Browser(_Patient):
    """Keeps cookies and the CSRF token."""

    def __init__(self, url: str, *, unwell: list[str]) -> None:
        super().__init__(url, unwell=unwell)
        self._token = ""

    def sign_in(self, login: str, password: str) -> None:
        """Raises PermissionError when it is refused."""
        answer = self.post("/login", form={"login": login, "password": password})
        if answer.status != 303:
            raise PermissionError(f"{login} can't sign in: {answer.status}")
        self._take_token()

    def get(self, path: str) -> Answer:
        return self._patiently(lambda: urllib.request.Request(self.url + path))

    def post(self, path: str, *, form: dict[str, str] | None = None, body: Any = None) -> Answer:
        """Send a form, or JSON."""
        if not self._token:
            self._take_token()
        return self._patiently(lambda: self._request(path, form, body))

    def _take_token(self) -> None:
        """The session's token; once, since two pages asked for at the same time would begin two sessions."""
        found = TOKEN.search(self.get("/login?stay=1").text)
        if found is None:
            raise HTTPException("the page has no CSRF token")
        self._token = found[1]

    def _request(self, path: str, form: dict[str, str] | None, body: Any) -> urllib.request.Request:
        headers = {"X-CSRF-Token": self._token, "Accept": "text/html"}
        data = urllib.parse.urlencode(form or {}).encode()
        if body is not None:
            data = json.dumps(body).encode()
            headers |= {"Content-Type": "application/json", "Accept": "application/json"}
        return urllib.request.Request(self.url + path, data=data, headers=headers)


class Program(_Patient):
    """Shows its token at the API."""

    def __init__(self, url: str, secret: str, *, unwell: list[str]) -> None:
        super().__init__(url, unwell=unwell)
        self._secret = secret

    def post(self, path: str, body: Any, *, key: str = "") -> Answer:
        """Send JSON, with an idempotency key if there is one."""
        headers = {"Authorization": f"Bearer {self._secret}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        data = json.dumps(body).encode()
        return self._patiently(lambda: urllib.request.Request(f"{self.url}/api/v1{path}", data=data, headers=headers))


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The pages behind a redirect aren't needed."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None
