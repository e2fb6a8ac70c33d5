"""Serves the web application, and stops in good order: what was asked is answered, nothing new is taken."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event
from typing import Any

import waitress
from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer
from waitress.task import WSGITask

LOOK_SECONDS = 0.5
LAST_LOOKS_SECONDS = 0.05
SILENT_SECONDS = 1.0
"""A connection without a request is left only when it was silent for so long: a request may be on its way."""

Sockets = dict[int, Any]


class _LastAnswer(WSGITask):
    """Says that the connection ends with it, so that the other side sends nothing more there."""

    def build_response_header(self) -> bytes:
        self.set_close_on_finish()
        return super().build_response_header()


def serve(app: Any, *, stop: Event, leave: Callable[[], None], grace_seconds: float, **options: Any) -> int:
    """Serve until `stop` is set, then accept nothing more and answer for at most `grace_seconds` what was asked.

    `leave` is called first then: it has answers end that would go on for ever. `options` are waitress's. Returns how many
    requests were cut off.
    """
    sockets: Sockets = {}
    server = waitress.create_server(app, map=sockets, **options)
    while not stop.is_set():
        _look(sockets, LOOK_SECONDS)
    leave()
    for listener in _of(sockets, BaseWSGIServer):
        _accept_no_more(listener)
    give_up_at = time.monotonic() + grace_seconds
    while _of(sockets, HTTPChannel) and time.monotonic() < give_up_at:
        _send_away(sockets)
        _look(sockets, LAST_LOOKS_SECONDS)
    cut = sum(map(_is_busy, _of(sockets, HTTPChannel)))
    server.task_dispatcher.shutdown(timeout=0 if cut else 1)
    wasyncore.close_all(sockets)
    return cut


def _look(sockets: Sockets, seconds: float) -> None:
    wasyncore.loop(timeout=seconds, map=sockets, count=1)


def _of(sockets: Sockets, kind: type) -> list[Any]:
    return [each for each in sockets.values() if isinstance(each, kind)]


def _accept_no_more(listener: BaseWSGIServer) -> None:
    known = -1
    # whom the system let in for us already would else be cut off
    while len(listener.active_channels) > known:
        known = len(listener.active_channels)
        listener.handle_accept()
    # the listener's own `close` would end what wakes us when an answer is ready
    wasyncore.dispatcher.close(listener)


def _send_away(sockets: Sockets) -> None:
    silent_since = time.time() - SILENT_SECONDS
    for channel in _of(sockets, HTTPChannel):
        channel.task_class = _LastAnswer
        if not _is_busy(channel) and channel.last_activity < silent_since:
            channel.will_close = True


def _is_busy(channel: HTTPChannel) -> bool:
    """Whether a request is coming in or worked on, or its answer isn't sent yet."""
    return bool(channel.requests or channel.request or channel.total_outbufs_len)
