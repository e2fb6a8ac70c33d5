"""The log of deliveries as people see it, and what they do about what failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from desk.context import DeskContext
from desk.errors import DeliveryNotFound
from desk.notification.coming_back import ComingBack
from desk.notification.outages import rests
from desk.notification.patience import LONGEST_PAUSE
from desk.rights import readable, require_lead
from desk.store import cases, deliveries, people
from desk.store.deliveries import Delivery, DeliveryState, Overdue
from engine.db.database import tried_again
from engine.ports import Transaction

PAGE = 50
TROUBLE = (DeliveryState.FAILED, DeliveryState.BOUNCED)
RETRIED = (DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.WAITING)
MOST_OF_A_CASE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """A part of the log, and how many entries there are in all."""

    deliveries: list[Delivery]
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    """A channel whose messages wait though they should have left: tried in vain, or never tried, as by a channel that is gone.

    `rests`: it failed so often in a row that it is left alone for a while. `tried_by` is when one of them is tried again at the
    latest; None when that is past, so that nobody seems to try.
    """

    channel: str
    waiting: int
    since: datetime
    rests: bool
    tried_by: datetime | None


class Deliveries:
    """What left the house, what waits and what failed."""

    def __init__(self, context: DeskContext, coming_back: ComingBack) -> None:
        self._context = context
        self._db = context.engine.db
        self._coming_back = coming_back

    def page(
        self, *, by: str, channel: str | None = None, state: str | None = None, case_number: str | None = None, page: int = 1
    ) -> LogPage:
        """A page of the log, the latest first. Raises RightMissing unless `by` leads."""
        chosen = {"channel": channel, "state": state, "case_number": case_number}
        with self._db.reading() as tx:
            require_lead(people.agent(tx, by), "look at the log of deliveries")
            found = deliveries.page(tx, self._context.vault, **chosen, offset=(page - 1) * PAGE, limit=PAGE)
            return LogPage(deliveries=found, total=deliveries.count(tx, **chosen))

    def stuck(self, *, by: str) -> list[Stuck]:
        """The channels that fail just now. Raises RightMissing unless `by` leads."""
        with self._db.reading() as tx:
            found, now = self._overdue(tx, by), self._context.now()
            return [
                Stuck(channel=name, waiting=one.waiting, since=one.since, rests=rests(tx, name), tried_by=_tried_by(one, now))
                for name, one in sorted(found.items())
            ]

    def failing(self, *, by: str) -> int:
        """How many channels fail just now, for the navigation. Raises RightMissing unless `by` leads."""
        with self._db.reading() as tx:
            return len(self._overdue(tx, by))

    def _overdue(self, tx: Transaction, by: str) -> dict[str, Overdue]:
        require_lead(people.agent(tx, by), "look at the log of deliveries")
        return deliveries.overdue(tx, self._context.now())

    def of_case(self, number: str, *, viewer: str) -> list[Delivery]:
        """What was sent for a case. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return deliveries.of_case(tx, self._context.vault, number, limit=MOST_OF_A_CASE)

    def trouble_of(self, number: str, *, viewer: str) -> list[Delivery]:
        """What couldn't be delivered for a case. Raises CaseNotFound."""
        with self._db.reading() as tx:
            cases.case(tx, number, readable=readable(people.agent(tx, viewer)))
            return deliveries.of_case(tx, self._context.vault, number, limit=MOST_OF_A_CASE, states=TROUBLE)

    @tried_again
    def retry(self, reference: str, *, by: str) -> None:
        """Send a message again that failed, or one that waits at once. Raises DeliveryNotFound, RightMissing."""
        with self._db.transaction() as tx:
            require_lead(people.agent(tx, by), "send a message again")
            found = deliveries.one(tx, self._context.vault, reference=reference)
            if found is None or found[0].state not in RETRIED or not found[1].subject:
                raise DeliveryNotFound(reference)
            delivery, now = found[0], self._context.now()
            if delivery.state is DeliveryState.WAITING:
                deliveries.hasten(tx, delivery.idempotency_key, now)
            else:
                again = {"detail": delivery.detail, "at": now, "not_before": now}
                deliveries.settle(tx, self._context.vault, delivery.idempotency_key, DeliveryState.WAITING, **again)

    @tried_again
    def bounced(self, notification: bytes) -> bool:
        """Take a mail server's notification that a mail couldn't be delivered (RFC 3464); False when it is about none of ours."""
        about = _original(notification)
        with self._db.transaction() as tx:
            found = deliveries.one(tx, self._context.vault, reference=about) if about else None
            if found is None or found[0].state is not DeliveryState.SENT:
                return False
            delivery, message = found
            reason = "The mail server reported that it couldn't be delivered."
            now, vault = self._context.now(), self._context.vault
            deliveries.settle(tx, vault, delivery.idempotency_key, DeliveryState.BOUNCED, detail=reason, at=now)
            self._coming_back.came_back(tx, delivery, message, reason)
            return True


def _tried_by(one: Overdue, now: datetime) -> datetime | None:
    """A message waits for its own next try and for the end of its channel's rest, whichever is later."""
    by = one.first_at if one.tried_at is None else max(one.first_at, one.tried_at + LONGEST_PAUSE)
    return by if by > now else None


def _original(notification: bytes) -> str | None:
    """The reference in the Message-ID of the mail that a failed delivery status (RFC 3464) is about."""
    report = message_from_bytes(notification, policy=policy.default)
    parts = list(report.walk())
    failed = any(
        str(block.get("Action", "")).strip().lower() == "failed"
        for part in parts
        if part.get_content_type() == "message/delivery-status"
        for block in part.iter_parts()
    )
    if not failed:
        return None
    for part in parts[1:]:
        headers = _headers(part)
        if headers is not None and headers.get("Message-ID"):
            return str(headers["Message-ID"]).strip().strip("<>").partition("@")[0]
    return None


def _headers(part: EmailMessage) -> EmailMessage | None:
    """The headers of the returned mail, whole (message/rfc822) or alone (text/rfc822-headers)."""
    if part.get_content_type() == "message/rfc822":
        return next(iter(part.iter_parts()), None)
    if part.get_content_type() == "text/rfc822-headers":
        return message_from_bytes(part.get_content().encode(), policy=policy.default)
    return None
