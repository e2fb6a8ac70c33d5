"""Chains the history of an instance by keyed hashes, so that what was changed outside the engine shows.

Each event's link is made from the head before it and from all that the event says; the head is made from the last link.
Links stand beside their events, the head stands with the instance. Without the key nobody can make a link, and nobody can
tell from the links what the head of a shorter history would be: cutting off the newest events shows as well.

The key comes from the vault and never rotates; a link covers the plain data. So sealing everything anew breaks no chain.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from engine.vault import KeyRing

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# numbers and lengths stand in front with a fixed size, the texts behind: no two events give the same bytes
_GENESIS = struct.Struct(">QLL")
_LINK = struct.Struct(">QQqqllll")
_NO_TEXT = -1


class Link(NamedTuple):
    """All that a link binds: an event's place, its columns, and in `data` its own fields as `codec.encode_event` writes them.

    A tuple and no dataclass, since one is made for every event that the engine writes.
    """

    instance_id: int
    seq: int
    type: str
    at: datetime
    recorded_at: datetime
    by: str
    activity_id: str | None
    token_id: str | None
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedInstance:
    """What an instance says about its own history: how many events, and the head, None before anything was chained."""

    id: int
    process_key: str
    business_key: str
    history_length: int
    history_hash: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedRow:
    """One row of the history. `event` is None when its data can't be opened, `unreadable` says why; `hash` is its link."""

    seq: int
    hash: bytes | None
    event: Link | None
    unreadable: str = ""


class Chain:
    """Makes links and heads, each 32 bytes of HMAC-SHA256. One vault's chain always makes the same ones."""

    def __init__(self, vault: KeyRing) -> None:
        key = vault.derived_key("history chain 1").ljust(hashlib.sha256().block_size, b"\0")
        # HMAC with the key worked in once: a quarter of the time of hmac.digest, and every step pays it for each event
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def genesis(self, instance_id: int, process_key: str, business_key: str) -> bytes:
        """The head of an instance in which nothing is chained yet.

        It doesn't bind the version: an instance can be moved to another one, and `InstanceStarted` says the first.
        """
        names = process_key.encode(), business_key.encode()
        return self._digest(b"genesis\0", _GENESIS.pack(instance_id, *map(len, names)), *names)

    def link(self, head: bytes, event: Link) -> bytes:
        """The link of an event that follows upon a head."""
        texts = [_text(text) for text in (event.type, event.by, event.activity_id, event.token_id)]
        sizes = [_NO_TEXT if text is None else len(text) for text in texts]
        # the data enters as a keyed hash of its own, so that a chain stays provable when data has to be erased one day
        return self._digest(
            b"link\0",
            _LINK.pack(event.instance_id, event.seq, _microseconds(event.at), _microseconds(event.recorded_at), *sizes),
            head,
            self._digest(b"data\0", event.data),
            *(text for text in texts if text is not None),
        )

    def head(self, link: bytes) -> bytes:
        """The head after the event with this link."""
        return self._digest(b"head\0", link)

    @staticmethod
    def fingerprint(head: bytes) -> str:
        """What may be told of a head outside: it shows whether a head is the same, and makes none."""
        return hashlib.sha256(head).hexdigest()

    def _digest(self, purpose: bytes, *parts: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(purpose + b"".join(parts))
        outer.update(inner.digest())
        return outer.digest()


@lru_cache(maxsize=8)
def chain_of(vault: KeyRing) -> Chain:
    """The chain of a vault, made once."""
    return Chain(vault)


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // _MICROSECOND


def _text(text: str | None) -> bytes | None:
    return None if text is None else text.encode()
