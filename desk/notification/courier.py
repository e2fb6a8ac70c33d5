"""Brings promised messages on their way: each channel by a thread of its own, so that one that hangs keeps back no other.

The log of deliveries is the record. A message is leased, sent, settled; a courier that dies lets its lease run out, and the
message is sent again under the same key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import Any

import structlog

from desk.context import DeskContext
from desk.notification.channel_book import ChannelBook
from desk.notification.coming_back import ComingBack
from desk.notification.digests import gather
from desk.notification.outages import Outages, rests
from desk.notification.patience import GIVEN_UP_AFTER, Breaker, next_try
from desk.notification.ports import Channel, Message, Outcome, Refused, Sent, TryLater
from desk.store import deliveries
from desk.store.deliveries import Delivery, DeliveryState
from engine.errors import Unavailable
from engine.ports import Transaction

AT_ONCE = 2
LEASE = timedelta(seconds=60)
IDLE_SECONDS = 1.0
LOOK_AT_OUTAGE = timedelta(minutes=1)
"""So often, while messages leave, it is looked whether somebody was told that their channel rests."""

log = structlog.get_logger()


class Courier:
    """Any number of them may work on one database, in threads or processes."""

    def __init__(self, context: DeskContext, book: ChannelBook, coming_back: ComingBack, outages: Outages) -> None:
        self._context = context
        self._db = context.engine.db
        self._book = book
        self._coming_back = coming_back
        self._outages = outages
        self._breakers: dict[str, Breaker] = {}
        self._told_to_rest: set[str] = set()
        self._look_at: dict[str, datetime] = {}

    def run(self, stop: Event, *, lease: timedelta = LEASE) -> None:
        """Work until told to stop. What a courier had that died is sent by another one after the time of the lease."""
        threads = [Thread(target=self._serve, args=(name, stop, lease), name=f"courier-{name}") for name in self._book.names()]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _serve(self, channel: str, stop: Event, lease: timedelta) -> None:
        while not stop.is_set():
            try:
                busy = self.carry(channel, lease=lease) or self.gather()
            except Unavailable as error:
                log.warning("courier_waits", channel=channel, reason=error.message)
                busy = 0
            except Exception:
                log.exception("courier_stumbled", channel=channel)
                busy = 0
            if not busy:
                stop.wait(IDLE_SECONDS)

    def run_until_idle(self) -> None:
        """Work until nothing is due any more: for tests, the demo and simulations with a virtual clock."""
        while self.gather() or sum(self.carry(name) for name in list(self._book.names())):
            pass

    def gather(self) -> int:
        """Make one digest of what gathered for somebody; how many messages went into it."""
        if not self._book.names() or not self._any_due(in_digest=True):
            return 0
        return self._db.run(lambda tx: gather(tx, self._context))

    def carry(self, name: str, *, lease: timedelta = LEASE) -> int:
        """Send some messages of a channel that are due; how many were tried. None while the channel rests."""
        channel, breaker, now = self._book.channel(name), self._breakers.get(name, Breaker()), self._context.now()
        if channel is None or breaker.rests(now) or not self._any_due(channel=name, in_digest=False):
            return 0
        limit = 1 if breaker.tripped else AT_ONCE
        vault, until = self._context.vault, now + lease
        taken = self._db.run(lambda tx: deliveries.lease(tx, vault, name, now=now, until=until, limit=limit))
        one_left = False
        for index, (delivery, message) in enumerate(taken):
            outcome = _sent(channel, message, delivery.idempotency_key)
            self._note_luck(name, outcome)
            self._db.run(lambda tx, one=(delivery, message), said=outcome: self._settle(tx, *one, said, until))
            one_left = one_left or isinstance(outcome, Sent)
            if self._breakers[name].rests(self._context.now()):
                self._give_back(taken[index + 1 :], until)
                break
        self._tell_of_outage(name, one_left=one_left)
        return len(taken)

    def _any_due(self, *, channel: str | None = None, in_digest: bool) -> bool:
        """Look without writing: most looks find nothing, and keep nobody from writing."""
        with self._db.reading() as tx:
            return deliveries.any_due(tx, now=self._context.now(), channel=channel, in_digest=in_digest)

    def _note_luck(self, name: str, outcome: Outcome) -> None:
        """Who answers at all, even with a refusal, isn't broken."""
        before = self._breakers.get(name, Breaker())
        self._breakers[name] = before.failed(self._context.now()) if isinstance(outcome, TryLater) else Breaker()
        if self._breakers[name].tripped:
            log.warning("channel_rests", channel=name, until=self._breakers[name].rests_until, reason=outcome.reason)

    def _tell_of_outage(self, name: str, *, one_left: bool) -> None:
        """Tell of a channel when it begins to rest, and when a message leaves by it again, whichever courier told of the rest."""
        now = self._context.now()
        if self._breakers.get(name, Breaker()).tripped:
            if name not in self._told_to_rest:
                self._db.run(lambda tx: self._outages.tell(tx, name, rests=True))
                self._told_to_rest.add(name)
        elif one_left and (name in self._told_to_rest or now >= self._look_at.get(name, now)):
            with self._db.reading() as tx:
                told = rests(tx, name)
            if told:
                self._db.run(lambda tx: self._outages.tell(tx, name, rests=False))
            self._told_to_rest.discard(name)
            self._look_at[name] = now + LOOK_AT_OUTAGE

    def _give_back(self, untried: Sequence[tuple[Delivery, Message]], until: datetime) -> None:
        def work(tx: Transaction) -> None:
            for delivery, _ in untried:
                self._write(tx, delivery, DeliveryState.WAITING, delivery.detail, until, attempts=delivery.attempts - 1)

        self._db.run(work)

    def _settle(self, tx: Transaction, delivery: Delivery, message: Message, outcome: Outcome, until: datetime) -> None:
        """Write what came of a try, if our lease still holds. What was refused or given up comes back with it."""
        now = self._context.now()
        match outcome:
            case Sent(said=said):
                self._write(tx, delivery, DeliveryState.SENT, said, until)
            case TryLater(reason=reason, seconds=asked) if now < (delivery.created_at or now) + GIVEN_UP_AFTER:
                again = next_try(delivery.attempts, now, self._context.chance.fraction(), asked=asked)
                self._write(tx, delivery, DeliveryState.WAITING, reason, until, not_before=again)
            case TryLater(reason=reason) | Refused(reason=reason):
                if self._write(tx, delivery, DeliveryState.FAILED, reason, until):
                    self._coming_back.came_back(tx, delivery, message, reason)

    def _write(self, tx: Transaction, delivery: Delivery, state: DeliveryState, detail: str, until: datetime, **how: Any) -> bool:
        key, at = delivery.idempotency_key, self._context.now()
        return deliveries.settle(tx, self._context.vault, key, state, detail=detail, at=at, held_until=until, **how)


def _sent(channel: Channel, message: Message, key: str) -> Outcome:
    """What the adapter answered; a mistake in it counts as a try that failed."""
    try:
        return channel.send(message, key)
    except Exception as error:
        # no trace: it may quote the contact, or a channel's URL
        log.error("channel_failed", template=message.template, error=type(error).__name__)
        return TryLater(reason=f"The adapter failed ({type(error).__name__}). It is tried again.")
