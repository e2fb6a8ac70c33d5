"""Deciders `service-clocks` and `new-round`: which instants follow from the target rows.

Both answer {<clock>: {started_at, due_at, warn_at, source, anchor, limit, not_before}, …, round}; a diagram's timers read
`clocks.solve.due_at` and the like. Header `warnFraction` says after which part of a limit to warn (0.75 without it); header
`defaultTransfer` is `true` when a transfer is to be timed also where the table has no row for it (C4). Where it has no row at
all, the default limits hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desk import facts
from desk.calendarsource import CalendarSource
from desk.clocks import (
    WARN_AT_FRACTION,
    Anchors,
    Calendars,
    Targets,
    strictest_targets,
    with_default_limits,
    with_default_transfer,
)
from desk.clocks.rounds import TIMED_AGAIN, RoundPolicy
from desk.clocks.targets import OWN_TEAMS
from desk.clocks.variables import as_variable
from desk.instants import instant
from desk.reasons import Reason, decision
from engine.ports import Decision, HandlerCall, Transaction
from handlers.headers import choice, fraction

WARN_HEADER, TRANSFER_HEADER, ROUNDS_HEADER = "warnFraction", "defaultTransfer", "rounds"


class _Clocks:
    def __init__(self, calendars: CalendarSource, zone: ZoneInfo) -> None:
        self._calendars = calendars
        self._zone = zone

    def gather(self, call: HandlerCall, tx: Transaction) -> Calendars:
        """Read the calendars, and which team's is meant where a row says so; all else stands in the process's variables."""
        calendars = self._calendars(tx)
        if not any(row.get("calendar") == OWN_TEAMS for row in call.inputs.get("target_rows") or ()):
            return calendars
        return calendars.for_team(facts.case(tx, call.business_key).team)

    def _targets(self, call: HandlerCall, calendars: Calendars, rows: Iterable[Mapping[str, Any]], since: datetime) -> Targets:
        warn_at_fraction = fraction(call, WARN_HEADER, WARN_AT_FRACTION)
        return strictest_targets(rows, Anchors(received_at=since), calendars, warn_at_fraction=warn_at_fraction)


class ServiceClocks(_Clocks):
    """Starts the clocks of the first round from `target_rows`, counted from `case.received_at`."""

    name = "service-clocks"

    def decide(self, call: HandlerCall, facts: Calendars) -> Decision:
        """Apply desk.clocks' rule: per clock the earliest due instant wins."""
        case, intake = call.inputs.get("case") or {}, call.inputs.get("intake") or {}
        received_at = instant(case.get("received_at") or intake.get("received_at"), self._zone) or call.now
        rows = with_default_limits(call.inputs.get("target_rows") or ())
        if choice(call, TRANSFER_HEADER, ("true", "false"), "false") == "true":
            rows = with_default_transfer(rows)
        return _decision(self._targets(call, facts, rows, received_at), round=1)


class NewRound(_Clocks):
    """Starts a further round: the solution is due anew, counted from now; response and transfer aren't timed again.

    Header `rounds` chooses otherwise (E18): `continue` goes on with what was left, `never_stopped` as if it had never been
    resolved. The answer's `policy` tells it, and the desk's clocks follow; the instants beside it are those of a restart.
    """

    name = "new-round"

    def decide(self, call: HandlerCall, facts: Calendars) -> Decision:
        """Apply desk.clocks' rule to the rows that count again."""
        applied = with_default_limits(call.inputs.get("target_rows") or ())
        rows = [row for row in applied if row.get("clock") in TIMED_AGAIN]
        before = int((call.inputs.get("clocks") or {}).get("round") or 1)
        policy = choice(call, ROUNDS_HEADER, tuple(RoundPolicy), RoundPolicy.RESTART)
        decided = _decision(self._targets(call, facts, rows, call.now), round=before + 1)
        return decided if policy == RoundPolicy.RESTART else replace(decided, result={**decided.result, "policy": str(policy)})


def make_service_clocks(services: Any) -> ServiceClocks:
    """The entry point's factory."""
    return ServiceClocks(services.desk.context.calendars_in, services.desk.context.zone)


def make_new_round(services: Any) -> NewRound:
    """The entry point's factory."""
    return NewRound(services.desk.context.calendars_in, services.desk.context.zone)


def _decision(targets: Targets, *, round: int) -> Decision:
    clocks = {name: as_variable(target) for name, target in targets.clocks.items()}
    by = {name: target.source for name, target in targets.clocks.items()}
    reason = Reason(code="clocks" if by else "no_clocks", arguments={"round": round, "by": by})
    return decision({**clocks, "round": round}, reason, targets.considered)
