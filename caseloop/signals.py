"""How a process is told to stop."""

from __future__ import annotations

import signal
from queue import SimpleQueue
from threading import Event, Thread

GRACE_SECONDS = 20.0
"""So long may requests take to end in a web process that is told to stop."""


def stopped_by_signals() -> Event:
    """What SIGTERM and SIGINT set, however often and whenever they come."""
    stop, come = Event(), SimpleQueue[int]()

    def pass_on() -> None:
        come.get()
        stop.set()

    # a handler runs in the middle of the main thread, which may hold the event's lock; a simple queue takes something even then
    Thread(target=pass_on, daemon=True, name="signals").start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: come.put(number))
    return stop
