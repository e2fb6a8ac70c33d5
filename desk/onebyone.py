"""How a chore does many small things, so that none keeps back another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from traceback import extract_tb

import structlog

from desk.context import DeskContext
from engine.errors import CaseloopError, Unavailable
from engine.ports import Transaction

log = structlog.get_logger(__name__)
LEFT_ALONE_FOR = timedelta(minutes=5)
MOST_LEFT_ALONE = 5000


class OneByOne:
    """Does each case's piece in a transaction of its own. One that fails is left alone for a while: however many bad ones lie in
    front, a chore that asks for others than `left_alone` comes to those behind them. Each process has its own memory of it, which
    its threads share.
    """

    def __init__(self, context: DeskContext, failed: str) -> None:
        """`failed` is the event that is logged of a piece that can't be done."""
        self._context = context
        self._failed = failed
        self._until: dict[str, datetime] = {}
        self._lock = Lock()

    @property
    def left_alone(self) -> frozenset[str]:
        """The numbers of the cases that aren't to be tried now."""
        now = self._context.now()
        with self._lock:
            self._until = {number: until for number, until in self._until.items() if until > now}
            return frozenset(self._until)

    def do(self, number: str, piece: Callable[[Transaction], int]) -> int:
        """How much the piece did; 0 when it failed. Raises Unavailable alone."""
        try:
            return self._context.engine.db.run(piece)
        except Unavailable:
            raise
        except Exception as error:
            self.failed(number, error)
            return 0

    def failed(self, number: str, error: Exception) -> None:
        """Log that a piece failed, and leave its case alone for a while. What the error says may quote a customer, so the log has
        its kind and where it came from, no words of it.
        """
        log.warning(self._failed, case=number, **told_of(error))
        until = self._context.now() + LEFT_ALONE_FOR
        with self._lock:
            if len(self._until) < MOST_LEFT_ALONE:
                self._until[number] = until


def told_of(error: Exception) -> dict[str, str]:
    """The kind of a failure and where it came from, without its words."""
    if isinstance(error, CaseloopError):
        return {"reason": error.code}
    last = extract_tb(error.__traceback__)[-1:]
    return {"reason": type(error).__name__, "where": "".join(f"{Path(one.filename).name}:{one.lineno}" for one in last)}
