"""Live notices for open pages: one thread a process looks for new ones and tells the streams of whom they concern.

A stream holds a thread of the web server while it lasts, so there are at most `most` of them; who gets none asks now and then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

import structlog

Look = Callable[[int], list[tuple[int, str]]]
"""Given an id, the notices with a larger one as (id, login), in order."""

LOOK_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
MOST_HEARTBEATS = 40
MOST_OF_A_PERSON = 3
MADE_WAY_RETRY_MS = 60_000
LATE_COMMITS = 200
"""So far below the newest id is looked again: on PostgreSQL a smaller id may be committed after a larger one."""

log = structlog.get_logger()


@dataclass(eq=False, slots=True)
class Stream:
    """One open page. In the queue stand ids of notices for `login`; None ends it."""

    login: str
    news: SimpleQueue[int | None] = field(default_factory=SimpleQueue)


class Hub:
    """Safe to share among threads. Looks only while somebody listens."""

    def __init__(self, look: Look, *, most: int, look_seconds: float = LOOK_SECONDS) -> None:
        self._look = look
        self._most = most
        self._look_seconds = look_seconds
        self._streams: list[Stream] = []
        self._lock = Lock()
        self._idle = Event()
        self._thread: Thread | None = None
        self.ended = False

    def open(self, login: str, newest: int) -> Stream | None:
        """A stream of what comes after the notice `newest`; None when everybody's only ones are all that there are.

        A person's fourth ends their oldest. When all are taken, so does one more of theirs, else the oldest of somebody with
        several makes way: likely that of a page that was left.
        """
        with self._lock:
            if (leaves := self._in_the_way(login)) is not None:
                self._leave(leaves)
            if self.ended or len(self._streams) >= self._most:
                return None
            stream = Stream(login)
            self._streams.append(stream)
            if self._thread is None:
                self._thread = Thread(target=self._run, args=(newest,), name="live-notices", daemon=True)
                self._thread.start()
            return stream

    def close(self, stream: Stream) -> None:
        """Forget a stream; the last one ends the looking."""
        with self._lock:
            if stream in self._streams:
                self._leave(stream)

    def end(self) -> None:
        """Forget all streams and open none any more."""
        with self._lock:
            self.ended = True
            for stream in tuple(self._streams):
                self._leave(stream)

    def _in_the_way(self, login: str) -> Stream | None:
        own = [stream for stream in self._streams if stream.login == login]
        if len(own) >= MOST_OF_A_PERSON:
            return own[0]
        if len(self._streams) < self._most:
            return None
        held = Counter(stream.login for stream in self._streams)
        return next((stream for stream in [*own, *self._streams] if stream in own or held[stream.login] > 1), None)

    def _leave(self, stream: Stream) -> None:
        self._streams.remove(stream)
        stream.news.put(None)

    def _run(self, newest: int) -> None:
        told: set[int] = set()
        while self._listened():
            try:
                newest = self._tell(newest, told)
            except Exception:
                log.exception("live_notices_stumbled")
            self._idle.wait(self._look_seconds)

    def _listened(self) -> bool:
        with self._lock:
            if not self._streams:
                self._thread = None
            return bool(self._streams)

    def _tell(self, newest: int, told: set[int]) -> int:
        """Tell what came since; the newest id so far."""
        found = [(number, login) for number, login in self._look(newest - LATE_COMMITS) if number not in told]
        first_look = not told
        told.update(number for number, _ in found)
        told.difference_update([number for number in told if number <= newest - LATE_COMMITS])
        with self._lock:
            for number, login in found:
                if not first_look or number > newest:
                    for stream in self._streams:
                        if stream.login == login:
                            stream.news.put(number)
        return max([newest, *(number for number, _ in found)])


def events(hub: Hub, stream: Stream, *, missed: bool, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> Iterator[str]:
    """The stream as server-sent events. With `missed`, something came while the page was away. Ends after ten minutes, so that
    the page asks anew, and by that whether its person is still signed in.
    """
    try:
        yield "retry: 5000\n\n"
        if missed:
            yield "event: notice\ndata: {}\n\n"
        for _ in range(MOST_HEARTBEATS):
            try:
                number = stream.news.get(timeout=heartbeat_seconds)
            except Empty:
                yield ": here\n\n"
                continue
            if number is None:
                if not hub.ended:
                    # a page that is still there comes again, but two of them shouldn't chase each other away
                    yield f"retry: {MADE_WAY_RETRY_MS}\n\n"
                return
            yield f"id: {number}\nevent: notice\ndata: {{}}\n\n"
    finally:
        hub.close(stream)
