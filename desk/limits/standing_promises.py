"""Promises that stand: alarms for those that were broken, and the list of what is still to be kept (R51)."""

from __future__ import annotations

from dataclasses import dataclass

from desk.context import DeskContext
from desk.instants import minute
from desk.limits.promises import PromiseState
from desk.masking import mask_name
from desk.model import Case
from desk.notification.announcing import Announcer
from desk.notification.dossier import OWNER, SUPERVISOR
from desk.onebyone import OneByOne
from desk.rights import readable
from desk.store import assignments, cases, customers, people
from desk.store import promises as store
from desk.store.promises import KeptPromise
from engine.ports import Transaction

TEMPLATE = "promise_broken"
AT_ONCE = 25
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingPromise:
    """A promise that is neither kept nor taken back, with its case. `state` is open or broken; the customer's name is masked.

    `in_line`: nobody has the case, its owner answers for it until somebody takes it.
    """

    kept: KeptPromise
    state: PromiseState
    case: Case
    customer: str
    in_line: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisePage:
    """The first due in front. `broken` counts all whose time is over, `total` all that stand, of cases that may be read."""

    items: tuple[StandingPromise, ...]
    broken: int
    total: int


class StandingPromises:
    """Looks after promises: `tend` is a chore of the workers, the rest is for people."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._db = context.engine.db
        self._announcer = announcer
        self._pieces = OneByOne(context, "broken_promise_not_told")

    def tend(self) -> int:
        """Tell owner and supervisor, once, of each promise whose time is over while it stands; of how many."""
        with self._db.reading() as tx:
            broken = store.untold(tx, self._context.now(), AT_ONCE, but=self._pieces.left_alone)
        return sum(self._pieces.do(number, lambda tx, one=(number, found): self._alert(tx, *one)) for found, number in broken)

    def _alert(self, tx: Transaction, number: str, promise_id: int) -> int:
        if not store.take_told(tx, promise_id, self._context.now()):
            return 0
        dossier = self._announcer.dossier(tx, number)
        kept = next(one for one in store.of_case(tx, self._context.vault, number) if one.id == promise_id)
        promised = minute(kept.promise.due_at, self._context.zone)
        told = {one.login: one for one in (*dossier.staff(OWNER), *dossier.staff(SUPERVISOR))}
        given = {**self._announcer.variables(dossier), "promised": promised, "reason": kept.promise.reason}
        self._announcer.tell_staff(tx, dossier, told.values(), TEMPLATE, given, key=f"promise-broken:{promise_id}")
        return 1

    def page(self, *, viewer: str, broken_only: bool = False, limit: int = MOST_SHOWN) -> PromisePage:
        """The promises that stand, of cases that the viewer may read."""
        now, vault = self._context.now(), self._context.vault
        with self._db.reading() as tx:
            may = readable(people.agent(tx, viewer))
            found = store.standing(tx, vault, may, limit=limit, due_before=now if broken_only else None)
            known = cases.cases(tx, {one.case_number for one in found})
            in_line = assignments.in_line(tx, known)
            names = customers.by_id(tx, vault, {case.customer_id for case in known.values()})
            counts = store.count_standing(tx, may, due_before=now), store.count_standing(tx, may)
        items = tuple(
            StandingPromise(
                kept=one,
                state=one.promise.state_at(now),
                case=(case := known[one.case_number]),
                customer=mask_name(names[case.customer_id].name),
                in_line=case.number in in_line,
            )
            for one in found
        )
        return PromisePage(items=items, broken=counts[0], total=counts[1])

    def broken(self, *, viewer: str) -> int:
        """How many are broken and still stand, for the navigation."""
        with self._db.reading() as tx:
            return store.count_standing(tx, readable(people.agent(tx, viewer)), due_before=self._context.now())
