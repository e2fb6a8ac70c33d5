"""One message in place of many: what gathered for a person by one channel."""

from __future__ import annotations

from desk.context import DeskContext
from desk.notification.ports import Message
from desk.notification.writing import written
from desk.store import deliveries
from desk.store.deliveries import Delivery, DeliveryState, NewDelivery
from engine.ports import Transaction

MOST = 100
TEMPLATE = "digest"


def gather(tx: Transaction, context: DeskContext) -> int:
    """Make the digest that is due longest; how many messages it holds. The same messages make the same digest, once."""
    now = context.now()
    gathered = deliveries.gatherable(tx, context.vault, now=now, limit=MOST)
    if not gathered:
        return 0
    first = gathered[0][0]
    key = f"digest:{first.reference}"
    new = NewDelivery(
        idempotency_key=key,
        channel=first.channel,
        message=_message(tx, gathered, context),
        not_before=now,
        login=first.login,
    )
    deliveries.promise(tx, context.vault, new, now)
    for delivery, _ in gathered:
        deliveries.settle(tx, context.vault, delivery.idempotency_key, DeliveryState.GATHERED, detail=key, at=now)
    return len(gathered)


def _message(tx: Transaction, gathered: list[tuple[Delivery, Message]], context: DeskContext) -> Message:
    newest = gathered[-1][1]
    listed = "\n".join(_line(message) for _, message in gathered)
    said = written(tx, TEMPLATE, {"count": len(gathered), "list": listed}, newest.language)
    return Message(
        to=newest.to,
        subject=said.subject,
        text=said.text,
        template=TEMPLATE,
        at=context.now(),
        language=said.language,
    )


def _line(message: Message) -> str:
    link = message.variables.get("link")
    return f"· {message.subject}\n  {link}" if link else f"· {message.subject}"
