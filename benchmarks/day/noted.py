"""What people did to a case's clocks, noted by those who did it: the oracle believes them and the history, nobody else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Class:
    """What a case is found to be."""

    priority: str
    tier: str


@dataclass(slots=True)
class Part:
    """What a department was asked for. `limit` as agreed, such as `4bh`; without one that of the departments.

    `ended_at` is when it did its part or passed it on; when it was `withdrawn`, that was needed no more.
    """

    team: str
    asked_at: datetime
    limit: str = ""
    ended_at: datetime | None = None
    withdrawn: bool = False


@dataclass(slots=True)
class Promised:
    """A promise of a supervisor's (`approved`) or an agent's to the customer; `withdrawn_at`: taken back."""

    at: datetime
    due_at: datetime
    approved: bool
    withdrawn_at: datetime | None = None


@dataclass(slots=True)
class Noted:
    """Waits by hand (from, until at the latest), classes since an instant, when whose escalations were acknowledged."""

    waits: list[tuple[datetime, datetime]] = field(default_factory=list)
    classes: list[tuple[datetime, Class]] = field(default_factory=list)
    acknowledged: list[tuple[datetime, str]] = field(default_factory=list)
    promises: list[Promised] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
