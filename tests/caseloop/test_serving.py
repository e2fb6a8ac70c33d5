"""How a web process ends: with real connections, once as a process of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Event

from caseloop.serving import serve
from tests.support.product import Product
from tests.support.programs import program

PATIENCE = 60.0


def eventually(holds: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < give_up_at, "it never came to be"
        time.sleep(0.02)


def listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=PATIENCE).close()
    except ConnectionError:
        return False
    return True


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side ends the connection."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


@dataclass
class Site:
    """A small application: /slow answers when it may, /endless when it is told to leave."""

    may_answer: Event = field(default_factory=Event)
    asked: Event = field(default_factory=Event)
    left: Event = field(default_factory=Event)

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        environ["wsgi.input"].read()
        if path == "/endless":
            start_response("200 OK", [("Content-Type", "text/event-stream")])
            return self.endless()
        if path == "/slow":
            self.asked.set()
            self.may_answer.wait(PATIENCE)
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "4")])
        return [b"done"]

    def endless(self) -> Iterator[bytes]:
        yield b"begun\n"
        self.asked.set()
        self.left.wait(PATIENCE)
        yield b"over\n"


@dataclass
class Served:
    """`ended` is how many requests were cut off, once it is over."""

    site: Site
    stop: Event
    address: tuple[str, int]
    ended: Future[int]

    def ask(self, path: str) -> socket.socket:
        return self.say(f"GET {path} HTTP/1.1\r\nHost: here\r\n\r\n")

    def say(self, text: str) -> socket.socket:
        connection = socket.create_connection(self.address, timeout=PATIENCE)
        connection.sendall(text.encode())
        return connection

    def refuses_more(self) -> None:
        self.stop.set()
        eventually(lambda: not listens(self.address))


@contextmanager
def served(*, grace_seconds: float = PATIENCE) -> Iterator[Served]:
    listening = socket.create_server(("127.0.0.1", 0))
    site, stop = Site(), Event()
    with ThreadPoolExecutor() as pool:
        options = {"stop": stop, "leave": site.left.set, "grace_seconds": grace_seconds, "sockets": [listening]}
        yield Served(site, stop, listening.getsockname(), pool.submit(serve, site, **options))
        stop.set()
        site.may_answer.set()


@contextmanager
def running(command: str, environment: dict[str, str]) -> Iterator[subprocess.Popen]:
    process = subprocess.Popen([sys.executable, "-m", "caseloop", command], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def test_what_was_asked_is_answered_while_nobody_new_is_let_in():
    with served() as here, here.ask("/slow") as asking:
        here.site.asked.wait(PATIENCE)
        here.refuses_more()
        assert not here.ended.done()
        here.site.may_answer.set()
        assert everything(asking).endswith(b"\r\n\r\ndone")
        assert here.ended.result(PATIENCE) == 0


def test_a_request_that_is_coming_in_is_the_last_one_of_its_connection():
    with served() as here, here.say("POST /quick HTTP/1.1\r\nHost: here\r\nContent-Length: 6\r\n\r\nhal") as asking:
        here.refuses_more()
        asking.sendall(b"ves")
        answer = everything(asking)
        assert answer.endswith(b"\r\n\r\ndone")
        assert b"\r\nConnection: close\r\n" in answer
        assert here.ended.result(PATIENCE) == 0


def test_answers_without_an_end_are_ended_and_silent_connections_closed():
    with served() as here, here.ask("/endless") as listening, here.say("") as silent:
        here.site.asked.wait(PATIENCE)
        here.stop.set()
        assert b"over\n" in everything(listening)
        assert everything(silent) == b""
        assert here.ended.result(PATIENCE) == 0


def test_what_takes_longer_than_the_grace_is_cut_off():
    with served(grace_seconds=0) as here, here.ask("/slow") as asking:
        here.site.asked.wait(PATIENCE)
        here.stop.set()
        assert here.ended.result(PATIENCE) == 1
        assert everything(asking) == b""


def test_a_web_process_that_is_terminated_answers_what_it_was_asked(product: Product):
    secret = program(product).secret
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        address = free.getsockname()
    home = product.services.settings.home
    environment = {**os.environ, "CASELOOP_HOME": str(home), "CASELOOP_PORT": str(address[1])}
    with (
        running("web", environment) as process,
        closing(sqlite3.connect(home / "caseloop.db", isolation_level=None)) as other,
    ):
        eventually(lambda: listens(address))
        body = b'{"name": "nobody-waits", "correlation_key": "K"}'
        head = (
            f"POST /api/v1/messages HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer {secret}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        # it can't be answered before we let go
        other.execute("BEGIN IMMEDIATE")
        with socket.create_connection(address, timeout=PATIENCE) as asking:
            asking.sendall(head.encode() + body)
            process.send_signal(signal.SIGTERM)
            eventually(lambda: not listens(address))
            other.execute("COMMIT")
            answer = everything(asking)
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"correlated": False}
        assert process.wait(PATIENCE) == 0
