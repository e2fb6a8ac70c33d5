"""What people want to be told. Works in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, time
from typing import Any

from sqlalchemy import insert, select, update

from desk import tables
from desk.notification.preferences import Digest, Preferences, Quiet, Rhythm
from desk.store.sealing import seal, unseal
from desk.tables import PREFERENCES
from engine.errors import StaleRevision
from engine.ports import Transaction
from engine.vault import KeyRing

TABLE = tables.preference


def of_people(tx: Transaction, vault: KeyRing, logins: Collection[str]) -> dict[str, Preferences]:
    """The preferences of those who chose any."""
    rows = tx.execute(select(TABLE).where(TABLE.c.login.in_(list(logins))))
    return {row.login: _preferences(json.loads(unseal(vault, row.chosen_sealed, PREFERENCES)), row.revision) for row in rows}


def keep(tx: Transaction, vault: KeyRing, login: str, chosen: Preferences, at: datetime) -> None:
    """Write a person's preferences. Raises StaleRevision when they changed since `chosen.revision` was read."""
    values = {"chosen_sealed": seal(vault, json.dumps(_data(chosen), ensure_ascii=False), PREFERENCES), "changed_at": at}
    known = tx.execute(select(TABLE.c.revision).where(TABLE.c.login == login).with_for_update()).scalar_one_or_none()
    if (known or 0) != chosen.revision:
        raise StaleRevision(f"the preferences of {login}", read=chosen.revision, current=known or 0)
    if known is None:
        tx.execute(insert(TABLE).values(login=login, revision=1, **values))
    else:
        tx.execute(update(TABLE).where(TABLE.c.login == login).values(revision=known + 1, **values))


def _data(chosen: Preferences) -> dict[str, Any]:
    return {
        "choices": {kind: dict(ways) for kind, ways in chosen.choices.items()},
        "quiet": [chosen.quiet.begins.isoformat(), chosen.quiet.ends.isoformat(), chosen.quiet.outside_work],
        "digest": [chosen.digest.rhythm, chosen.digest.at.isoformat()],
        "im": [chosen.im, chosen.im_address],
    }


def _preferences(data: dict[str, Any], revision: int) -> Preferences:
    begins, ends, outside_work = data["quiet"]
    rhythm, at = data["digest"]
    return Preferences(
        choices=data["choices"],
        quiet=Quiet(begins=time.fromisoformat(begins), ends=time.fromisoformat(ends), outside_work=outside_work),
        digest=Digest(rhythm=Rhythm(rhythm), at=time.fromisoformat(at)),
        im=data["im"][0],
        im_address=data["im"][1],
        revision=revision,
    )
