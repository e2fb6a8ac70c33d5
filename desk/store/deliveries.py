"""What leaves the house, from the moment it is promised: it waits, is sent, fails. Works in the caller's transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from desk import tables
from desk.notification.ports import Message
from desk.store.sealing import seal, unseal
from desk.tables import CONTACT, DETAIL, NOTICE
from engine.ports import Transaction
from engine.vault import KeyRing

TABLE = tables.delivery
LATE = timedelta(minutes=10)
"""A message that waits so long after it might have left is overdue, tried or not."""


class DeliveryState(StrEnum):
    WAITING = "waiting"  # to be sent from `not_before` on
    GATHERED = "gathered"  # went out within a digest
    SENT = "sent"  # taken over by the other side
    FAILED = "failed"  # refused, or given up
    BOUNCED = "bounced"  # taken over, and came back


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message to one address by one channel. `detail` is the last word about it, `reference` what the other side may
    know it by, `login` who gets it if it is one of us, `created_at` None for what an older version sent.
    """

    idempotency_key: str
    case_number: str | None
    channel: str
    recipient: str = field(repr=False)
    template: str
    state: DeliveryState
    detail: str
    at: datetime
    attempts: int
    login: str | None = None
    created_at: datetime | None = None
    not_before: datetime | None = None
    in_digest: bool = False
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A message to be sent not before an instant. The same `idempotency_key` is promised once."""

    idempotency_key: str
    channel: str
    message: Message
    not_before: datetime
    in_digest: bool = False
    login: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overdue:
    """Messages of a channel that should have left: how many, since when the oldest waits, when the first may leave, and when
    one was tried last, None for never.
    """

    waiting: int
    since: datetime
    first_at: datetime
    tried_at: datetime | None


_PLAIN = (
    "idempotency_key",
    "case_number",
    "channel",
    "template",
    "at",
    "attempts",
    "login",
    "created_at",
    "not_before",
    "reference",
)


def reference_of(key: str) -> str:
    """What the other side knows of an idempotency key: the same key gives the same text, and nobody learns the key from it."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def promise(tx: Transaction, vault: KeyRing, new: NewDelivery, at: datetime) -> bool:
    """Keep a message to be sent; False when its key was promised before."""
    message = new.message
    said = {name: getattr(message, name) for name in ("subject", "text", "language")} | {"variables": dict(message.variables)}
    values = {
        "idempotency_key": new.idempotency_key,
        "case_number": message.case_number,
        "channel": new.channel,
        "recipient_sealed": seal(vault, message.to, CONTACT),
        "template": message.template,
        "state": DeliveryState.WAITING,
        "detail_sealed": seal(vault, "", DETAIL),
        "at": at,
        "attempts": 0,
        "login": new.login,
        "created_at": at,
        "not_before": new.not_before,
        "in_digest": new.in_digest,
        "reference": reference_of(new.idempotency_key),
        "message_sealed": seal(vault, json.dumps(said, ensure_ascii=False), NOTICE),
    }
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    query = dialect.insert(TABLE).values(**values).on_conflict_do_nothing(index_elements=[TABLE.c.idempotency_key])
    return tx.execute(query).rowcount == 1


def lease(
    tx: Transaction, vault: KeyRing, channel: str, *, now: datetime, until: datetime, limit: int
) -> list[tuple[Delivery, Message]]:
    """Take some messages of a channel that are due, the oldest first; nobody else gets them before `until`."""
    due = and_(*_due(now), TABLE.c.channel == channel, TABLE.c.in_digest.is_(False))
    rows = _taken(tx, due, limit)
    keys = [row.idempotency_key for row in rows]
    if keys:
        changed = {"lease_until": until, "attempts": TABLE.c.attempts + 1}
        tx.execute(update(TABLE).where(TABLE.c.idempotency_key.in_(keys)).values(**changed))
    return [(_delivery(vault, row, tried=1), message_of(vault, row)) for row in rows]


def any_due(tx: Transaction, *, now: datetime, channel: str | None, in_digest: bool) -> bool:
    """Whether a message of the channel (of any channel without one) waits to be sent now, or to be gathered now."""
    of_channel = () if channel is None else (TABLE.c.channel == channel,)
    where = (*_due(now), *of_channel, TABLE.c.in_digest.is_(in_digest))
    return tx.execute(select(TABLE.c.idempotency_key).where(*where).limit(1)).first() is not None


def _due(now: datetime) -> Sequence[ColumnElement[bool]]:
    free = or_(TABLE.c.lease_until.is_(None), TABLE.c.lease_until <= now)
    return TABLE.c.state == DeliveryState.WAITING, TABLE.c.not_before <= now, free


def _taken(tx: Transaction, where: ColumnElement[bool], limit: int) -> Sequence[Row]:
    query = select(TABLE).where(where).order_by(TABLE.c.not_before, TABLE.c.created_at, TABLE.c.idempotency_key).limit(limit)
    return tx.execute(query.with_for_update(skip_locked=True)).all()


