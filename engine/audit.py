"""Checks the histories that the database holds, and takes anchors of them to be kept outside.

An anchor is a file of JSON lines: what it is and when it was taken; one line an instance; the digest of all lines before.
Whoever could change the database and held the keys could write every chain anew; an anchor kept elsewhere shows that too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain

from engine.chain import Chain, ChainedInstance, ChainedRow, chain_of
from engine.db import chained
from engine.db.database import Database
from engine.errors import Invalid, NotFound
from engine.proof import Break, Fault, Seen, Verdict, check
from engine.vault import KeyRing

BATCH = 200
FORMAT = 1
_LINES = ({"anchor"}, set(Seen.__slots__), {"digest"})


def verify(
    db: Database, vault: KeyRing, *, keys: Sequence[str] = (), since: datetime | None = None, anchor: Iterable[Seen] = ()
) -> Iterator[Verdict]:
    """Check all instances, or those with these business keys and what they called, in the order of their ids.

    `since` leaves out those in which nothing was recorded since; it doesn't go together with an anchor, which is in the order
    of ids and knows all. Memory stays that of one batch. A batch is read in one transaction, so that what is written
    meanwhile is no break. Raises NotFound at the end for a business key that nothing has, Invalid for a damaged anchor.
    """
    links = chain_of(vault)
    unknown = set(keys)
    anchored = _Anchored(seen for seen in anchor if not keys or _outermost(seen.case) in keys)
    last = 0
    while True:
        with db.reading() as tx:
            began = chained.first_chained(tx)
            batch = chained.instances(tx, after_id=last, limit=BATCH, keys=keys, since=since)
            found = [_checked(links, each, chained.history(tx, vault, each.id), began, anchored) for each in batch]
        if len(batch) < BATCH:
            found.append(list(anchored.rest()))
        for verdict in chain.from_iterable(found):
            unknown.discard(verdict.case)
            yield verdict
        if len(batch) < BATCH:
            break
        last = batch[-1].id
    if unknown:
        numbers = sorted(unknown)
        raise NotFound(f"Nothing has the number {', '.join(numbers)}. Look at the list of cases.", numbers=numbers)


def _outermost(case: str) -> str:
    """The number of the case for which a called instance works; its own for any other."""
    return case.split("/")[0]


def _checked(
    links: Chain, instance: ChainedInstance, rows: Iterable[ChainedRow], began: int | None, anchored: _Anchored
) -> list[Verdict]:
    must_be_chained = began is not None and instance.id >= began
    lost = anchored.before(instance.id)
    return [*lost, check(links, instance, rows, must_be_chained=must_be_chained, seen=anchored.take(instance.id))]


class _Anchored:
    """Walks through an anchor beside the instances: both are in the order of ids."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        self._seen = iter(seen)
        self._next = next(self._seen, None)

    def before(self, instance_id: int) -> list[Verdict]:
        """Those that the anchor saw, and that stand nowhere any more."""
        gone = []
        while self._next is not None and self._next.id < instance_id:
            gone.append(self._gone(self._next))
            self._next = next(self._seen, None)
        return gone

    def take(self, instance_id: int) -> Seen | None:
        found = self._next
        if found is None or found.id != instance_id:
            return None
        self._next = next(self._seen, None)
        return found

    def rest(self) -> Iterator[Verdict]:
        if self._next is not None:
            yield self._gone(self._next)
        yield from map(self._gone, self._seen)

    @staticmethod
    def _gone(seen: Seen) -> Verdict:
        fact = f"the anchor saw it with {seen.events} events; it is gone"
        gone = Break(case=seen.case, seq=None, fault=Fault.ANCHOR, fact=fact)
        return Verdict(case=seen.case, events=0, older=0, breaks=(gone,))


def take_anchor(db: Database, *, now: datetime) -> Iterator[str]:
    """The lines of an anchor of all instances, without line ends; the last one has the digest, fit to be noted on paper."""
    digest = hashlib.sha256()
    count = 0
    for line in _anchor_lines(db, now):
        digest.update(line.encode() + b"\n")
        count += 1
        yield line
    yield json.dumps({"cases": count - 1, "digest": digest.hexdigest()})


def _anchor_lines(db: Database, now: datetime) -> Iterator[str]:
    yield json.dumps({"anchor": FORMAT, "taken_at": now.isoformat()})
    last = 0
    while True:
        with db.reading() as tx:
            batch = chained.instances(tx, after_id=last, limit=BATCH)
        for each in batch:
            head = Chain.fingerprint(each.history_hash) if each.history_hash else ""
            line = {"id": each.id, "case": each.business_key, "events": each.history_length, "head": head}
            yield json.dumps(line, ensure_ascii=False)
        if len(batch) < BATCH:
            return
        last = batch[-1].id


def read_anchor(lines: Iterable[str]) -> Iterator[Seen]:
    """What an anchor saw, in the order of ids. Raises Invalid when a line isn't an anchor's, or the digest doesn't fit."""
    digest = hashlib.sha256()
    entries = _parsed(lines)
    text, first = next(entries, ("", {}))
    if first.get("anchor") != FORMAT:
        raise Invalid("This isn't an anchor. Give a file that `caseloop audit anchor` wrote.")
    for following, entry in entries:
        digest.update(text.encode() + b"\n")
        text = following
        if "digest" in entry:
            if entry["digest"] != digest.hexdigest():
                raise Invalid("The anchor was changed: its digest doesn't fit. Take a copy that nobody touched.")
            return
        yield Seen(id=entry["id"], case=entry["case"], events=entry["events"], head=entry["head"])
    raise Invalid("The anchor ends too early: it has no digest. Take a copy that is whole.")


def _parsed(lines: Iterable[str]) -> Iterator[tuple[str, dict]]:
    for line in lines:
        text = line.rstrip("\r\n")
        try:
            entry = json.loads(text)
        except ValueError:
            entry = None
        if not isinstance(entry, dict) or not any(names <= entry.keys() for names in _LINES):
            raise Invalid(f"The anchor has a line that can't be read: {text[:60]!r}. Take a copy that is whole.")
        yield text, entry
