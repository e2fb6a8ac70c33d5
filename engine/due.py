"""Fires what is due, in bounded batches, each instance in a transaction of its own: so that users' orders come in between.

Any number of workers share a batch: an instance that somebody works on is left to them, since whoever works on one fires its
due timers first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import structlog

from engine.db import queries, store, work
from engine.db.database import Database
from engine.db.tables import WHOLE_INSTANCE
from engine.errors import Conflict, TransactionLost, Unavailable, explain
from engine.execution import Execution
from engine.ports import Chance, Clock, Transaction
from engine.vault import KeyRing

SPREAD = 4
"""Looks at so many times what it will fire and takes its part by chance, so that two workers seldom want the same instance."""

log = structlog.get_logger()


class Instances(Protocol):
    """What firing asks of the engine."""

    db: Database
    vault: KeyRing
    clock: Clock
    chance: Chance

    def lock(self, tx: Transaction, instance_id: int) -> store.StoredInstance: ...
    def resume(self, tx: Transaction, instance_id: int) -> Execution: ...


def fire_timers(engine: Instances, limit: int) -> int:
    """Fire what is due in at most `limit` instances; in how many."""
    with engine.db.reading() as tx:
        due = queries.due_instances(tx, engine.clock.now(), limit * SPREAD)
    if len(due) > limit:
        due.sort(key=lambda _: engine.chance.fraction())
    fired = 0
    for instance_id in due[:limit]:
        fired += _fire_in(engine, instance_id)
        engine.db.give_way()
    return fired


def _fire_in(engine: Instances, instance_id: int) -> bool:
    """Fire what is due in one instance. One that can't be continued gets an incident, and stops nobody else's work."""
    try:
        with engine.db.transaction() as tx:
            if not store.lock_if_due(tx, instance_id, engine.clock.now()):
                return False
            engine.resume(tx, instance_id).settle()
    except (Conflict, TransactionLost) as error:
        log.info("instance_changed_meanwhile", instance_id=instance_id, reason=error.message)
        return False
    except Unavailable:
        raise
    except Exception as error:
        log.exception("instance_cannot_go_on", instance_id=instance_id)
        _ask_a_person(engine, instance_id, explain(error))
    return True


def _ask_a_person(engine: Instances, instance_id: int, why: str) -> None:
    with engine.db.transaction() as tx:
        instance = engine.lock(tx, instance_id).instance
        broken: Mapping[str, Any] = {"token_id": None, "activity_id": WHOLE_INSTANCE, "job_id": None}
        work.insert_incident(
            tx,
            engine.vault,
            instance_id=instance.id,
            business_key=instance.business_key,
            message=f"The instance can't go on: {why}. Repair the cause, then retry.",
            created_at=engine.clock.now(),
            **broken,
        )
