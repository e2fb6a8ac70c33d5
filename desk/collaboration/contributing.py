"""How long a department has for its part: by the process's own table, or as the owner agreed with it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bpmn.diagram import Node
from desk.calendars import read_limit
from desk.calendars.limits import BUSINESS_UNITS
from desk.clocks import Anchors, Calendars, ServiceTarget, strictest_targets
from desk.clocks.names import TEAM
from desk.clocks.targets import AROUND_THE_CLOCK, BUSINESS, team_calendar
from engine.definition import Definition

ASSIGN, LIMITS = "assign", "limits"
"""The header `limits` of the node that assigns a contribution names the decision table of the departments' limits."""
NO_TABLE = {"amount": 4, "unit": "bh", "source": "by default: a department has 4 working hours"}
AGREED = "as agreed with the department"


def target_of(
    definition: Definition, variables: Mapping[str, Any], team: str, calendars: Calendars, at: datetime, *, policy: str
) -> ServiceTarget | None:
    """The limit of a department by the process's table, NO_TABLE's for a process without one; None when nothing is timed.

    Raises ExpressionFailed, TargetRowInvalid.
    """
    node = _table_of(definition)
    found: Any = NO_TABLE
    if node is not None:
        asked = {**variables, "contribution": {"team": team}}
        found, _ = definition.decide(node, node.work.headers[LIMITS], asked, at)
    rows = [{**found, "clock": TEAM}] if isinstance(found, Mapping) else []
    targets = strictest_targets(rows, Anchors(received_at=at), calendars.for_team(team))
    chosen = targets.clocks.get(TEAM)
    if chosen is None:
        return None
    return ServiceTarget(
        limit=chosen.limit,
        calendar=_of_department(chosen.calendar, team),
        source=chosen.source,
        policy_version=policy,
        considered=targets.considered,
    )


def has_table(definition: Definition) -> bool:
    """Whether the process has a table of the departments' limits."""
    return _table_of(definition) is not None


def _table_of(definition: Definition) -> Node | None:
    return next((node for node in definition.process.nodes.values() if _names_limits(node)), None)


def agreed_target(text: str, team: str) -> ServiceTarget:
    """A limit as somebody wrote it: `4bh`, `2wd`. Raises LimitInvalid."""
    limit = read_limit(text)
    calendar = team_calendar(team) if limit.unit in BUSINESS_UNITS else AROUND_THE_CLOCK
    return ServiceTarget(limit=limit, calendar=calendar, source=AGREED)


def _of_department(calendar: str, team: str) -> str:
    """A department's working time is its own, where the table says no more than that it is working time."""
    return team_calendar(team) if calendar == BUSINESS else calendar


def _names_limits(node: Node) -> bool:
    return node.work.handler == ASSIGN and LIMITS in node.work.headers
