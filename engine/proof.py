"""Proves one history against its chain, purely, and names each place at which it breaks.

A break never stops the check: the next event is proved upon the link that stands in the row before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from engine.chain import Chain, ChainedInstance, ChainedRow

MOST_MOVED = 10
"""So many events of one instance are looked up at each other's places; more than that are named as changed."""


class Fault(StrEnum):
    """What is wrong at a break."""

    CHANGED = "changed"  # the event isn't what the engine wrote at this place
    MISSING = "missing"  # events were deleted
    MOVED = "moved"  # the event belongs to another place of the same history
    UNCHAINED = "unchained"  # the event has no link though it should: it was added, or its link was taken away
    HEAD = "head"  # the instance's own count or head fits another history
    UNREADABLE = "unreadable"  # the sealed data can't be opened
    ANCHOR = "anchor"  # the history doesn't go on from what an anchor saw


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """One place at which a history can't be trusted. `seq` counts events from 0; None for the instance as a whole."""

    case: str
    seq: int | None
    fault: Fault
    fact: str

    def __str__(self) -> str:
        place = self.case if self.seq is None else f"{self.case}, event {self.seq}"
        return f"{place}: {self.fact}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What an anchor saw of an instance: how many events, and the fingerprint of its head, "" before anything was chained."""

    id: int
    case: str
    events: int
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What the check of one instance found. `older` of its events are older than the chain, so nothing proves them."""

    case: str
    events: int
    older: int
    breaks: tuple[Break, ...]


def check(
    chain: Chain,
    instance: ChainedInstance,
    rows: Iterable[ChainedRow],
    *,
    must_be_chained: bool = True,
    seen: Seen | None = None,
) -> Verdict:
    """Check one instance's history, given in order. Without `must_be_chained` its first events may be older than the chain."""
    walk = _Walk(chain, instance, must_be_chained, seen)
    for row in rows:
        walk.step(row)
    return walk.verdict()


@dataclass(slots=True)
class _Walk:
    """How far the check of one history has come. `heads` are those upon which the next event may stand; none: unknown."""

    chain: Chain
    instance: ChainedInstance
    must_be_chained: bool
    seen: Seen | None
    heads: tuple[bytes, ...] = ()
    next_seq: int = 0
    older: int = 0
    begun: bool = False
    breaks: list[Break] = field(default_factory=list)
    changed: list[tuple[ChainedRow, tuple[bytes, ...]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        origin = self.instance
        self.heads = (self.chain.genesis(origin.id, origin.process_key, origin.business_key),)

    def step(self, row: ChainedRow) -> None:
        if row.seq > self.next_seq:
            self._missing(self.next_seq, row.seq)
            self.heads = ()
        self.next_seq = row.seq + 1
        if row.hash is None:
            self._without_link(row)
        else:
            self.begun = True
            self._with_link(row, row.hash)
        self._compare_with_anchor(row)

    def _without_link(self, row: ChainedRow) -> None:
        if not self.begun and not self.must_be_chained:
            self.older += 1
            return
        self._break(row.seq, Fault.UNCHAINED, "it has no link: it wasn't written by the engine, or its link was taken away")
        self.heads = ()

    def _with_link(self, row: ChainedRow, link: bytes) -> None:
        possible = (self.chain.head(link),)
        if row.event is None:
            self._break(row.seq, Fault.UNREADABLE, f"its data can't be opened ({row.unreadable})")
        elif self.heads:
            event = row.event
            right = [self.chain.link(head, event) for head in self.heads]
            if link not in right:
                self.changed.append((row, self.heads))
                # should only the link itself have been overwritten, then what follows stands on the right one
                possible += (self.chain.head(right[0]),)
        self.heads = possible

    def _compare_with_anchor(self, row: ChainedRow) -> None:
        seen = self.seen
        if seen is None or row.seq != seen.events - 1:
            return
        now = {self.chain.fingerprint(head) for head in self.heads}
        if seen.head and seen.head not in now:
            self._break(row.seq, Fault.ANCHOR, "up to here the history isn't the one that the anchor saw")

    def verdict(self) -> Verdict:
        instance = self.instance
        self._name_changed()
        if self.next_seq < instance.history_length:
            self._missing(self.next_seq, instance.history_length)
        elif self.next_seq > instance.history_length:
            fact = f"the case counts {instance.history_length} events, its history has {self.next_seq}"
            self._break(None, Fault.HEAD, f"{fact}: some were added, or the count was changed")
        elif self.begun or instance.history_hash is not None:
            self._compare_head()
        if self.seen is not None and self.next_seq < self.seen.events:
            self._break(None, Fault.ANCHOR, f"the anchor saw {self.seen.events} events; {self.next_seq} are left")
        ordered = sorted(self.breaks, key=lambda each: self.next_seq if each.seq is None else each.seq)
        return Verdict(case=instance.business_key, events=self.next_seq, older=self.older, breaks=tuple(ordered))

    def _compare_head(self) -> None:
        known = not self.begun or self.heads
        if known and self.instance.history_hash not in (self.heads if self.begun else ()):
            self._break(
                None, Fault.HEAD, "its head fits another history: the newest events were cut off, or the head was changed"
            )

    def _name_changed(self) -> None:
        """Tell events that were moved from those that were changed, and from those that only follow upon a moved one."""
        places = {row.seq: None for row, _ in self.changed}
        if len(places) <= MOST_MOVED:
            places = {row.seq: self._place(row) for row, _ in self.changed}
        wrong = [seq for seq, place in places.items() if place != seq] or list(places)[:1]
        for seq in wrong:
            place = places[seq]
            if place is None or place == seq:
                self._break(seq, Fault.CHANGED, "it isn't what the engine wrote here")
            else:
                self._break(seq, Fault.MOVED, f"it stands out of order: it was written as event {place}")

    def _place(self, row: ChainedRow) -> int | None:
        """The place for which an event was written, as far as the other changed ones tell; None when they don't."""
        links = {other.hash for other, _ in self.changed if other.hash}
        heads = {self.chain.head(link) for link in links} | {head for _, heads in self.changed for head in heads}
        for seq in [row.seq, *(other.seq for other, _ in self.changed)]:
            event = row.event._replace(seq=seq)  # type: ignore[union-attr]
            wanted = {row.hash} if seq == row.seq else links
            if any(self.chain.link(head, event) in wanted for head in heads):
                return seq
        return None

    def _missing(self, first: int, end: int) -> None:
        which = "it is missing" if end == first + 1 else f"it and the next, up to {end - 1}, are missing"
        self._break(first, Fault.MISSING, which)

    def _break(self, seq: int | None, fault: Fault, fact: str) -> None:
        self.breaks.append(Break(case=self.instance.business_key, seq=seq, fault=fault, fact=fact))
