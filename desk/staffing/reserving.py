"""Deciding about people while others decide about the same people: whom the rule chooses is kept still, not everybody.

Nobody gets more than they can carry, since whoever is chosen is locked, and nothing was assigned to them since their load was
counted. No case waits while somebody is free, since "nobody" is answered only with all candidates locked and counted anew.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from desk.assignment import KNOWN, Candidate, Wanted, assign, preferred
from desk.store import candidates
from engine.ports import Transaction


def reserved(tx: Transaction, wanted: Wanted, now: datetime) -> list[Candidate]:
    """The candidates for what is wanted, such that the answer of the rule for them holds until the transaction ends.

    Who would be better, but gets something else at this very moment, is `engaged`. Only who knows the case or the customer is
    waited for.
    """
    found = candidates.candidates(tx, wanted.teams, now)
    if (known := _known(wanted, found, now)) is not None:
        candidates.lock(tx, (known,))
        found = candidates.candidates(tx, wanted.teams, now)
        if _known(wanted, found, now) == known:
            return found
    order = preferred(wanted, found, now)
    held = candidates.hold_first(tx, order)
    if held is None:
        return candidates.candidates(tx, wanted.teams, now, lock=True)
    better = {one.login for one in order[: [one.login for one in order].index(held)]}
    return [replace(one, engaged=True) if one.login in better else one for one in found]


def _known(wanted: Wanted, found: list[Candidate], now: datetime) -> str | None:
    """Whom the rule chooses because they know the case or the customer."""
    if not wanted.previous_owner and not wanted.familiar:
        return None
    answer = assign(wanted, found, now)
    return answer.assignee if answer.reason.code in KNOWN else None
