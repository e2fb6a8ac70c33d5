"""Another priority, type, tier or tags for a running case: its clocks get the limits of what it is now (E21 to E23)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from desk.casetasks import instance_of, open_case
from desk.clocks import Cause
from desk.context import DeskContext
from desk.errors import AnswersInvalid
from desk.limits import clockchanges
from desk.limits.clockbook import ClockBook
from desk.limits.in_force import TARGET_ROWS, applied_version, as_applied, policy_name
from desk.limits.targeting import Change, retarget_all, target_rows
from desk.model import Case, CaseType, Priority
from desk.profiles import checked_tags, checked_tier, known_tier
from desk.rights import require_lead, require_owner_or_lead
from desk.store import cases, customers, people, tier_changes
from desk.store.tier_changes import TierChange
from desk.texts import require_reason
from desk.wordings import NO_CHOICE
from engine.commands import SetVariables
from engine.db import queries
from engine.db.database import tried_again
from engine.errors import NotFound
from engine.model import ProcessInstance
from engine.ports import Transaction

VARIABLES: Mapping[str, tuple[str, ...]] = {"classification": ("priority", "type", "subtype"), "case": ("tier", "tags")}
"""In which variable the process has each part of the class."""
CLASSES = tuple(name for parts in VARIABLES.values() for name in parts)
RANKS: Mapping[str, int] = {Priority.LOW: 0, Priority.NORMAL: 1, Priority.URGENT: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClass:
    """What a case is found to be; None leaves it as it is.

    The tier is the customer's, for their next cases too; so are the tags with `keep_tags`.
    """

    priority: str | None = None
    type: str | None = None
    subtype: str | None = None
    tier: str | None = None
    tags: Sequence[str] | None = None
    keep_tags: bool = False


class Reclassifying:
    """Each method is one use case in one transaction. `by` is the login of the agent."""

    def __init__(self, context: DeskContext) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db

    def reclassify(self, number: str, wanted: NewClass, *, reason: str, by: str) -> Case:
        """Class a case anew. Raising the priority is for its owner and supervisors; lowering it, giving more time by another
        class (E22) and another tier are for supervisors. With another tier the customer's other open cases follow, as workers
        come to them.

        Raises CaseNotFound, CaseClosed, RightMissing, AnswersInvalid without a reason or for a class that doesn't exist.
        """
        _check(wanted, reason)
        return self._reclassify(number, wanted, reason.strip(), by)

    @tried_again
    def _reclassify(self, number: str, wanted: NewClass, reason: str, by: str) -> Case:
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            case, instance = open_case(tx, self._engine, number, agent), instance_of(tx, number)
            require_owner_or_lead(agent, case, "class it anew")
            changed = self._changed(case, wanted)
            if "tier" in changed:
                require_lead(agent, "give a customer another tier")
            self._keep_profile(tx, case, wanted, changed, reason, by)
            if changed:
                self.apply(tx, instance, case, changed, by=by, may_lower=agent.leads, reason=reason)
            return cases.case(tx, number)

    def _keep_profile(
        self, tx: Transaction, case: Case, wanted: NewClass, changed: Mapping[str, Any], reason: str, by: str
    ) -> None:
        """What stays the customer's, for their next cases and, as to the tier, for their other open ones."""
        tags = changed.get("tags", case.tags) if wanted.keep_tags else None
        customers.save_profile(tx, case.customer_id, tier=changed.get("tier"), tags=tags)
        if "tier" in changed:
            told = {"tier": changed["tier"], "reason": reason, "by": by, "at": self._context.now()}
            tier_changes.keep(tx, self._context.vault, TierChange(customer_id=case.customer_id, **told))

    def _changed(self, case: Case, wanted: NewClass) -> dict[str, Any]:
        """What is asked for and differs. Raises AnswersInvalid for a tier or tags that can't be."""
        asked = {name: value for name in CLASSES if (value := getattr(wanted, name)) is not None}
        if "tags" in asked:
            asked["tags"] = checked_tags(asked["tags"])
        tiers = self._context.settings.tiers
        own = replace(case, tier=known_tier(case.tier, tiers))
        changed = {name: value for name, value in asked.items() if value not in (getattr(case, name), getattr(own, name))}
        if "tier" in changed:
            checked_tier(changed["tier"], tiers)
        return changed

    def apply(
        self,
        tx: Transaction,
        instance: ProcessInstance,
        case: Case,
        changed: Mapping[str, Any],
        *,
        by: str,
        may_lower: bool,
        reason: str,
    ) -> None:
        """Tell the process the parts of the class that are others, and let the clocks follow. For whoever checked them.

        The instance is locked. Raises as `retarget`.
        """
        variables = dict(queries.variables(tx, self._context.vault, instance.id))
        for name, parts in VARIABLES.items():
            told = {part: list(changed[part]) if part == "tags" else changed[part] for part in parts if part in changed}
            if told:
                before = variables.get(name)
                variables[name] = {**(before if isinstance(before, Mapping) else {}), **told}
        self.retarget(tx, instance, case, variables, cause=cause_of(case, changed), by=by, may_lower=may_lower, reason=reason)

    def retarget(
        self,
        tx: Transaction,
        instance: ProcessInstance,
        case: Case,
        variables: Mapping[str, Any],
        *,
        cause: Cause,
        by: str,
        may_lower: bool,
        reason: str,
    ) -> None:
        """Set those of the variables that are others now, ask the targets in force with all of them and let the clocks follow.

        For whoever changes what the target rows read. The instance is locked.
        Raises RightMissing, ReasonMissing, ExpressionFailed, TargetRowInvalid.
        """
        known = queries.variables(tx, self._context.vault, instance.id)
        changed = {name: value for name, value in variables.items() if name not in known or known[name] != value}
        version, rows = self._promised(tx, instance, applied_version(known), variables)
        if rows is not None:
            changed[TARGET_ROWS] = rows
        self._engine.set_variables(tx, SetVariables(instance_id=instance.id, values=changed, by=by, reason=reason))
        if rows is None:
            return
        change = Change(cause=cause, by=by, at=self._context.now(), note=reason, may_lower=may_lower)
        self._let_follow(tx, case, rows, change, policy=policy_name(instance.process_key, version))

    def _promised(
        self, tx: Transaction, instance: ProcessInstance, applied: str | None, variables: Mapping[str, Any]
    ) -> tuple[str, list[Mapping[str, Any]] | None]:
        """The version in force with its rows. It is the process's own too where none is deployed as the one that its variables
        name: others than we may have written them.
        """
        try:
            deployed = queries.deployment(tx, instance.process_key, applied or instance.version)
        except NotFound:
            applied = None
            deployed = queries.deployment(tx, instance.process_key, instance.version)
        asked = _of_known_tier(variables, self._context.settings.tiers)
        rows = target_rows(self._engine.definition(deployed.id, tx), asked, self._context.now())
        return deployed.version, rows if rows is None or applied is None else as_applied(rows, applied)

    def _let_follow(self, tx: Transaction, case: Case, rows: Sequence[Mapping[str, Any]], change: Change, *, policy: str) -> None:
        def alter(book: ClockBook) -> None:
            retarget_all(book, case, rows, self._context.calendars_in(tx), change, policy=policy)

        clockchanges.change(tx, self._context, case.number, alter, by=change.by, reason=change.cause)


