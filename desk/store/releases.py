"""Drafts of process versions, and which team starts its new cases on which version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Row, delete, insert, select, update

from desk import tables
from engine.db import tables as engine_tables
from engine.errors import NotFound, StaleRevision
from engine.ports import Transaction


class DraftState(StrEnum):
    OPEN = "open"  # can be changed
    DEPLOYED = "deployed"  # became a version; kept for the record
    DISCARDED = "discarded"  # given up


DRAFT_MOVES: Mapping[DraftState, frozenset[DraftState]] = {
    DraftState.OPEN: frozenset({DraftState.DEPLOYED, DraftState.DISCARDED}),
    DraftState.DEPLOYED: frozenset(),
    DraftState.DISCARDED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Changes on the way to a next version. `svg` is the picture that the editor sent along."""

    id: int
    process_key: str
    from_version: str
    state: DraftState
    deployed_version: str | None
    svg: str | None
    created_at: datetime
    created_by: str
    changed_at: datetime
    changed_by: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """From `assigned_at` on, new cases of a team (of everyone when None) start on this version."""

    process_key: str
    team: str | None
    version: str
    assigned_by: str
    assigned_at: datetime


def insert_draft(tx: Transaction, *, files: Mapping[str, bytes], key: str, from_version: str, by: str, at: datetime) -> int:
    """Keep a new draft at revision 1."""
    query = insert(tables.draft).values(
        process_key=key,
        from_version=from_version,
        state=DraftState.OPEN,
        created_at=at,
        created_by=by,
        changed_at=at,
        changed_by=by,
        revision=1,
    )
    draft_id = tx.execute(query).inserted_primary_key[0]
    write_files(tx, draft_id, files)
    return draft_id


def draft(tx: Transaction, draft_id: int) -> Draft:
    """One draft. Raises NotFound."""
    row = tx.execute(select(tables.draft).where(tables.draft.c.id == draft_id)).one_or_none()
    if row is None:
        raise NotFound(f"There is no draft {draft_id}. Open one from a deployed version.", draft_id=draft_id)
    return _draft(row)


def drafts(tx: Transaction, *, state: DraftState | None = DraftState.OPEN) -> list[Draft]:
    """Drafts, the last changed first."""
    query = select(tables.draft).order_by(tables.draft.c.changed_at.desc(), tables.draft.c.id.desc())
    return [_draft(row) for row in tx.execute(query if state is None else query.where(tables.draft.c.state == state))]


def _draft(row: Row) -> Draft:
    return Draft(**{**row._mapping, "state": DraftState(row.state)})


def change_draft(tx: Transaction, draft_id: int, revision: int, **changes: object) -> int:
    """Change columns of a draft and tell its new revision. Raises StaleRevision."""
    where = (tables.draft.c.id == draft_id, tables.draft.c.revision == revision)
    if tx.execute(update(tables.draft).where(*where).values(**changes, revision=revision + 1)).rowcount == 0:
        raise StaleRevision(f"Draft {draft_id}", read=revision, current=draft(tx, draft_id).revision)
    return revision + 1


def files(tx: Transaction, draft_id: int) -> dict[str, bytes]:
    """The files of a draft by path."""
    query = select(tables.draft_file.c.path, tables.draft_file.c.content).where(tables.draft_file.c.draft_id == draft_id)
    return {row.path: row.content for row in tx.execute(query)}


def write_files(tx: Transaction, draft_id: int, files: Mapping[str, bytes]) -> None:
    """Make these the files of a draft."""
    tx.execute(delete(tables.draft_file).where(tables.draft_file.c.draft_id == draft_id))
    rows = [{"draft_id": draft_id, "path": path, "content": content} for path, content in files.items()]
    tx.execute(insert(tables.draft_file), rows)


def lock_rollout(tx: Transaction, key: str) -> None:
    """Keep others from assigning versions of a process until this transaction ends; cases may start meanwhile."""
    deployment = engine_tables.deployment
    query = select(deployment.c.id).where(deployment.c.key == key).order_by(deployment.c.id)
    tx.execute(query.with_for_update(key_share=True)).all()


def assign(tx: Transaction, stage: Stage) -> None:
    """Add a stage; older ones stay as the record."""
    tx.execute(insert(tables.rollout).values(**{field: getattr(stage, field) for field in Stage.__slots__}))


def stages(tx: Transaction, key: str) -> list[Stage]:
    """All stages of a process, the oldest first."""
    query = select(tables.rollout).where(tables.rollout.c.process_key == key).order_by(tables.rollout.c.id)
    return [Stage(**{field: getattr(row, field) for field in Stage.__slots__}) for row in tx.execute(query)]
