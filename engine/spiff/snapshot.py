"""The stored form of a token flow: one line of envelope, then JSON with a row for each open token.

The envelope names the format version, the spec's hash and a checksum of the rest, so that a snapshot of another
engine, another version of the diagram or a damaged one is refused, never guessed at (P7, P8). The spec itself is
never in it (P20). A row is [id, activity id, parent's id or null, state, flow id or null], the flow where it still
matters; parents come before children, and equal flows give equal bytes. What could be compensated
follows by the token of its scope (see engine.spiff.memory.to_rows), and is left out where there is none.
"""

import json
from dataclasses import dataclass, field
from hashlib import blake2b

from engine.spiff.errors import SnapshotRefused

FORMAT = "1"
NAME = b"caseloop-token-flow"


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowState:
    """All that must be kept of a token flow between two steps."""

    next_number: int
    stopped: bool
    ends_reached: list[str]
    tokens: list[list]
    completed: dict[str, list[list]] = field(default_factory=dict)


def encode(state: FlowState, spec_hash: str) -> bytes:
    """The snapshot's bytes."""
    body = [state.next_number, state.stopped, state.ends_reached, state.tokens, *filter(None, [state.completed])]
    data = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return b" ".join((NAME, FORMAT.encode(), spec_hash.encode(), _checksum(data))) + b"\n" + data


def decode(snapshot: bytes, spec_hash: str) -> FlowState:
    """The state in a snapshot. Raises SnapshotRefused when any part of the envelope does not fit."""
    head, _, data = snapshot.partition(b"\n")
    parts = head.decode("ascii", "replace").split(" ")
    if len(parts) != 4 or parts[0] != NAME.decode():
        raise SnapshotRefused("these bytes are not a token flow")
    _, version, stored_hash, checksum = parts
    if version != FORMAT:
        raise SnapshotRefused(f"it has format {version}, this engine reads format {FORMAT}")
    if stored_hash != spec_hash:
        raise SnapshotRefused(f"it belongs to process definition {stored_hash[:12]}, not to {spec_hash[:12]}")
    if checksum.encode() != _checksum(data):
        raise SnapshotRefused("its checksum does not match: it was damaged after it was saved")
    next_number, stopped, ends_reached, tokens, *more = json.loads(data)
    completed = more[0] if more else {}
    return FlowState(next_number=next_number, stopped=stopped, ends_reached=ends_reached, tokens=tokens, completed=completed)


def _checksum(data: bytes) -> bytes:
    return blake2b(data, digest_size=16).hexdigest().encode()