def cause_of(case: Case, changed: Mapping[str, Any]) -> Cause:
    """What a new class comes to for the clocks: another priority counts before another type, that before tier and tags."""
    before, after = RANKS.get(case.priority, 1), RANKS.get(changed.get("priority", case.priority), 1)
    if after != before:
        return Cause.PRIORITY_RAISED if after > before else Cause.PRIORITY_LOWERED
    if "type" in changed or "subtype" in changed:
        return Cause.TYPE_CHANGED
    return Cause.TIER_CHANGED if "tier" in changed else Cause.TAGS_CHANGED


def _of_known_tier(variables: Mapping[str, Any], tiers: Sequence[str]) -> Mapping[str, Any]:
    """The variables as rows of targets are to read them: a tier that isn't configured any more is everybody's."""
    case = variables.get("case")
    if not isinstance(case, Mapping) or not isinstance(case.get("tier"), str):
        return variables
    return {**variables, "case": {**case, "tier": known_tier(case["tier"], tiers)}}


def _check(wanted: NewClass, reason: str) -> None:
    require_reason(reason)
    if wanted.priority is not None and wanted.priority not in list(Priority):
        raise AnswersInvalid({"priority": NO_CHOICE})
    if wanted.type is not None and wanted.type not in list(CaseType):
        raise AnswersInvalid({"type": NO_CHOICE})
