"""Splitting a case: what a customer wrote in one case is a matter of its own (E39)."""

from __future__ import annotations

from desk.casetasks import instance_of
from desk.casework.openings import opened_before, remember
from desk.casework.successors import Successors
from desk.context import DeskContext
from desk.errors import AnswersInvalid, MessageNotFound
from desk.model import CaseType, EntryKind
from desk.rights import readable, require_owner_or_lead
from desk.store import cases, conversation, links, people
from desk.store.conversation import Entry
from desk.store.links import LinkKind
from desk.texts import require_short_reason
from desk.wordings import NO_CHOICE
from engine.db.database import tried_again
from engine.ports import Transaction

HOW = "split"


class Splitting:
    """One use case in one transaction."""

    def __init__(self, context: DeskContext, successors: Successors) -> None:
        self._context = context
        self._db = context.engine.db
        self._successors = successors

    @tried_again
    def split(
        self, number: str, entry_id: int, *, by: str, type: str | None = None, reason: str = "", request_id: str | None = None
    ) -> str:
        """Open a case for a customer's message of this case; its number. Its limits count from that message, and no answer is
        given yet; the message stays where it is too. `type` is that of the new matter, by default the same.

        For the owner and supervisors; once per `request_id`, which holds for this order alone. Raises CaseNotFound,
        MessageNotFound, RightMissing, AnswersInvalid, FormInvalid, KeyUsedOtherwise, RequestSentTwice.
        """
        _check(type, reason)
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            cases.case(tx, number, readable=readable(agent))
            # whoever orders the same a second time waits here for the first order, whoever gives the case away is done
            self._context.engine.lock(tx, instance_of(tx, number).id)
            case = cases.case(tx, number, readable=readable(agent))
            require_owner_or_lead(agent, case, "split it")
            asked = [number, entry_id, type, reason.strip()]
            if (known := opened_before(tx, HOW, request_id, asked)) is not None:
                return known
            said = self._message(tx, number, entry_id)
            changes = {"type": type} if type else {}
            told = {"text": said.text, "received_at": said.at, "by": by, "reason": reason.strip()}
            split_off = self._successors.open(tx, case, LinkKind.SPLIT_OFF, **told, changes=changes)
            copied = Entry(kind=said.kind, at=said.at, by=said.by, text=said.text)
            conversation.append(tx, self._context.vault, split_off, copied)
            remember(tx, HOW, request_id, split_off, asked, self._context.now())
            return split_off

    def _message(self, tx: Transaction, number: str, entry_id: int) -> Entry:
        """A message of the customer in the case, or in one that was merged into it."""
        entry = conversation.one(tx, self._context.vault, (number, *links.merged_into(tx, number)), entry_id)
        if entry is None or entry.kind is not EntryKind.CUSTOMER:
            raise MessageNotFound(number, entry_id)
        return entry


def _check(type: str | None, reason: str) -> None:
    if type is not None and type not in list(CaseType):
        raise AnswersInvalid({"type": NO_CHOICE})
    require_short_reason(reason)
