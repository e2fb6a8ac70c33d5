"""Merging cases: one goes on for both, the other ends and says where to (E38)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from desk.casetasks import instance_of, require_unchanged, tasks_of
from desk.casework.merge_rules import Merge, MergedCase, check_merge, merge
from desk.clocks import evaluate
from desk.clocks.names import NEXT_RESPONSE
from desk.clocks.responding import Contact
from desk.context import DeskContext
from desk.errors import CaseClosed, MergeRefused, RightMissing
from desk.limits import clockchanges
from desk.limits.clockbook import ClockBook
from desk.limits.promises import Promise
from desk.limits.responses import question, time_answer
from desk.model import RESPONSES, Agent, Case, CaseState, EntryKind, Verdict
from desk.notification.announcing import Announcer
from desk.notification.dossier import OWNER
from desk.rights import readable, require_owner_or_lead
from desk.store import assignments, cases, clocks, conversation, links, people, promises, surveys
from desk.store.links import Link, LinkKind
from desk.texts import require_reason
from engine.commands import CancelInstance
from engine.db.database import tried_again
from engine.model import OPEN_INSTANCES
from engine.ports import Transaction

MOST_CANDIDATES = 20
TEMPLATE = "merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedDue:
    """A clock of the case that stays: when it is due now (None: it waits, or begins by it), and after the merge. `answered`: it
    stops by it.
    """

    clock: str
    before: datetime | None
    after: datetime | None
    answered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePreview:
    """What a merge would do. `messages` and `promises` move along, `tasks` of the case that goes are withdrawn; `others`: two
    customers.
    """

    staying: Case
    going: Case
    received_at: datetime
    first_response_at: datetime | None
    moved: tuple[MovedDue, ...]
    messages: int
    tasks: tuple[str, ...]
    others: bool
    promises: tuple[Promise, ...]


class Merging:
    """Each method is one use case in one transaction. A merge can't be undone; a part can be split off again."""

    def __init__(self, context: DeskContext, announcer: Announcer) -> None:
        self._context = context
        self._engine = context.engine
        self._db = context.engine.db
        self._announcer = announcer

    def candidates(self, number: str, *, viewer: str) -> list[Case]:
        """The same customer's other cases on which work goes on, newest first, at most MOST_CANDIDATES. Raises CaseNotFound."""
        with self._db.reading() as tx:
            may_read = readable(people.agent(tx, viewer))
            return cases.open_of_customer(tx, cases.case(tx, number, readable=may_read), may_read, MOST_CANDIDATES)

    def preview(self, going: str, into: str, *, viewer: str) -> MergePreview:
        """What merging one case into another would do now. Raises what `merge` raises, but for the reason."""
        with self._db.reading() as tx:
            goes, stays = self._checked(tx, going, into, people.agent(tx, viewer))
            merged, now = self._merged(tx, stays, goes, viewer), self._context.now()
            book, moved = clockchanges.book_of(tx, self._context, into), []
            for (round, name), events in merged.staying.items():
                before = evaluate(book.events(round, name), self._context.calendars_in(tx), now)
                after = evaluate([*book.events(round, name), *events], self._context.calendars_in(tx), now)
                moved.append(MovedDue(clock=name, before=before.due_at, after=after.due_at, answered=after.over))
            if merged.asked is not None:
                asked = evaluate([question(merged.asked.at, merged.asked.target, now)], self._context.calendars_in(tx), now)
                moved.append(MovedDue(clock=NEXT_RESPONSE, before=None, after=asked.due_at, answered=False))
            kept = promises.of_case(tx, self._context.vault, going)
            return MergePreview(
                staying=stays,
                going=goes,
                received_at=merged.received_at,
                first_response_at=merged.first_response_at,
                moved=tuple(moved),
                messages=conversation.count(tx, going),
                tasks=tuple(task.name for task in tasks_of(tx, going)),
                others=stays.customer_id != goes.customer_id,
                promises=tuple(one.promise for one in kept if one.promise.stands),
            )

    @tried_again
    def merge(
        self, going: str, into: str, *, by: str, reason: str, revision: int | None = None, into_revision: int | None = None
    ) -> Case:
        """Let the case `into` go on for both: it keeps the earlier receipt, the earlier answer and what was said in both. The
        case that goes ends, counts in no statistics, and what is written to it later goes to the other one.

        For who owns both, and supervisors; only they merge cases of different customers, and one that missed a limit, which then
        counts no more. `revision` is that of the case that goes, `into_revision` of the one that stays. Raises CaseNotFound,
        CaseClosed, RightMissing, MergeRefused, StaleRevision, AnswersInvalid without a reason.
        """
        require_reason(reason)
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            self._checked(tx, going, into, agent)
            for instance_id in sorted(instance_of(tx, number).id for number in (going, into)):
                self._engine.lock(tx, instance_id)
            goes, stays = self._checked(tx, going, into, agent)
            for case, read in ((goes, revision), (stays, into_revision)):
                require_unchanged(case, read)
            link = Link(number=going, kind=LinkKind.MERGED, other=into, at=self._context.now(), by=by, reason=reason.strip())
            self._go_on(tx, stays, goes, self._merged(tx, stays, goes, by), by)
            assignments.keep_from(tx, into, assignments.kept_from(tx, going), team=stays.team)
            if into in assignments.in_line(tx, (into,)):
                assignments.change(tx, into, look_again_at=self._context.now())
            self._end(tx, goes, link)
            links.add(tx, self._context.vault, link)
            for number in (into, going):
                self._tell(tx, number, link)
            return cases.case(tx, into)

    def _checked(self, tx: Transaction, going: str, into: str, agent: Agent) -> tuple[Case, Case]:
        """The case that goes and the one that stays, if this agent may merge them."""
        may_read = readable(agent)
        goes, stays = (cases.case(tx, number, readable=may_read) for number in (going, into))
        check_merge(into, going, links.merges_from(tx, going) | links.merges_from(tx, into))
        for case in (goes, stays):
            if not case.open:
                raise CaseClosed(case.number)
            require_owner_or_lead(agent, case, "merge it")
        if stays.state is CaseState.RESOLVED:
            raise MergeRefused(going, f"can't be merged into {into}, which is solved already")
        if goes.process_key != stays.process_key:
            raise MergeRefused(going, f"runs on another process than {into}")
        if goes.customer_id != stays.customer_id and not agent.leads:
            raise MergeRefused(going, f"is another customer's than {into}, which only supervisors merge")
        if not agent.leads and self._has_missed(tx, going):
            raise RightMissing(agent.login, f"merge {going}, which missed a limit", "a supervisor")
        if stays.owner in assignments.kept_from(tx, going) and into not in assignments.in_line(tx, (into,)):
            raise MergeRefused(going, f"is kept from {stays.owner}, who has {into} as long as nobody else gets it")
        return goes, stays

    def _has_missed(self, tx: Transaction, number: str) -> bool:
        now = self._context.now()
        return any(row.verdict_at(now) is Verdict.BREACHED for row in clocks.of_cases(tx, [number]))

    def _merged(self, tx: Transaction, stays: Case, goes: Case, by: str) -> Merge:
        now = self._context.now()
        return merge(self._brought(tx, stays), self._brought(tx, goes), self._context.calendars_in(tx), by=by, now=now)

    def _brought(self, tx: Transaction, case: Case) -> MergedCase:
        book = clockchanges.book_of(tx, self._context, case.number)
        said = conversation.contacts(tx, case.number, _CONTACTS)
        contacts = [Contact(at=at, from_customer=kind is EntryKind.CUSTOMER) for kind, at in said]
        if case.first_response_at is not None:
            # noted work answers too
            contacts.append(Contact(at=case.first_response_at, from_customer=False))
        clocks = {where: book.events(*where) for where in book.all_clocks()}
        return MergedCase(number=case.number, received_at=case.received_at, contacts=tuple(contacts), clocks=clocks)

    def _go_on(self, tx: Transaction, stays: Case, goes: Case, merged: Merge, by: str) -> None:
        def alter(book: ClockBook) -> None:
            promises.move_open(tx, goes.number, stays.number)
            for (round, name), events in merged.staying.items():
                book.add(round, name, events)
            if merged.asked is not None:
                now = self._context.now()
                time_answer(book, stays.round, question(merged.asked.at, merged.asked.target, now))

        clockchanges.change(tx, self._context, stays.number, alter, by=by, reason=_REASON)
        found = {"received_at": merged.received_at, "first_response_at": merged.first_response_at}
        case = cases.case(tx, stays.number)
        changed: Mapping[str, datetime | None] = {name: at for name, at in found.items() if getattr(case, name) != at}
        if changed:
            cases.save(tx, case, **changed)

    def _end(self, tx: Transaction, goes: Case, link: Link) -> None:
        """Stop its process, after its clocks: these say why they count no more."""
        number, now = goes.number, link.at
        merged = self._merged(tx, goes, goes, link.by)

        def alter(book: ClockBook) -> None:
            for (round, name), events in merged.going.items():
                book.add(round, name, events)

        clockchanges.change(tx, self._context, number, alter, by=link.by, reason=_REASON)
        surveys.withdraw(tx, number, now)
        instance = instance_of(tx, number)
        if instance.state in OPEN_INSTANCES:
            said = f"merged into {link.other}: {link.reason}"
            self._engine.cancel(tx, CancelInstance(instance_id=instance.id, by=link.by, reason=said))

    def _tell(self, tx: Transaction, number: str, link: Link) -> None:
        """Tell the owner, unless they did it themselves."""
        dossier = self._announcer.dossier(tx, number)
        staff = [one for one in dossier.staff(OWNER) if dossier.case.owner and one.login != link.by]
        given = {**self._announcer.variables(dossier), "going": link.number, "into": link.other, "reason": link.reason}
        self._announcer.tell_staff(tx, dossier, staff, TEMPLATE, given, key=f"merged:{link.number}:{number}")


_REASON = "merged"
_CONTACTS = frozenset({EntryKind.CUSTOMER, *RESPONSES})
