"""Where a case stands in its diagram: what is open, what was passed, by which flows it came there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from bpmn.package import ProcessPackage
from desk.casetasks import instance_of
from desk.context import DeskContext
from desk.rights import readable
from desk.store import cases, people
from engine.db import queries
from engine.history import ActivityCancelled, ActivityEntered, ActivityLeft, FlowTaken, HistoryEvent
from engine.model import OPEN_INSTANCES


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDiagram:
    """The diagram of the version on which the case runs, and the ids in it that are open, were passed, were followed."""

    package: ProcessPackage
    open: tuple[str, ...]
    passed: tuple[str, ...]
    flows: tuple[str, ...]


class Diagrams:
    """Diagrams with the tokens of a case."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._db = context.engine.db

    def of_case(self, number: str, *, viewer: str) -> CaseDiagram:
        """The case's diagram. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            instance = instance_of(tx, number)
            package = self._context.engine.definition(instance.deployment_id, tx).package
            events = queries.history(tx, self._context.vault, instance.id)
        is_open, passed, flows = marks(events)
        if instance.state not in OPEN_INSTANCES:
            is_open = ()
        return CaseDiagram(package=package, open=is_open, passed=passed, flows=flows)


def marks(events: Iterable[HistoryEvent]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The ids of open activities, of passed activities and of the flows taken, each once in the order of their first time."""
    inside: Counter[str] = Counter()
    passed: dict[str, None] = {}
    flows: dict[str, None] = {}
    for event in events:
        match event:
            case ActivityEntered(activity_id=str(activity_id)):
                inside[activity_id] += 1
            case ActivityLeft(activity_id=str(activity_id)):
                inside[activity_id] -= 1
                passed[activity_id] = None
            case ActivityCancelled(activity_id=str(activity_id)):
                inside[activity_id] -= 1
            case FlowTaken(flow_id=flow_id):
                flows[flow_id] = None
    still_open = tuple(activity_id for activity_id, count in inside.items() if count > 0)
    return still_open, tuple(each for each in passed if each not in still_open), tuple(flows)
