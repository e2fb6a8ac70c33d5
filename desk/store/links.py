"""How cases belong together: which one follows another, was split off from it, was merged into it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import func, insert, or_, select

from desk import tables
from desk.store.sealing import seal, unseal
from desk.tables import REASON
from engine.ports import Transaction
from engine.vault import KeyRing

_row = tables.link.c
MOST_OF_CASE = 100


class LinkKind(StrEnum):
    FOLLOWS = "follows"  # the customer wrote again when the other one was closed
    SPLIT_OFF = "split_off"  # began as a message in the other one
    MERGED = "merged"  # goes on in the other one


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What the case `number` is to the case `other`."""

    number: str
    kind: LinkKind
    other: str
    at: datetime
    by: str
    reason: str = ""


def add(tx: Transaction, vault: KeyRing, link: Link) -> None:
    """Keep a link."""
    sealed = seal(vault, link.reason, REASON) if link.reason else None
    values = {"case_number": link.number, "kind": link.kind, "other_number": link.other, "at": link.at, "by": link.by}
    tx.execute(insert(tables.link).values(**values, reason_sealed=sealed))


def of_case(tx: Transaction, vault: KeyRing, number: str) -> list[Link]:
    """The links of a case from either side, the latest MOST_OF_CASE of them, in order."""
    either = or_(_row.case_number == number, _row.other_number == number)
    found = tx.execute(select(tables.link).where(either).order_by(_row.id.desc()).limit(MOST_OF_CASE)).all()
    return [
        Link(
            number=row.case_number,
            kind=LinkKind(row.kind),
            other=row.other_number,
            at=row.at,
            by=row.by,
            reason=unseal(vault, row.reason_sealed, REASON) if row.reason_sealed else "",
        )
        for row in reversed(found)
    ]


def merges_from(tx: Transaction, number: str) -> dict[str, str]:
    """Into which case this one was merged, that one, and so on."""
    found: dict[str, str] = {}
    query = select(_row.other_number).where(_row.kind == LinkKind.MERGED)
    while number not in found and (into := tx.execute(query.where(_row.case_number == number)).scalar_one_or_none()):
        found[number] = number = into
    return found


def merged_into(tx: Transaction, number: str) -> list[str]:
    """The cases that were merged into this one, and into those."""
    begun = select(_row.case_number).where(_row.kind == LinkKind.MERGED, _row.other_number == number).cte(recursive=True)
    further = select(_row.case_number).where(_row.kind == LinkKind.MERGED, _row.other_number == begun.c.case_number)
    return list(tx.execute(select(begun.union(further).c.case_number)).scalars())


def gone_of(tx: Transaction, process_key: str, version: str) -> frozenset[str]:
    """The cases of a version that were merged into others, so that they don't count."""
    of_version = (tables.case.c.process_key == process_key, tables.case.c.version == version)
    query = select(_row.case_number).join(tables.case, tables.case.c.number == _row.case_number)
    return frozenset(tx.execute(query.where(_row.kind == LinkKind.MERGED, *of_version)).scalars())


def newest_following(tx: Transaction, number: str) -> str | None:
    """The last case that follows this one."""
    query = select(_row.case_number).where(_row.kind == LinkKind.FOLLOWS, _row.other_number == number)
    return tx.execute(query.order_by(_row.id.desc()).limit(1)).scalar_one_or_none()


def followed_since(tx: Transaction, customer_id: int, since: datetime) -> int:
    """How many cases were opened for a customer since then because they wrote to a closed one."""
    mine = tables.case.c.customer_id == customer_id
    query = select(func.count()).select_from(tables.link.join(tables.case, tables.case.c.number == _row.case_number))
    return tx.execute(query.where(mine, _row.kind == LinkKind.FOLLOWS, _row.at > since)).scalar_one()
