"""What follows when a message can't be delivered: another way, and somebody who learns of it, once."""

from __future__ import annotations

from dataclasses import replace

from desk.context import DeskContext
from desk.masking import mask_contact
from desk.model import Agent
from desk.notification.announcing import CUSTOMERS_KEY, PERSONS_KEY, Announcer
from desk.notification.channel_book import ChannelBook
from desk.notification.ports import Message, Way
from desk.store import deliveries, people
from desk.store.deliveries import Delivery, NewDelivery
from engine.ports import Transaction

UNDELIVERABLE = "undeliverable"


class ComingBack:
    """Decides the next way for what came back."""

    def __init__(self, context: DeskContext, book: ChannelBook, announcer: Announcer) -> None:
        self._context = context
        self._book = book
        self._announcer = announcer

    def came_back(self, tx: Transaction, delivery: Delivery, message: Message, reason: str) -> None:
        """The customer is told by the case's owner; one of us by mail for a chat message, and that the address is wrong."""
        key, number = delivery.idempotency_key, delivery.case_number
        if number and key.endswith(CUSTOMERS_KEY):
            dossier = self._announcer.dossier(tx, number)
            given = {**self._announcer.variables(dossier), "message": message.text}
            self._announcer.ask_owner(tx, dossier, given, key=key.removesuffix(CUSTOMERS_KEY) + PERSONS_KEY)
        elif delivery.login:
            agent = people.agent(tx, delivery.login)
            self._by_mail_instead(tx, agent, delivery, message)
            self._tell_of_it(tx, agent, delivery, message, reason)

    def _by_mail_instead(self, tx: Transaction, agent: Agent, delivery: Delivery, message: Message) -> None:
        """A mail for a chat message, unless one was promised beside it anyway."""
        channel, mail = self._book.channel(delivery.channel), self._book.first(Way.MAIL)
        if channel is None or channel.way is not Way.IM or mail is None or not agent.email:
            return
        key, now = delivery.idempotency_key.removesuffix(":im"), self._context.now()
        new = NewDelivery(
            idempotency_key=key if key != delivery.idempotency_key else f"{key}:mail",
            channel=mail,
            message=replace(message, to=agent.email),
            not_before=now,
            login=agent.login,
        )
        deliveries.promise(tx, self._context.vault, new, now)

    def _tell_of_it(self, tx: Transaction, agent: Agent, delivery: Delivery, message: Message, reason: str) -> None:
        given = {
            "number": delivery.case_number,
            "link": message.variables.get("link"),
            "subject": message.subject,
            "address": f"{delivery.channel}: {mask_contact(delivery.recipient)}",
            "reason": reason,
        }
        self._announcer.tell_in_app(tx, agent, UNDELIVERABLE, given, key=f"undeliverable:{delivery.idempotency_key}")
