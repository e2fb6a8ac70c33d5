"""Tokens that begin to wait for a message: one that was buffered is taken at once, the others are found by correlation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from numbers import Number
from typing import Any

from bpmn.diagram import Node
from engine.db import messages, queries
from engine.errors import ExpressionFailed
from engine.history import MessageAwaited, MessageCorrelated
from engine.ledger import Ledger
from engine.model import BufferedMessage, SubscriptionKind
from engine.spiff import TokenFlow

LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A token that waits for the message `name` with `key`."""

    node: Node
    token_id: str
    name: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What a message brings to its token. `published_at` is set for one that was there before."""

    name: str
    data: Mapping[str, Any]
    by: str
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A message that was there before its token."""

    node: Node
    token_id: str
    key: str
    delivery: Delivery


class Awaiting:
    """The waits that began in this transaction.

    A message that was published after the instant at which its token began to wait (a worker came late upon a timer) is
    taken at the instant of its publishing: a timer that was due before that comes first. `subscribed` are the tokens that
    correlation finds.
    """

    def __init__(self, ledger: Ledger, subscribed: set[str]) -> None:
        self._ledger = ledger
        self._subscribed = subscribed
        self._begun: list[Wait] = []
        self._later: list[tuple[datetime, Wait]] = []

    def begin(self, node: Node, token_id: str) -> None:
        """A token waits for a message; without a correlation key of its own, for one with the business key.

        A key that its expression doesn't give is an incident.
        """
        ledger, event = self._ledger, node.event
        name = (event.message_name if event else None) or node.id
        try:
            key = self._key(node, token_id)
        except ExpressionFailed as error:
            ledger.raise_incident(node.id, token_id, error.message)
            return
        self._begun.append(Wait(node=node, token_id=token_id, name=name, key=key))
        ledger.record(
            MessageAwaited(at=ledger.at, activity_id=node.id, token_id=token_id, message_name=name, correlation_key=key)
        )

    def _key(self, node: Node, token_id: str) -> str:
        ledger, text = self._ledger, node.event.correlation_key if node.event else None
        if not text:
            return ledger.instance.business_key
        value = ledger.definition.value(node.id, text, ledger.seen_by(token_id), ledger.at)
        if isinstance(value, bool) or not isinstance(value, str | Number):
            raise ExpressionFailed(node.id, text, f"gives {value!r}, neither a text nor a number")
        if len(str(value)) > LONGEST_KEY:
            raise ExpressionFailed(node.id, text, f"gives a key longer than {LONGEST_KEY} characters")
        return str(value)

    def retry(self, node: Node, token_id: str) -> None:
        """Begin to wait after somebody repaired the variables of the key; a token that waits already goes on waiting."""
        if token_id not in self._subscribed:
            self.begin(node, token_id)

    def wait_on(self, taken: Taken) -> None:
        """Let a token that couldn't take its message over wait for another one."""
        wait = Wait(node=taken.node, token_id=taken.token_id, name=taken.delivery.name, key=taken.key)
        self._subscribe(wait)

    def look_again(self) -> None:
        """Let the tokens that wait already take what was buffered while their instance was suspended, each at its instant."""
        ledger = self._ledger
        for each in queries.subscriptions(ledger.tx, instance_id=ledger.instance.id):
            name, key = each.message_name, each.correlation_key
            if each.kind is not SubscriptionKind.MESSAGE:
                continue
            message = messages.first_buffered(ledger.tx, name, key, ledger.now)
            if message is not None:
                messages.delete_subscription(ledger.tx, each.instance_id, each.token_id)
                wait = Wait(node=ledger.definition.node(each.activity_id), token_id=each.token_id, name=name, key=key)
                self._later.append((message.published_at, wait))

    def next_taken(self, flow: TokenFlow) -> Taken | None:
        """Take the next message that was buffered for a token that began to wait; None when there is none (any more).

        From then on correlation finds the tokens that got none.
        """
        ledger = self._ledger
        while self._begun:
            wait = self._begun.pop(0)
            if all(entry.token_id != wait.token_id for entry in flow.waiting()):
                continue
            messages.keep_publishers_out(ledger.tx, wait.name, wait.key)
            message = messages.first_buffered(ledger.tx, wait.name, wait.key, ledger.at)
            if message is None:
                self._subscribe(wait)
            elif ledger.at < min(message.published_at, ledger.now):
                self._later.append((message.published_at, wait))
            else:
                return self._take(wait, message)
        return None

    def _take(self, wait: Wait, message: BufferedMessage) -> Taken:
        data = messages.take_buffered(self._ledger.tx, self._ledger.vault, message)
        delivery = Delivery(name=wait.name, data=data, by=message.by, published_at=message.published_at)
        return Taken(node=wait.node, token_id=wait.token_id, key=wait.key, delivery=delivery)

    def note(self, node: Node, token_id: str, message: Delivery) -> None:
        """Record that a token took a message."""
        correlated = MessageCorrelated(
            at=self._ledger.at,
            by=message.by,
            activity_id=node.id,
            token_id=token_id,
            message_name=message.name,
            data=dict(message.data),
            published_at=message.published_at,
        )
        self._ledger.record(correlated)

    def go_on_before(self, due_at: datetime | None) -> bool:
        """Set the ledger's time to the publishing of the next message to take, if no timer is due before it; else False."""
        published_at = min((instant for instant, _ in self._later), default=None)
        if published_at is None or (due_at is not None and due_at <= published_at):
            return False
        self._ledger.at = min(published_at, self._ledger.now)
        self._begun += [wait for instant, wait in self._later if instant == published_at]
        self._later = [entry for entry in self._later if entry[0] != published_at]
        return True

    def _subscribe(self, wait: Wait) -> None:
        self._subscribed.add(wait.token_id)
        messages.insert_subscription(
            self._ledger.tx,
            instance_id=self._ledger.instance.id,
            token_id=wait.token_id,
            activity_id=wait.node.id,
            kind=SubscriptionKind.MESSAGE,
            message_name=wait.name,
            correlation_key=wait.key,
        )
