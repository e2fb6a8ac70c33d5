"""Open cases follow the tier that their customer was given (E23): a chore of the workers, so that none is left behind."""

from __future__ import annotations

from datetime import timedelta

from desk.casetasks import instance_of
from desk.context import DeskContext
from desk.limits.reclassifying import Reclassifying
from desk.onebyone import OneByOne
from desk.store import cases, tier_changes
from engine.ports import Transaction

AT_ONCE = 25
LINGERS = timedelta(minutes=2)
"""So long a change is kept at least: a case that was being opened meanwhile has the tier from before."""


class TierFollowing:
    """Each case in a transaction of its own, with the right, the name and the reason of who gave the tier. One that can't follow
    is tried again later and holds back no other; one that has the tier is left as it is.
    """

    def __init__(self, context: DeskContext, reclassifying: Reclassifying) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db
        self._reclassifying = reclassifying
        self._pieces = OneByOne(context, "tier_not_followed")

    def tend(self) -> int:
        """Let some cases follow, and forget the changes that all have followed; how many."""
        before = self._context.now() - LINGERS
        with self._db.reading() as tx:
            behind = tier_changes.behind(tx, AT_ONCE, but=self._pieces.left_alone)
            over = tier_changes.followed(tx, before)
        done = sum(self._pieces.do(number, lambda tx, one=number: self._follow(tx, one)) for number in behind)
        return done + (self._db.run(lambda tx: tier_changes.forget_followed(tx, before)) if over else 0)

    def _follow(self, tx: Transaction, number: str) -> int:
        instance = self._engine.lock(tx, instance_of(tx, number).id).instance
        case = cases.case(tx, number)
        change = tier_changes.of_customer(tx, self._context.vault, case.customer_id)
        if change is None or not case.open or case.tier == change.tier:
            return 0
        changed = {"tier": change.tier}
        self._reclassifying.apply(tx, instance, case, changed, by=change.by, may_lower=True, reason=change.reason)
        return 1
