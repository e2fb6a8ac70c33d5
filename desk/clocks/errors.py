"""What the rules of clocks refuse."""

from __future__ import annotations

from datetime import datetime

from engine.errors import Conflict, Invalid


class ClockHistoryInvalid(Invalid):
    """A clock's events can't have happened in this order; `position` counts from 0."""

    code = "clock_history_invalid"

    def __init__(self, position: int, fact: str) -> None:
        super().__init__(
            f"Event {position} of the clock: {fact}. Its records were changed outside the program; restore them from a backup.",
            position=position,
        )


class ClockEventUnreadable(Invalid):
    """A stored event that this program can't read."""

    code = "clock_event_unreadable"

    def __init__(self, fact: str) -> None:
        super().__init__(f"A stored event of a clock {fact}. Start the program version that wrote it, or a newer one.")


class ClockOver(Conflict):
    """The clock was stopped or is void."""

    code = "clock_over"

    def __init__(self, clock: str, state: str) -> None:
        super().__init__(f"The clock {clock} is {state}; a new round starts a new one.", clock=clock, state=state)


class ClockNotOver(Conflict):
    code = "clock_not_over"

    def __init__(self, clock: str, state: str) -> None:
        super().__init__(f"The clock {clock} is {state}; its verdict is known when it was stopped.", clock=clock, state=state)


class ClockPausedAlready(Conflict):
    code = "clock_paused_already"

    def __init__(self, clock: str, reason: str) -> None:
        super().__init__(
            f"The clock {clock} is paused for {reason} already. Resume it first, or leave it.", clock=clock, reason=reason
        )


class ClockNotPaused(Conflict):
    code = "clock_not_paused"

    def __init__(self, clock: str, reason: str | None) -> None:
        why = f" for {reason}" if reason else ""
        super().__init__(f"The clock {clock} isn't paused{why}; there is nothing to resume.", clock=clock, reason=reason)


class PausePolicyInvalid(Invalid):
    """A row of the table that says what pauses which clock can't be meant."""

    code = "pause_policy_invalid"

    def __init__(self, row: object, fact: str) -> None:
        super().__init__(f"What pauses which clock, row {row!r}: {fact}. Correct the table.")


class PauseReasonUnknown(Invalid):
    code = "pause_reason_unknown"

    def __init__(self, reason: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{reason!r} isn't a reason to pause. Choose one of {', '.join(known)}.", reason=reason)


class InstantOutOfOrder(Invalid):
    """An instant lies before what it must follow, or in the future."""

    code = "instant_out_of_order"

    def __init__(self, what: str, at: datetime, limit: datetime, *, must: str) -> None:
        super().__init__(f"{what} is {at.isoformat()}, which must be {must} {limit.isoformat()}. Correct the time.", what=what)
