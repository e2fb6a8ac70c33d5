"""What templates say instead of what was shipped. Works in the caller's transaction; rows are only added."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from desk import tables
from engine.ports import Transaction

TABLE = tables.wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A template's texts in one language: subject, text, details. None means as shipped."""

    template: str
    language: str
    texts: Mapping[str, str] | None
    changed_at: datetime
    changed_by: str


def newest(tx: Transaction, template: str | None = None) -> dict[tuple[str, str], Wording]:
    """The wording that counts, of one template or of all that were ever edited, by template and language."""
    ids = select(func.max(TABLE.c.id)).group_by(TABLE.c.template, TABLE.c.language)
    query = select(TABLE).where(TABLE.c.id.in_(ids if template is None else ids.where(TABLE.c.template == template)))
    return {(row.template, row.language): _wording(row._mapping) for row in tx.execute(query)}


def versions(tx: Transaction, template: str, language: str, *, limit: int) -> list[Wording]:
    """The latest changes of a template, the newest first."""
    query = select(TABLE).where(TABLE.c.template == template, TABLE.c.language == language)
    return [_wording(row._mapping) for row in tx.execute(query.order_by(TABLE.c.id.desc()).limit(limit))]


def add(tx: Transaction, wording: Wording) -> None:
    """Add a version, which counts from now on."""
    values = {name: getattr(wording, name) for name in ("template", "language", "changed_at", "changed_by")}
    texts = json.dumps(dict(wording.texts), ensure_ascii=False) if wording.texts is not None else None
    tx.execute(insert(TABLE).values(**values, texts=texts))


def _wording(row: Mapping[str, object]) -> Wording:
    values = {name: row[name] for name in ("template", "language", "changed_at", "changed_by")}
    return Wording(**values, texts=json.loads(str(row["texts"])) if row["texts"] is not None else None)  # type: ignore[arg-type]
