"""API tokens: who may act for whom, until when. Works in the caller's transaction and never commits."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, insert, select, update

from desk import tables
from desk.model import ApiToken, Scope
from engine.errors import NotFound
from engine.ports import Transaction

_COLUMNS = [tables.api_token.c[field.name] for field in fields(ApiToken)]


def add(tx: Transaction, *, scopes: tuple[Scope, ...], **values: Any) -> int:
    """Keep a new token; the id of it."""
    query = insert(tables.api_token).values(**values, scopes=json.dumps([scope.value for scope in scopes]))
    return tx.execute(query).inserted_primary_key[0]


def by_hash(tx: Transaction, secret_hash: str) -> ApiToken | None:
    """The token with that hash, used up or not."""
    return _one(tx, tables.api_token.c.secret_hash == secret_hash)


def token(tx: Transaction, token_id: int) -> ApiToken:
    """One token. Raises NotFound."""
    found = _one(tx, tables.api_token.c.id == token_id)
    if found is None:
        raise NotFound(f"There is no API token {token_id}. Look at the list of tokens.", token_id=token_id)
    return found


def tokens(tx: Transaction) -> list[ApiToken]:
    """All tokens, the newest first, revoked ones too."""
    return [_token(row) for row in tx.execute(select(*_COLUMNS).order_by(tables.api_token.c.id.desc()))]


def note_used(tx: Transaction, token_id: int, at: datetime) -> None:
    tx.execute(update(tables.api_token).where(tables.api_token.c.id == token_id).values(last_used_at=at))


def revoke(tx: Transaction, token_id: int, at: datetime) -> None:
    """End a token; the first end counts."""
    table = tables.api_token
    tx.execute(update(table).where(table.c.id == token_id, table.c.revoked_at.is_(None)).values(revoked_at=at))


def _one(tx: Transaction, where: ColumnElement[bool]) -> ApiToken | None:
    row = tx.execute(select(*_COLUMNS).where(where)).one_or_none()
    return _token(row) if row else None


def _token(row: Row) -> ApiToken:
    return ApiToken(**{**row._mapping, "scopes": tuple(Scope(name) for name in json.loads(row.scopes))})
