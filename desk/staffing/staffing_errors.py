"""What is refused about leave and authority."""

from __future__ import annotations

from engine.errors import Conflict, Forbidden, Invalid, NotFound


class LeaveInvalid(Invalid):
    """Leave, or a time of being away, that can't be."""

    code = "leave_invalid"

    def __init__(self, fact: str, way_out: str) -> None:
        super().__init__(f"This leave {fact}; {way_out}.", fact=fact)


class ShiftChanged(Conflict):
    """Somebody else changed the shift since it was read."""

    code = "shift_changed"

    def __init__(self, holder: str) -> None:
        super().__init__(f"The shift of {holder} was changed since you opened it. Reload and look again.", holder=holder)


class AbsenceNotFound(NotFound):
    code = "absence_not_found"

    def __init__(self, absence_id: int) -> None:
        super().__init__(f"There is no leave {absence_id}. Look at the list of leave.", absence_id=absence_id)


class AuthorityMissing(Forbidden):
    """An approval beyond somebody's authority, or of what they asked for themselves."""

    code = "authority_missing"

    def __init__(self, login: str, kind: str, amount: object) -> None:
        what = kind if amount is None else f"{kind} of {amount}"
        super().__init__(f"{login} may not approve {what}. Reassign the task to somebody whose authority suffices.", kind=kind)


class TeamCalendarChanged(Conflict):
    """Somebody else chose the team's calendar since it was read."""

    code = "team_calendar_changed"

    def __init__(self, team: str) -> None:
        super().__init__(f"The calendar of {team} was changed since you opened it. Reload and look again.", team=team)
