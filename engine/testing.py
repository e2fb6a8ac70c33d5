"""Fakes of time and chance, for tests, the demo and simulations. They ship with the package."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


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
