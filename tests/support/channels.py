"""A server on the loopback that stands for WeCom, DingTalk, Feishu, Alibaba's text messages and a webhook's receiver.

Each checks signature and shape as the service's documentation says, in code of its own, and answers as the service does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

SECRET = "SEC-of-the-tests"
WINDOW_SECONDS = 300


@dataclass(slots=True)
class Service:
    """What came in and how it is answered. `status` other than 200, `hang_seconds` or `answer` spoil the next answers."""

    now: float
    taken: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    tokens: int = 0
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hang_seconds: float = 0.0
    answer: dict[str, Any] | None = None
    url: str = ""

    def keys(self) -> list[str]:
        """The idempotency keys that came to the webhook, in order."""
        return [each["key"] for each in self.taken]


@contextmanager
def serving(now: float) -> Iterator[Service]:
    """A running service whose clock stands at `now` (seconds since 1970)."""
    service = Service(now=now)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    server.daemon_threads = True
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}"
    yield service
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, _token(service, self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            service.asked += 1
            if service.hang_seconds:
                time.sleep(service.hang_seconds)
            if service.status != 200:
                self._answer(service.status, service.answer or {})
                return
            place = urlsplit(self.path).path
            status, data = PLACES[place](service, self.path, dict(self.headers), body)
            self._answer(status, service.answer if service.answer is not None and status == 200 else data)

        def _answer(self, status: int, data: dict[str, Any]) -> None:
            sent = json.dumps(data).encode()
            self.send_response(status)
            for name, text in service.headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(sent)))
            # who waits no longer for what hangs is gone
            with suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(sent)

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    return Handler


def _hmac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _webhook(service: Service, _path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    at = headers["Caseloop-Timestamp"]
    expected = "v1=" + _hmac(SECRET.encode(), at.encode() + b"." + body).hex()
    if not hmac.compare_digest(headers["Caseloop-Signature"], expected) or abs(service.now - int(at)) > WINDOW_SECONDS:
        return 401, {}
    data = json.loads(body)
    assert headers["Idempotency-Key"] == data["key"]
    service.taken.append(data)
    return 200, {}


def _wecom_robot(service: Service, path: str, _headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    data = json.loads(body)
    if parse_qs(urlsplit(path).query) != {"key": [SECRET]}:
        return 200, {"errcode": 93000, "errmsg": "invalid webhook url"}
    if data["msgtype"] != "text" or len(data["text"]["content"].encode()) > 2048:
        return 200, {"errcode": 40058, "errmsg": "text.content exceed max length 2048"}
    service.taken.append(data)
    return 200, {"errcode": 0, "errmsg": "ok"}


def _token(service: Service, path: str) -> dict[str, Any]:
    parts = urlsplit(path)
    if parts.path != "/cgi-bin/gettoken" or parse_qs(parts.query) != {"corpid": ["ww1"], "corpsecret": [SECRET]}:
        return {"errcode": 40001, "errmsg": "invalid credential"}
    service.tokens += 1
    return {"errcode": 0, "errmsg": "ok", "access_token": f"token-{service.tokens}", "expires_in": 7200}


def _wecom_app(service: Service, path: str, _headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    data = json.loads(body)
    if parse_qs(urlsplit(path).query) != {"access_token": [f"token-{service.tokens}"]}:
        return 200, {"errcode": 40014, "errmsg": "invalid access_token"}
    if not isinstance(data["agentid"], int) or data["touser"] == "nobody":
        return 200, {"errcode": 81013, "errmsg": "user & party & tag all invalid"}
    service.taken.append(data)
    return 200, {"errcode": 0, "errmsg": "ok", "msgid": "m1"}


def _dingtalk(service: Service, path: str, _headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    query = dict(parse_qsl(urlsplit(path).query))
    expected = base64.b64encode(_hmac(SECRET.encode(), f"{query['timestamp']}\n{SECRET}".encode())).decode()
    if (
        query["access_token"] != "t1"
        or query["sign"] != expected
        or abs(service.now * 1000 - int(query["timestamp"])) > 3_600_000
    ):
        return 200, {"errcode": 310000, "errmsg": "sign not match"}
    data = json.loads(body)
    assert data["msgtype"] == "text"
    service.taken.append(data)
    return 200, {"errcode": 0, "errmsg": "ok"}


def _feishu(service: Service, _path: str, _headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    data = json.loads(body)
    expected = base64.b64encode(_hmac(f"{data['timestamp']}\n{SECRET}".encode(), b"")).decode()
    if data["sign"] != expected or abs(service.now - int(data["timestamp"])) > 3600:
        return 200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"}
    assert data["msg_type"] == "text"
    service.taken.append(data)
    return 200, {"code": 0, "msg": "success", "data": {}}


def _aliyun(service: Service, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
    given = {name.lower(): text for name, text in headers.items()}
    pairs = sorted(parse_qsl(urlsplit(path).query))
    query = "&".join(f"{quote(name, safe='-_.~')}={quote(text, safe='-_.~')}" for name, text in pairs)
    algorithm, _, rest = given["authorization"].partition(" ")
    parts = dict(part.split("=", 1) for part in rest.split(","))
    names = parts["SignedHeaders"].split(";")
    assert {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-signature-nonce"} <= set(names)
    hashed = hashlib.sha256(body).hexdigest()
    canonical = (
        f"POST\n/\n{query}\n" + "".join(f"{name}:{given[name]}\n" for name in names) + f"\n{parts['SignedHeaders']}\n{hashed}"
    )
    to_sign = f"{algorithm}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    if parts["Credential"] != "id1" or parts["Signature"] != _hmac(SECRET.encode(), to_sign.encode()).hex():
        return 400, {"Code": "SignatureDoesNotMatch", "Message": "Specified signature is not matched"}
    assert (given["x-acs-action"], given["x-acs-version"]) == ("SendSms", "2017-05-25")
    service.taken.append(dict(pairs))
    return 200, {"Code": "OK", "Message": "OK", "BizId": "b1", "RequestId": "r1"}


PLACES = {
    "/hook": _webhook,
    "/cgi-bin/webhook/send": _wecom_robot,
    "/cgi-bin/message/send": _wecom_app,
    "/robot/send": _dingtalk,
    "/open-apis/bot/v2/hook/abc": _feishu,
    "/": _aliyun,
}