def gatherable(tx: Transaction, vault: KeyRing, *, now: datetime, limit: int) -> list[tuple[Delivery, Message]]:
    """What is due within digests, those of one person and channel only: the oldest one's. Locked until the commit."""
    due = and_(*_due(now), TABLE.c.in_digest.is_(True))
    first = _taken(tx, due, 1)
    if not first:
        return []
    same = and_(due, TABLE.c.login == first[0].login, TABLE.c.channel == first[0].channel)
    return [(_delivery(vault, row), message_of(vault, row)) for row in _taken(tx, same, limit)]


def settle(
    tx: Transaction,
    vault: KeyRing,
    key: str,
    state: DeliveryState,
    *,
    detail: str,
    at: datetime,
    not_before: datetime | None = None,
    attempts: int | None = None,
    held_until: datetime | None = None,
) -> bool:
    """Write what became of a message; `attempts` None leaves them counted.

    With `held_until` only while the lease until then holds: False, and nothing written, when somebody else has the message.
    """
    values: dict[str, Any] = {"state": state, "detail_sealed": seal(vault, detail, DETAIL), "at": at, "lease_until": None}
    values |= {"not_before": not_before} if not_before else {}
    values |= {"attempts": attempts} if attempts is not None else {}
    where = (TABLE.c.idempotency_key == key, *([TABLE.c.lease_until == held_until] if held_until else []))
    return tx.execute(update(TABLE).where(*where).values(**values)).rowcount == 1


def hasten(tx: Transaction, key: str, at: datetime) -> None:
    """Let a message that waits be sent from an instant on; one that is being sent stays with who sends it."""
    where = (TABLE.c.idempotency_key == key, TABLE.c.state == DeliveryState.WAITING)
    tx.execute(update(TABLE).where(*where).values(not_before=at))


def one(
    tx: Transaction, vault: KeyRing, *, key: str | None = None, reference: str | None = None
) -> tuple[Delivery, Message] | None:
    """A delivery by its key or by its reference, locked against others who change it."""
    where = TABLE.c.idempotency_key == key if key is not None else TABLE.c.reference == reference
    row = tx.execute(select(TABLE).where(where).with_for_update()).first()
    return (_delivery(vault, row), message_of(vault, row)) if row else None


def page(
    tx: Transaction,
    vault: KeyRing,
    *,
    channel: str | None,
    state: str | None,
    case_number: str | None,
    offset: int,
    limit: int,
) -> list[Delivery]:
    """A part of the log, the latest first."""
    query = select(TABLE).where(*_chosen(channel, state, case_number)).order_by(TABLE.c.at.desc(), TABLE.c.idempotency_key)
    return [_delivery(vault, row) for row in tx.execute(query.offset(offset).limit(limit))]


def count(tx: Transaction, *, channel: str | None, state: str | None, case_number: str | None) -> int:
    """How long that log is."""
    return tx.execute(select(func.count()).select_from(TABLE).where(*_chosen(channel, state, case_number))).scalar_one()


def _chosen(channel: str | None, state: str | None, case_number: str | None) -> list[ColumnElement[bool]]:
    wanted = {"channel": channel, "state": state, "case_number": case_number}
    return [TABLE.c[name] == value for name, value in wanted.items() if value]


def of_case(tx: Transaction, vault: KeyRing, number: str, *, limit: int, states: Collection[str] = ()) -> list[Delivery]:
    """What was sent for a case, the oldest first."""
    query = select(TABLE).where(TABLE.c.case_number == number, *([TABLE.c.state.in_(states)] if states else []))
    return [_delivery(vault, row) for row in tx.execute(query.order_by(TABLE.c.at, TABLE.c.idempotency_key).limit(limit))]


def overdue(tx: Transaction, now: datetime) -> dict[str, Overdue]:
    """By channel, the messages that wait though they were tried in vain or should have left LATE ago."""
    tried_at = case((TABLE.c.attempts > 0, TABLE.c.at))
    sums = func.count(), func.min(TABLE.c.created_at), func.min(TABLE.c.not_before), func.max(tried_at)
    is_late = or_(TABLE.c.attempts > 0, TABLE.c.not_before <= now - LATE)
    query = select(TABLE.c.channel, *sums).where(TABLE.c.state == DeliveryState.WAITING, is_late).group_by(TABLE.c.channel)
    return {
        channel: Overdue(waiting=number, since=oldest, first_at=first, tried_at=last)
        for channel, number, oldest, first, last in tx.execute(query)
    }


def message_of(vault: KeyRing, row: Row) -> Message:
    """The message as it was promised; without texts when an older version sent it."""
    said = json.loads(unseal(vault, row.message_sealed, NOTICE)) if row.message_sealed else {"subject": "", "text": ""}
    return Message(
        to=unseal(vault, row.recipient_sealed, CONTACT),
        template=row.template,
        at=row.created_at or row.at,
        case_number=row.case_number,
        **said,
    )


def _delivery(vault: KeyRing, row: Row, *, tried: int = 0) -> Delivery:
    values = {name: getattr(row, name) for name in _PLAIN}
    return Delivery(
        **{**values, "attempts": row.attempts + tried},
        recipient=unseal(vault, row.recipient_sealed, CONTACT),
        state=DeliveryState(row.state),
        detail=unseal(vault, row.detail_sealed, DETAIL),
        in_digest=bool(row.in_digest),
    )
