"""What customers write to a case, on whatever channel, also when it is closed, or goes on in another one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog

from desk.casetasks import instance_of
from desk.casework.machinemail import is_machine_mail
from desk.casework.merge_rules import where_to
from desk.casework.successors import Successors
from desk.context import DeskContext
from desk.errors import MessageIdUsedOtherwise
from desk.limits import responses
from desk.model import Case, EntryKind
from desk.notification.announcing import Announcer
from desk.notification.dossier import OWNER
from desk.store import cases, conversation, links
from desk.store.conversation import Entry
from desk.store.deliveries import reference_of
from desk.store.links import LinkKind
from desk.texts import require_text
from engine.commands import CorrelateMessage
from engine.db.database import tried_again
from engine.errors import FormInvalid
from engine.ports import Transaction

log = structlog.get_logger(__name__)
CUSTOMER = "customer"
MOST_FOLLOWING, FOLLOWING_WITHIN = 3, timedelta(days=1)
"""So many cases are opened for a customer in that time who writes to closed ones: two programs may answer each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """To which case a message came in the end. `taken` is false when it had been taken before; `opened`: for it a case began."""

    number: str
    taken: bool
    opened: bool = False


class Incoming:
    """One use case in one transaction."""

    def __init__(self, context: DeskContext, announcer: Announcer, successors: Successors) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db
        self._announcer = announcer
        self._successors = successors

    @tried_again
    def take(
        self, number: str, text: str, *, message_id: str, headers: Mapping[str, str] | None = None, channel: str | None = None
    ) -> Received:
        """Take a message from the customer, once per `message_id`; a case that waits for the customer goes on.

        What is written to a case that was merged goes to the one that stays. To a closed case a new one is opened that follows
        it (E19), on the `channel` of the message; what is written later goes there. A mail that by its `headers` no person
        wrote is noted and moves nothing (E16), nor does it open a case. Raises CaseNotFound, AnswersInvalid, and
        MessageIdUsedOtherwise when the id came with a message to a case that doesn't go on in this one.
        """
        require_text(text, "text")
        with self._db.transaction() as tx:
            case = self._standing_for(tx, number)
            if (before := conversation.case_with(tx, message_id)) is not None:
                if _goes_on_in(tx, before) != case.number:
                    raise MessageIdUsedOtherwise(number)
                return Received(number=case.number, taken=False)
            now = self._context.now()
            entry = Entry(kind=EntryKind.CUSTOMER, at=now, by=CUSTOMER, text=text.strip(), message_id=message_id)
            machine = is_machine_mail(headers or {})
            opens = not case.open and not machine and not self._too_many(tx, case)
            if opens and (opened := self._follow(tx, case, entry, channel)) is not None:
                return opened
            self._keep(tx, case.number, entry)
            if case.open and not machine:
                self._go_on(tx, case, message_id)
            if not machine:
                self._tell_owner(tx, case, f"customer-message:{reference_of(message_id)}")
            return Received(number=case.number, taken=True)

    def _standing_for(self, tx: Transaction, number: str) -> Case:
        """The case that takes what is written to this one, with its instance locked before anything is written about it."""
        cases.case(tx, number)
        while True:
            found = where_to(number, links.merges_from(tx, number))
            self._engine.lock(tx, instance_of(tx, found).id)
            case = cases.case(tx, found)
            if found in links.merges_from(tx, found):
                continue
            following = None if case.open else links.newest_following(tx, found)
            if following is None:
                return case
            number = following

    def _too_many(self, tx: Transaction, case: Case) -> bool:
        since = self._context.now() - FOLLOWING_WITHIN
        return links.followed_since(tx, case.customer_id, since) >= MOST_FOLLOWING

    def _follow(self, tx: Transaction, closed: Case, entry: Entry, channel: str | None) -> Received | None:
        """Open the case that follows; None where the present form asks for what nobody knows: then the owner is told."""
        changes = {"channel": channel} if channel else {}
        said = {"text": entry.text, "received_at": entry.at, "by": CUSTOMER}
        try:
            number = self._successors.open(tx, closed, LinkKind.FOLLOWS, **said, changes=changes)
        except FormInvalid as error:
            log.warning("no_case_follows", case=closed.number, reason=error.message)
            return None
        self._keep(tx, number, entry)
        return Received(number=number, taken=True, opened=True)

    def _keep(self, tx: Transaction, number: str, entry: Entry) -> None:
        """For this case others wait, so an id that came at the same time came for another one."""
        if not conversation.append(tx, self._context.vault, number, entry):
            raise MessageIdUsedOtherwise(number)

    def _go_on(self, tx: Transaction, case: Case, message_id: str) -> None:
        data = {"message_id": message_id}
        command = CorrelateMessage(name="customer-replied", correlation_key=case.number, by=CUSTOMER, data=data)
        self._engine.correlate(tx, command)
        responses.customer_wrote(tx, self._context, case.number)

    def _tell_owner(self, tx: Transaction, case: Case, key: str) -> None:
        if case.owner:
            dossier = self._announcer.dossier(tx, case.number)
            given = self._announcer.variables(dossier)
            self._announcer.tell_staff(tx, dossier, dossier.staff(OWNER), "customer_message", given, key=key)


def _goes_on_in(tx: Transaction, number: str) -> str:
    """The case that takes now what is written to this one; nothing is locked."""
    while True:
        number = where_to(number, links.merges_from(tx, number))
        following = None if cases.case(tx, number).open else links.newest_following(tx, number)
        if following is None:
            return number
        number = following
