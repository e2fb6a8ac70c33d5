"""PostgreSQL's LISTEN and NOTIFY: a commit in one process wakes another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event, Lock, Thread

import structlog

from engine.db.database import Database
from engine.ports import Transaction

LOOK_UP_SECONDS = 1.0
PAUSE_SECONDS = 5.0
log = structlog.get_logger()


def notify(tx: Transaction, channel: str) -> None:
    """Tell who listens, once `tx` commits."""
    tx.exec_driver_sql(f'NOTIFY "{channel}"')


class Listener:
    """Calls `ring` for every notice on the channels, from a thread with a connection of its own.

    While the database is away nothing is heard; who relies on it looks for itself now and then.
    """

    def __init__(self, db: Database, channels: Sequence[str], ring: Callable[[], None]) -> None:
        self._db = db
        self._channels = channels
        self._ring = ring
        self._starting = Lock()
        self._stop = Event()
        self._thread: Thread | None = None
        self._listens = Event()

    def start(self) -> None:
        """Begin to listen, if it doesn't already; what is committed from now on is heard."""
        if self._thread is not None:
            return
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="listener", daemon=True)
                self._thread.start()
                self._listens.wait(PAUSE_SECONDS)

    def stop(self) -> None:
        """Hear no more; within a second the thread is gone."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except Exception as error:
                log.warning("listener_lost_its_connection", reason=repr(error), again_in_seconds=PAUSE_SECONDS)
                self._stop.wait(PAUSE_SECONDS)

    def _listen(self) -> None:
        with self._db.engine.connect() as connection:
            listening = connection.execution_options(isolation_level="AUTOCOMMIT")
            driver = listening.connection.driver_connection
            assert driver is not None
            # not the pool's any more: nobody else gets a connection that listens
            listening.detach()
            for channel in self._channels:
                listening.exec_driver_sql(f'LISTEN "{channel}"')
            # what came while nobody listened
            self._ring()
            self._listens.set()
            while not self._stop.is_set():
                for _ in driver.notifies(timeout=LOOK_UP_SECONDS, stop_after=1):
                    self._ring()
