"""The lookup `clock`: what diagrams ask of a case's clocks, such as `= clock("solve").due_at` and `= clock("solve").at(0.75)`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from desk.calendarsource import CalendarSource
from desk.casetasks import CALLED
from desk.clocks import Calendars, ClockEvent, ClockPhase, ClockState, evaluate
from desk.clocks.names import SOLVE, WAITING, kind_of
from desk.limits.promises import Promise, escalates_at
from desk.store import clocks, promises
from desk.store.clocks import KeptClock
from engine.model import ProcessInstance
from engine.ports import Answer, Transaction

CLOCK = "clock"
NAMES = (CLOCK,)

Clocks = Mapping[str, Sequence[ClockEvent]]
"""The events of each clock of a case, of the latest round that has it. Of a team's clocks the last one is also there as
`team:<key>`, without its number, as the last wait for the customer is as `waiting`.
"""


class ClockLookup:
    """An engine lookup. A clock that the case doesn't have answers null throughout, so that its timers are unarmed."""

    name = CLOCK

    def __init__(self, calendars: CalendarSource) -> None:
        self._calendars = calendars

    def answers(self, tx: Transaction, instances: Sequence[ProcessInstance], at: datetime) -> Mapping[int, Answer]:
        """For each instance the function from a clock's name to what it says: see `told`. One statement for all together."""
        latest: dict[str, dict[str, Sequence[ClockEvent]]] = {}
        for one in self._read(tx, {_number(one) for one in instances}):
            of_case = latest.setdefault(one.row.case_number, {})
            of_case[one.row.name] = one.events
            if one.row.name.count(":") == 2:
                of_case[one.row.name.rpartition(":")[0]] = one.events
            if kind_of(one.row.name) == WAITING:
                of_case[WAITING] = max(of_case.get(WAITING, one.events), one.events, key=_begun)
        calendars, promised = self._calendars(tx), promises.approved(tx, latest)
        return {
            one.id: partial(_answer, latest.get(number, {}), calendars, at, promised.get(number, ()), {})
            for one in instances
            if (number := _number(one))
        }

    def _read(self, tx: Transaction, numbers: Collection[str]) -> Sequence[KeptClock]:
        return clocks.kept(tx, numbers)


class ClocksAtHand(ClockLookup):
    """The same for one batch of instances of which clocks with these `names` matter, and stay at hand for whoever goes on with
    them. Others are read when an expression asks for them all the same.
    """

    def __init__(self, calendars: CalendarSource, names: Collection[str]) -> None:
        super().__init__(calendars)
        self.kept: Sequence[KeptClock] = ()
        # which is the last of several clocks takes all of them
        self._names = None if any(asked_as(name) != name for name in names) else frozenset(names)

    def answers(self, tx: Transaction, instances: Sequence[ProcessInstance], at: datetime) -> Mapping[int, Answer]:
        """See ClockLookup."""
        known = super().answers(tx, instances, at)
        names = self._names
        if names is None:
            return known
        all_clocks = cache(lambda: ClockLookup(self._calendars).answers(tx, instances, at))

        def answer(each: int, name: Any) -> Any:
            return known[each](name) if name in names else all_clocks()[each](name)

        return {each: partial(answer, each) for each in known}

    def _read(self, tx: Transaction, numbers: Collection[str]) -> Sequence[KeptClock]:
        self.kept = clocks.kept(tx, numbers, names=self._names)
        return self.kept


def asked_as(name: str) -> str:
    """By which name diagrams ask for a clock of this name: the last of a team's clocks, and of the waits, by that of all."""
    if kind_of(name) == WAITING:
        return WAITING
    return name.rpartition(":")[0] if name.count(":") == 2 else name


def _begun(events: Sequence[ClockEvent]) -> datetime:
    return events[0].at


def _number(instance: ProcessInstance) -> str:
    """The case to which an instance belongs, also one that the case's process called."""
    return instance.business_key.partition(CALLED)[0]


def _answer(
    events: Clocks,
    calendars: Calendars,
    at: datetime,
    promised: Sequence[Promise],
    known: dict[str, Mapping[str, Any]],
    name: Any,
) -> Mapping[str, Any]:
    """What a clock says; `known` keeps what was worked out already."""
    if not isinstance(name, str):
        raise ValueError(f"expected the name of a clock, got {name!r}")
    if name not in known:
        putting_off = promised if name == SOLVE else ()
        known[name] = told(evaluate(events[name], calendars, at), putting_off) if name in events else _UNKNOWN
    return known[name]


def told(state: ClockState, promised: Sequence[Promise] = ()) -> Mapping[str, Any]:
    """What an expression sees of a clock. `due_at`, `escalate_at` and `at(fraction)` are null unless it runs; `remaining` is a
    duration. `escalate_at` is the due instant, put off by what was promised to the customer with approval.
    """
    due_at = state.due_at if state.phase is ClockPhase.RUNNING else None
    return {
        "state": state.phase.value,
        "started_at": state.started_at,
        "due_at": due_at,
        "escalate_at": due_at and state.course.awake(escalates_at(due_at, promised)),
        "remaining": state.remaining,
        "paused": state.phase is ClockPhase.PAUSED,
        "breached_at": state.breached_at,
        "verdict": state.verdict.value,
        "at": lambda fraction: _reached(state, fraction),
    }


def _reached(state: ClockState, fraction: Any) -> datetime | None:
    if not isinstance(fraction, int | float | Decimal) or isinstance(fraction, bool) or fraction < 0:
        raise ValueError(f"expected a part of the limit, such as 0.75, got {fraction!r}")
    return state.at(float(fraction))


def _nothing(_fraction: Any) -> None:
    return None


_UNKNOWN: Mapping[str, Any] = {
    **dict.fromkeys(("state", "started_at", "due_at", "escalate_at", "remaining", "breached_at", "verdict")),
    "paused": False,
    "at": _nothing,
}
