"""Brings messages to people: a notice in the app for us, a mail for who has an address, a person's call for who has none.

Everything here may be asked for twice with the same key and happens once; only a mail whose answer was lost goes out again,
with the same Message-ID.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from desk.model import Agent
from desk.notices import BY_PERSON, Notices
from desk.store.notices import Delivery, NewNotice
from engine.ports import Clock
from handlers.dossier import OWNER, Dossier
from handlers.mail import Letter, Mailer, MailRefused, MailUnavailable
from handlers.templates import Written, write

SENT, FAILED = "sent", "failed"


class Sender(Protocol):
    """What sends mail: handlers.mail.Mailer, in tests handlers.testing.NotedMail."""

    def send(self, letter: Letter) -> str: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The ways to people. Without a `mailer` nothing leaves the house."""

    notices: Notices
    mailer: Sender | None
    clock: Clock
    base_url: str
    zone: ZoneInfo

    def variables(self, dossier: Dossier) -> dict[str, Any]:
        """What templates may say about the case."""
        return dossier.variables(base_url=self.base_url, zone=self.zone)

    def tell_staff(self, agents: Iterable[Agent], template: str, given: Mapping[str, Any], *, key: str) -> None:
        """Give each a notice in their language, and a mail without the customer's words to who has an address.

        Raises Invalid for a missing variable, MailUnavailable when a mail has to wait; a refused address is logged only.
        """
        waiting: MailUnavailable | None = None
        for agent in agents:
            written = write(template, given, agent.language)
            number, own_key = str(given["number"]), f"{key}:{agent.login}"
            notice = NewNotice(
                login=agent.login,
                template=template,
                subject=written.subject,
                body=written.whole,
                idempotency_key=own_key,
                case_number=number,
            )
            self.notices.add(notice)
            if not agent.email:
                continue
            try:
                self._mail(agent.email, written, template=template, number=number, key=own_key)
            except MailUnavailable as error:
                waiting = error
        if waiting is not None:
            raise waiting

    def tell_customer(self, dossier: Dossier, template: str, given: Mapping[str, Any], *, key: str, language: str) -> str:
        """Mail the customer, or ask the owner to tell them; which of the two: "mail" or "person".

        Raises Invalid for a missing variable, MailUnavailable when the mail has to wait.
        """
        written, contact = write(template, given, language), dossier.matter.contact
        number = dossier.case.number
        if "@" in contact and self._mail(contact, written, template=template, number=number, key=f"{key}:customer"):
            return "mail"
        self.tell_staff(dossier.staff(OWNER), BY_PERSON, {**given, "message": written.text}, key=f"{key}:person")
        return "person"

    def _mail(self, to: str, written: Written, *, template: str, number: str, key: str) -> bool:
        """Mail once per key and log what became of it. False when no mail can go there; raises MailUnavailable."""
        if self.mailer is None:
            return False
        before = self.notices.delivery(key)
        if before is not None and before.state == SENT:
            return True
        letter = Letter(to=to, subject=written.subject, text=written.text, key=key, at=self.clock.now())
        try:
            said = self.mailer.send(letter)
        except (MailRefused, MailUnavailable) as error:
            self._log(letter, template, number, state=FAILED, detail=error.message)
            if isinstance(error, MailUnavailable):
                raise
            return False
        self._log(letter, template, number, state=SENT, detail=said)
        return True

    def _log(self, letter: Letter, template: str, number: str, *, state: str, detail: str) -> None:
        self.notices.record_delivery(
            Delivery(
                idempotency_key=letter.key,
                case_number=number,
                channel="email",
                recipient=letter.to,
                template=template,
                state=state,
                detail=detail,
                at=letter.at,
            )
        )


def make_post(services: Any) -> Post:
    """The product's post, with mail when a mail server is set."""
    settings, context = services.settings, services.desk.context
    mailer = Mailer.from_url(settings.smtp_url, sender=settings.mail_from) if settings.smtp_url else None
    return Post(
        notices=services.desk.notices,
        mailer=mailer,
        clock=services.clock,
        base_url=settings.base_url.rstrip("/"),
        zone=context.zone,
    )
