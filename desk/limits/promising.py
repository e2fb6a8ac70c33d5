"""Promises to customers about when: given before the limit is due, told, kept, or taken back with an apology (R46, R51)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from desk.casetasks import open_case, require_unchanged
from desk.clocks.names import SOLVE
from desk.context import DeskContext
from desk.instants import minute
from desk.limits import clockchanges, promises
from desk.limits.limit_errors import PromiseUnknown
from desk.limits.promises import Promise
from desk.model import Agent, Case
from desk.notification.announcing import Announcer
from desk.rights import readable, require_owner_or_lead
from desk.store import cases, clocks, people
from desk.store import promises as store
from desk.store.promises import KeptPromise
from desk.texts import require_short_reason
from engine.db.database import tried_again
from engine.ports import Transaction


class Promising:
    """Each method is one use case in one transaction. `by` is the login of the agent."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._db = context.engine.db
        self._announcer = announcer

    @tried_again
    def promise(self, number: str, *, due_at: datetime, reason: str, by: str, revision: int | None = None) -> KeptPromise:
        """Tell the customer by when it will be done and why; the limit itself stays what it is. For the owner and supervisors.

        A supervisor's promise counts as approved: it moves escalation. One that stood before is taken back by it. `revision` is
        that of the case as it was read: a promise changes it. Raises CaseNotFound, CaseClosed, RightMissing, StaleRevision,
        ReasonMissing, PromiseTooLate, AnswersInvalid.
        """
        require_short_reason(reason)
        with self._db.transaction() as tx:
            agent, case = self._open_case(tx, number, by)
            require_unchanged(case, revision)
            before = [one for one in store.of_case(tx, self._context.vault, number) if one.promise.stands]
            given = promises.promise(
                due_at,
                reason=reason.strip(),
                by=by,
                target_due_at=None if before else _solve_due(tx, case),
                now=self._context.now(),
                approved_by=by if agent.leads else None,
            )
            promise_id = self._keep(tx, number, given, before)
            told = {"promised": minute(due_at, self._context.zone), "reason": given.reason}
            self._tell(tx, number, "promise", told, key=f"promise:{promise_id}")
            return KeptPromise(id=promise_id, case_number=number, promise=given)

    def _keep(self, tx: Transaction, number: str, given: Promise, before: Sequence[KeptPromise]) -> int:
        """Keep a promise, whose id this gives, in place of those before; what escalates the case's limit follows."""

        def write() -> int:
            for one in before:
                taken = promises.withdraw(one.promise, given.reason, given.promised_at)
                store.save(tx, self._context.vault, replace(one, promise=taken))
            return store.add(tx, self._context.vault, number, given)

        promise_id = clockchanges.follow(tx, self._context, number, write, by=given.by, reason="promised")
        cases.touch(tx, number)
        return promise_id

    @tried_again
    def withdraw(self, number: str, promise_id: int, *, apology: str, by: str) -> KeptPromise:
        """Take a promise back and tell the customer so, with an apology, also when it was broken. For the owner and supervisors.

        Raises CaseNotFound, CaseClosed, RightMissing, ReasonMissing, PromiseUnknown, PromiseOver, AnswersInvalid.
        """
        require_short_reason(apology)
        with self._db.transaction() as tx:
            self._open_case(tx, number, by)
            vault = self._context.vault
            found = next((one for one in store.of_case(tx, vault, number) if one.id == promise_id), None)
            if found is None:
                raise PromiseUnknown(number, promise_id)
            taken = promises.withdraw(found.promise, apology.strip(), self._context.now())
            kept = replace(found, promise=taken)
            save = partial(store.save, tx, vault, kept)
            clockchanges.follow(tx, self._context, number, save, by=by, reason="promise withdrawn")
            cases.touch(tx, number)
            told = {"promised": minute(taken.due_at, self._context.zone), "apology": apology.strip()}
            self._tell(tx, number, "promise_withdrawn", told, key=f"promise-withdrawn:{promise_id}")
            return kept

    def of_case(self, number: str, *, viewer: str) -> list[KeptPromise]:
        """All promises of a case, the latest last. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return store.of_case(tx, self._context.vault, number)

    def _tell(self, tx: Transaction, number: str, template: str, told: dict[str, str], *, key: str) -> None:
        dossier = self._announcer.dossier(tx, number)
        given = {**self._announcer.variables(dossier), **told}
        self._announcer.tell_customer(tx, dossier, template, given, key=key)

    def _open_case(self, tx: Transaction, number: str, by: str) -> tuple[Agent, Case]:
        agent = people.agent(tx, by)
        case = open_case(tx, self._context.engine, number, agent)
        require_owner_or_lead(agent, case, "promise anything")
        return agent, case


def _solve_due(tx: Transaction, case: Case) -> datetime | None:
    rows = clocks.of_cases(tx, [case.number])
    return next((row.due_at for row in rows if (row.round, row.name) == (case.round, SOLVE)), None)
