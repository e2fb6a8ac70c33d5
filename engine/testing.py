"""Fakes of time and chance, for tests, the demo and simulations. They ship with the package."""

from __future__ import annotations

import mmap
from datetime import UTC, datetime, timedelta
from pathlib import Path

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDTH = 8  # bytes of one whole number


class FakeClock:
    """A clock that moves only when told. Starts at `now`, an aware instant."""

    def __init__(self, now: datetime) -> None:
        self.set(now)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Jump to `now`; backwards is allowed, since real clocks are set back too."""
        if now.tzinfo is None:
            raise ValueError("A clock tells aware instants only")
        self._now = now.astimezone(UTC)

    def advance(self, **duration: float) -> datetime:
        """Move forward by timedelta's keywords (minutes=10) and tell the new time."""
        self._now += timedelta(**duration)
        return self._now


class SharedClock:
    """A clock that moves only when told, shared by processes: all who open the same file tell what one of them set.

    `now` makes the file. Without it the file has to be there.
    """

    def __init__(self, path: Path, now: datetime | None = None) -> None:
        if now is not None:
            path.write_bytes(bytes(_WIDTH))
        with path.open("r+b") as file:
            self._microseconds = memoryview(mmap.mmap(file.fileno(), _WIDTH)).cast("q")
        if now is not None:
            self.set(now)

    def now(self) -> datetime:
        return _EPOCH + timedelta(microseconds=self._microseconds[0])

    def set(self, now: datetime) -> None:
        """Jump to `now`, an aware instant, for all."""
        if now.tzinfo is None:
            raise ValueError("A clock tells aware instants only")
        # one aligned word: whoever reads meanwhile sees the old instant or the new one
        self._microseconds[0] = (now - _EPOCH) // timedelta(microseconds=1)


class FakeChance:
    """Tokens that count up and numbers that are always the same, so that a test can name them."""

    def __init__(self) -> None:
        self._drawn = 0

    def token(self) -> str:
        self._drawn += 1
        return f"token-{self._drawn:04d}-{'x' * 20}"

    def fraction(self) -> float:
        """Always 0: no spread, so that a test can name the instant of a retry."""
        return 0.0
