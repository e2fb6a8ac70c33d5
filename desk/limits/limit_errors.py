"""What is refused about limits: calendars, clocks, ladders and promises."""

from __future__ import annotations

from engine.errors import Conflict, Invalid, NotFound, Refused


class WorkingTimeInvalid(Invalid):
    """Opening hours that can't be read, or that never open."""

    code = "working_time_invalid"

    def __init__(self, fact: str, way_out: str) -> None:
        super().__init__(f"Working time: {fact}; {way_out}.", fact=fact)


class LimitInvalid(Invalid):
    """A limit such as `3wd` can't be read, or can't be meant."""

    code = "limit_invalid"

    def __init__(self, text: str, fact: str) -> None:
        super().__init__(f"The limit {text[:40]!r} {fact}.", text=text[:40], fact=fact)


class TargetRowInvalid(Invalid):
    """A row of the service-target table can't be read."""

    code = "target_row_invalid"

    def __init__(self, source: str, fact: str) -> None:
        super().__init__(f"Service target {source!r}: {fact}. Correct the row in the table of targets.", source=source)


class LadderInvalid(Invalid):
    """The table of an escalation ladder answered what can't be done."""

    code = "ladder_invalid"

    def __init__(self, level: int, fact: str, way_out: str) -> None:
        super().__init__(f"Escalation level {level}: {fact}. In the table escalation, {way_out}.", level=level)


class OrganisationOfBase(Conflict):
    """A calendar that has its organisation's days from another one was to be the desk's own."""

    code = "organisation_of_base"

    def __init__(self, key: str, base: str) -> None:
        super().__init__(
            f"Calendar {key} has its organisation's days from {base}. Choose one that has its own.", key=key, base=base
        )


class EscalationNotFound(NotFound):
    """Nothing was escalated there, or it is acknowledged or over by now."""

    code = "escalation_not_found"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"Case {number} has no escalation of that clock that waits for somebody. Reload the list.", number=number
        )


class NothingToTakeOver(Conflict):
    """Nobody handles the case at present: it waits for the customer, or was resolved."""

    code = "nothing_to_take_over"

    def __init__(self, number: str) -> None:
        super().__init__(f"Nobody handles case {number} at present, so there is nothing to take over. Reload it.", number=number)


class CalendarUnknown(Invalid):
    """A target names a calendar that the desk doesn't have."""

    code = "calendar_unknown"

    def __init__(self, key: str, known: tuple[str, ...]) -> None:
        self.key, self.known = key, known
        super().__init__(f"There is no calendar {key!r}. Use one of {', '.join(known)}, or add it.", key=key, known=list(known))


class ClockHeldByProcess(Conflict):
    """The diagram stands where it waits for that: the clocks go on when the process does."""

    code = "clock_held_by_process"

    def __init__(self, number: str, reason: str) -> None:
        super().__init__(
            f"The process of case {number} waits for {reason}. Note what came, such as the customer's message, and it goes on.",
            number=number,
            reason=reason,
        )


class PromiseUnknown(NotFound):
    code = "promise_unknown"

    def __init__(self, number: str, promise_id: int) -> None:
        super().__init__(
            f"Case {number} has no promise {promise_id}. Look at its promises.", number=number, promise_id=promise_id
        )


class NothingToPause(Conflict):
    """No clock of the case runs that this reason pauses."""

    code = "nothing_to_pause"

    def __init__(self, number: str, reason: str) -> None:
        super().__init__(
            f"Case {number} has no running clock that {reason} pauses. Look at its clocks.", number=number, reason=reason
        )


class PromiseTooLate(Refused):
    """A promise comes before anything is missed, and is for a time to come."""

    code = "promise_too_late"

    def __init__(self, fact: str, way_out: str) -> None:
        super().__init__(f"{fact}. {way_out}.")


class PromiseOver(Conflict):
    """The promise was kept, broken or taken back."""

    code = "promise_over"

    def __init__(self, state: str) -> None:
        super().__init__(f"The promise is {state}; make a new one.", state=state)
