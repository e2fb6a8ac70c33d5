"""A million open instances in minutes: one that the engine made, copied row by row inside the database.

A copy has all rows of its model: instance, sealed variables, task with its group, timers, messages awaited, jobs, and the newest
events of the history. Ids and business keys are its own; its sealed values are the model's.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, func, select, text

from engine.db import tables
from engine.db.database import Database

BATCH = 50_000
HISTORY_KEPT = 6
COPIED = (tables.variable, tables.timer, tables.message_subscription, tables.job, tables.user_task)


def fill(database: Database, model: int, count: int, *, prefix: str) -> range:
    """Copy the instance `model` so many times; the ids of the copies. Their business keys are prefix1, prefix2 …"""
    with database.transaction() as tx:
        first = tx.execute(select(func.max(tables.process_instance.c.id))).scalar_one() + 1
    for begin in range(0, count, BATCH):
        with database.transaction() as tx:
            if tx.dialect.name == "sqlite":
                tx.exec_driver_sql("PRAGMA cache_size=-400000")
            _copy(tx, model, first, begin, min(begin + BATCH, count), prefix)
    with database.transaction() as tx:
        if tx.dialect.name == "postgresql":
            last = f"(SELECT max(id) FROM {tables.process_instance.name})"
            tx.execute(text(f"SELECT setval(pg_get_serial_sequence('{tables.process_instance.name}', 'id'), {last})"))
    settle(database)
    return range(first, first + count)


def _copy(tx: Connection, model: int, first: int, begin: int, end: int, prefix: str) -> None:
    given = {"model": model, "first": first, "begin": begin, "last": end - 1, "prefix": prefix}
    own = {"id": ":first + n", "business_key": ":prefix || (n + 1)"}
    copy_rows(tx, tables.process_instance, own, "id = :model", given)
    own = {"instance_id": ":first + n", "business_key": ":prefix || (n + 1)", "correlation_key": ":prefix || (n + 1)"}
    for table in COPIED:
        copy_rows(tx, table, own | {"idempotency_key": "idempotency_key || ':' || :prefix || n"}, "instance_id = :model", given)
    newest = f"instance_id = :model AND seq >= (SELECT history_length FROM process_instance WHERE id = :model) - {HISTORY_KEPT}"
    copy_rows(tx, tables.history_event, own, newest, given)
    tx.execute(
        text(
            "INSERT INTO user_task_group (task_id, group_key) SELECT copy.id, g.group_key FROM user_task copy"
            " JOIN user_task origin ON origin.instance_id = :model AND origin.token_id = copy.token_id"
            " JOIN user_task_group g ON g.task_id = origin.id WHERE copy.instance_id BETWEEN :low AND :high"
        ),
        {"model": model, "low": first + begin, "high": first + end - 1},
    )


def copy_rows(tx: Connection, table: Table, own: dict[str, str], where: str, given: dict[str, object]) -> None:
    """Copy rows once for each n from `begin` to `last`; `own` has SQL for what differs. A key that is counted up is left out."""
    names = [column.name for column in table.columns if column.name != "id" or table is tables.process_instance]
    series = (
        "generate_series(CAST(:begin AS bigint), CAST(:last AS bigint)) AS series(n)"
        if tx.dialect.name == "postgresql"
        else "(WITH RECURSIVE s(n) AS (SELECT :begin UNION ALL SELECT n + 1 FROM s WHERE n < :last) SELECT n FROM s) AS series"
    )
    listed = ", ".join(f'"{name}"' for name in names)
    taken = ", ".join(own.get(name, f'model."{name}"') for name in names)
    statement = f"INSERT INTO {table.name} ({listed}) SELECT {taken} FROM {table.name} AS model, {series} WHERE {where}"
    if tx.dialect.name == "postgresql":
        statement = statement.replace(":first + n", "CAST(:first AS bigint) + n").replace(":prefix", "CAST(:prefix AS text)")
    wanted = {name: value for name, value in given.items() if f":{name}" in statement}
    tx.execute(text(statement), wanted)


def settle(database: Database) -> None:
    """What a database in use has done long ago: statistics, and a log that is short."""
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if database.dialect == "postgresql":
            connection.exec_driver_sql("VACUUM (ANALYZE)")
            connection.exec_driver_sql("CHECKPOINT")
        else:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
