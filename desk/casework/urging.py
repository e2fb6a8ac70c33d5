"""催办: the customer, an agent or a supervisor urges a case. Its owner is told, from the third time on the supervisor too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.casetasks import instance_of
from desk.context import DeskContext
from desk.errors import CaseClosed, RightMissing, UrgedTooSoon
from desk.model import EntryKind, Role
from desk.notification.announcing import Announcer
from desk.notification.dossier import OWNER, SUPERVISOR
from desk.rights import readable
from desk.store import cases, conversation, people
from desk.store.conversation import Entry
from desk.texts import require_short_reason
from engine.db.database import tried_again
from engine.ports import Transaction

CUSTOMER = "customer"
CUSTOMER_IN_WORDS = "客户/customer"
AGAIN_AFTER = timedelta(minutes=10)
SUPERVISOR_FROM = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Urged:
    """How often a case was urged by now, and who was told."""

    times: int
    told: tuple[str, ...]


class Urging:
    """Each case and person once in ten minutes."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db
        self._announcer = announcer

    @tried_again
    def urge(self, number: str, *, by: str, comment: str = "", for_customer: bool = False) -> Urged:
        """Urge a case, for oneself or because the customer asked. It is noted in the case's history.

        Raises CaseNotFound, CaseClosed, UrgedTooSoon (which says from when on), AnswersInvalid, RightMissing.
        """
        require_short_reason(comment, "comment")
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            if agent.role is Role.ANALYST:
                raise RightMissing(agent.login, "urge cases", "an agent")
            cases.case(tx, number, readable=readable(agent))
            return self._urged(tx, number, CUSTOMER if for_customer else by, agent.name, comment.strip())

    def _urged(self, tx: Transaction, number: str, by: str, name: str, comment: str) -> Urged:
        now = self._context.now()
        self._engine.lock(tx, instance_of(tx, number).id)
        dossier = self._announcer.dossier(tx, number)
        if not dossier.case.open:
            raise CaseClosed(number)
        before = conversation.times_of(tx, number, EntryKind.URGE)
        self._require_pause(number, by, before, now)
        times = len(before) + 1
        conversation.append(tx, self._context.vault, number, Entry(kind=EntryKind.URGE, at=now, by=by, text=comment))
        told = list(dossier.staff(OWNER))
        if times >= SUPERVISOR_FROM:
            told += [one for one in dossier.staff(SUPERVISOR) if one not in told]
        who = CUSTOMER_IN_WORDS if by == CUSTOMER else name
        given = {**self._announcer.variables(dossier), "times": times, "by": who, "comment": comment}
        self._announcer.tell_staff(tx, dossier, told, "urged", given, key=f"urged:{number}:{times}")
        return Urged(times=times, told=tuple(one.login for one in told))

    def _require_pause(self, number: str, by: str, before: list[tuple[str, datetime]], now: datetime) -> None:
        last = max((at for who, at in before if who == by), default=None)
        if last is not None and now < last + AGAIN_AFTER:
            raise UrgedTooSoon(number, last + AGAIN_AFTER, self._context.zone)

    def times(self, number: str) -> int:
        """How often a case was urged."""
        with self._db.reading() as tx:
            return len(conversation.times_of(tx, number, EntryKind.URGE))
