"""What is refused about leave, shifts, authority to approve and a team's calendar."""

from __future__ import annotations

from bpmn.wording import Wording
from engine.errors import Conflict, Forbidden, Invalid, NotFound

ENDS_FIRST = Wording(
    "This leave ends before it begins, or has ended; choose a later end.", "休假结束早于开始，或已经结束；请选择更晚的结束时间。"
)
LEAVE_TWICE = Wording(
    "This leave overlaps another one of the same person; call that one off, or choose other days.",
    "与此人的另一段休假重叠；请先取消那一段，或选择其他日期。",
)
HANDED_TO_NOBODY = Wording(
    "This leave hands work over to nobody; name who stands in.", "休假要移交工作，但没有代理人；请选择代理人。"
)
NO_STAND_IN = Wording(
    "This leave can't be covered by {delegate}; name a colleague who works on cases.",
    "{delegate} 不能代理；请选择处理案件的同事。",
)
STAND_IN_AWAY = Wording(
    "This leave leaves nobody from {day} on, since {delegate} is away too; name another.",
    "自 {day} 起 {delegate} 也休假，无人代理；请另选代理人。",
)


class LeaveInvalid(Invalid):
    """Leave, or a time of being away, that can't be: for one of the reasons above."""

    code = "leave_invalid"

    def __init__(self, wording: Wording, **params: object) -> None:
        self._wording = wording
        super().__init__(wording.fill("en", params), **params)

    def text(self, language: str = "en") -> str:
        """Why, and the way out, in a language."""
        return self._wording.fill(language, self.details)


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


class CannotHead(Invalid):
    """A team's supervisor or deputy who isn't one by role."""

    code = "cannot_head"

    def __init__(self, login: str, team: str) -> None:
        said = f"{login} cannot head {team}: their role does not lead. Choose a supervisor or an administrator."
        super().__init__(said, login=login, team=team)
