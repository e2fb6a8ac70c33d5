"""Who wants what: a person's own preferences, and the language of a customer."""

from __future__ import annotations

from desk.context import DeskContext
from desk.errors import AnswersInvalid, LanguageChanged
from desk.model import Agent, Case
from desk.notification.channel_book import ChannelBook
from desk.notification.kinds import KINDS
from desk.notification.ports import Way
from desk.notification.preferences import WAYS, Preferences, When
from desk.notification.templates import LANGUAGES
from desk.rights import readable, require_owner_or_lead
from desk.store import cases, customers, people, preferences
from desk.wordings import NO_CHANNEL, NO_CHOICE, REQUIRED, TOO_LONG_ADDRESS
from engine.db.database import tried_again
from engine.ports import Transaction

LONGEST_ADDRESS = 100


class Choosing:
    """Everybody chooses for themselves, and only for themselves; for a customer whoever looks after their case."""

    def __init__(self, context: DeskContext, book: ChannelBook) -> None:
        self._context = context
        self._db = context.engine.db
        self._book = book

    def of(self, login: str) -> Preferences:
        """A person's preferences, or what holds for who never chose."""
        with self._db.reading() as tx:
            return preferences.of_people(tx, self._context.vault, [login]).get(login, Preferences())

    def chat_channels(self) -> list[str]:
        """The names of the chat channels among which a person may choose."""
        return self._book.of_way(Way.IM)

    @tried_again
    def choose(self, login: str, chosen: Preferences, *, language: str | None = None) -> None:
        """Keep what a person wants, and the language in which they read (None: as it is); `chosen.revision` is what they read.
        Raises AnswersInvalid, StaleRevision, AgentNotFound.
        """
        self._check(chosen, language)
        with self._db.transaction() as tx:
            _keep_language(tx, people.agent(tx, login), language)
            preferences.keep(tx, self._context.vault, login, chosen, self._context.now())

    @tried_again
    def choose_language(self, login: str, language: str) -> None:
        """From now on a person's pages, notices and mails are in a language, wherever they sign in.

        Raises AgentNotFound, AnswersInvalid for a language that we don't write.
        """
        if language not in LANGUAGES:
            raise AnswersInvalid({"language": NO_CHOICE})
        with self._db.transaction() as tx:
            _keep_language(tx, people.agent(tx, login), language)

    def customers_language(self, number: str, *, viewer: str) -> str:
        """In which language the customer of a case is written to. Raises CaseNotFound."""
        with self._db.reading() as tx:
            case = cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return self._language_of(tx, case)

    def way_to_customer(self, number: str, *, viewer: str) -> Way | None:
        """By which way what we write reaches the customer of a case; None: a person has to tell them. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            found = self._book.to_customer(cases.matters(tx, self._context.vault, [number])[number].contact)
            return found[0] if found else None

    @tried_again
    def write_to_customer_in(self, number: str, language: str, *, by: str, read: str | None = None) -> None:
        """From now on write to the customer of a case in a language, in all their cases. For the owner and supervisors.

        `read` is the language in which they were written to when it was looked at: it is the customer's, no revision of a case
        changes with it. Raises CaseNotFound, RightMissing, LanguageChanged, AnswersInvalid for a language that we don't write.
        """
        if language not in LANGUAGES:
            raise AnswersInvalid({"language": NO_CHOICE})
        with self._db.transaction() as tx:
            agent = people.agent(tx, by)
            case = cases.case(tx, number, readable=readable(agent))
            require_owner_or_lead(agent, case, "choose the customer's language")
            current = self._language_of(tx, case, lock=True)
            if read not in (None, current) and language != current:
                raise LanguageChanged(number, current=current)
            customers.save_profile(tx, case.customer_id, language=language)

    def _language_of(self, tx: Transaction, case: Case, *, lock: bool = False) -> str:
        return customers.language(tx, case.customer_id, lock=lock) or self._context.settings.language

    def _check(self, chosen: Preferences, language: str | None) -> None:
        errors = {} if language is None or language in LANGUAGES else {"language": NO_CHOICE}
        for kind, ways in chosen.choices.items():
            if kind not in KINDS or not set(ways) <= set(WAYS) or not set(ways.values()) <= set(When):
                errors[kind] = NO_CHOICE
        if chosen.im and chosen.im not in self._book.of_way(Way.IM):
            errors["im"] = NO_CHANNEL
        if chosen.im and not chosen.im_address.strip():
            errors["im_address"] = REQUIRED
        if len(chosen.im_address) > LONGEST_ADDRESS or not (chosen.im_address or "x").isprintable():
            errors["im_address"] = TOO_LONG_ADDRESS
        if errors:
            raise AnswersInvalid(errors)


def _keep_language(tx: Transaction, agent: Agent, language: str | None) -> None:
    if language is not None and language != agent.language:
        people.change_agent(tx, agent.login, agent.revision, language=language)
