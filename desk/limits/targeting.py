"""What is promised to a case now: the target rows of the version in force, asked anew with what is known of the case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bpmn.diagram import Node, NodeKind
from desk.clocks import Anchors, Calendars, Cause, ClockStarted, ClockTarget, ServiceTarget, strictest_targets
from desk.clocks.names import RESPOND, TEAM, kind_of
from desk.clocks.retargeting import RetargetClock, retarget
from desk.clocks.rounds import ROUND, TIMED_AGAIN
from desk.clocks.targets import team_of, with_default_limits, with_default_transfer
from desk.limits.clockbook import ClockBook
from desk.limits.clockkeeping import SETS_CLOCKS, STARTED_BY_EVENTS
from desk.limits.in_force import TARGET_ROWS
from desk.model import Case
from engine.definition import Definition
from engine.results import inputs_of

TRANSFER_HEADER = "defaultTransfer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Why the targets are asked anew. `may_lower`: whoever orders it may give more time (E22)."""

    cause: Cause
    by: str
    at: datetime
    note: str = ""
    may_lower: bool = False


def target_rows(definition: Definition, variables: Mapping[str, Any], at: datetime) -> list[Mapping[str, Any]] | None:
    """The rows that a process's table gives for these variables; None when it asks no table for them.

    Raises ExpressionFailed, TargetRowInvalid.
    """
    nodes = list(definition.process.nodes.values())
    asking = next((node for node in nodes if _asks_targets(node)), None)
    if asking is None or asking.work.decision_id is None:
        return None
    inputs = inputs_of(definition, asking, variables, at)
    found, _ = definition.decide(asking, asking.work.decision_id, inputs, at)
    rows = with_default_limits(row for row in found if isinstance(row, Mapping)) if isinstance(found, list | tuple) else []
    starter = next((node for node in nodes if node.work.handler in SETS_CLOCKS), None)
    add_transfer = starter is not None and starter.work.headers.get(TRANSFER_HEADER) == "true"
    return with_default_transfer(rows) if add_transfer else rows


def _asks_targets(node: Node) -> bool:
    return node.kind is NodeKind.BUSINESS_RULE_TASK and node.work.result_variable == TARGET_ROWS


def retarget_all(
    book: ClockBook, case: Case, rows: Sequence[Mapping[str, Any]], calendars: Calendars, change: Change, *, policy: str
) -> None:
    """Give the open clocks of the case's round what these rows promise: another limit, none any more, or a first one.

    Raises TargetRowInvalid, and ReasonMissing or RightMissing for more time without reason or right.
    """
    calendars = calendars.for_team(team_at_start(book, case))
    rows = [row for row in rows if case.round == 1 or row.get("clock") in TIMED_AGAIN]
    found = strictest_targets(rows, Anchors(received_at=_since(book, case)), calendars)
    promised = {name: service_target(one, found.considered, policy) for name, one in found.clocks.items()}
    for round, name in book.open_clocks():
        if round == case.round and kind_of(name) not in STARTED_BY_EVENTS:
            targets = (promised[name],) if name in promised else ()
            order = RetargetClock(by=change.by, cause=change.cause, targets=targets, note=change.note, may_lower=change.may_lower)
            book.add(round, name, retarget(book.events(round, name), order, calendars, book.after(round, name, change.at)))
    begun = {name for round, name in book.all_clocks() if round == case.round}
    for name in promised:
        is_over = name == RESPOND and case.first_response_at is not None
        if name not in begun and not is_over and kind_of(name) not in STARTED_BY_EVENTS:
            _start(book, case, found.clocks[name], promised[name], change)


def _start(book: ClockBook, case: Case, told: ClockTarget, target: ServiceTarget, change: Change) -> None:
    anchor = told.anchor if case.round == 1 else ROUND
    started = ClockStarted(at=change.at, by=change.by, anchor=anchor, anchored_at=told.started_at, target=target)
    book.start(case.round, told.clock, started, warn_at=told.warn_at)


def _since(book: ClockBook, case: Case) -> datetime:
    """From when the round's clocks count."""
    begun = [book.started(round, name) for round, name in book.all_clocks() if round == case.round]
    return case.received_at if case.round == 1 else min((one.anchored_at for one in begun if one), default=case.received_at)


def team_at_start(book: ClockBook, case: Case) -> str:
    """The team whose calendar the round's clocks keep, so that no hand-over moves them: who has the case now where none does."""
    begun = [book.started(round, name) for round, name in book.all_clocks() if round == case.round and kind_of(name) != TEAM]
    return next((team for one in begun if one and (team := team_of(one.target.calendar)) is not None), case.team)


def service_target(target: ClockTarget, considered: Sequence[Mapping[str, Any]], policy: str) -> ServiceTarget:
    """What a clock keeps of the target that was found strictest; `policy` names the version that promises it."""
    return ServiceTarget(
        limit=target.limit,
        calendar=target.calendar,
        source=target.source,
        policy_version=policy,
        considered=tuple(row for row in considered if row.get("clock") == target.clock),
        not_before=target.not_before,
    )
