"""What a user would write first: SpiffWorkflow as it comes, its serializer, and one row of JSON for each instance.

On SQLite, or on PostgreSQL with the same three statements.

It has no tasks table, no history, no jobs and no timer index; our engine has to be faster all the same.
"""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.util.task import TaskState

from bpmn.normalise import normalise

WORK = re.compile(rb"(</?(?:\w+:)?)(serviceTask|sendTask|businessRuleTask|userTask)\b")
CONDITION = re.compile(rb"(<(?:\w+:)?conditionExpression[^>]*>)[^<]*(<)")
TIMER = re.compile(rb"<((?:\w+:)?)time(?:Date|Duration)[^>]*>[^<]*</[^>]*>")


def plain(diagram: bytes) -> bytes:
    """The diagram in a form that SpiffWorkflow's own parser takes: manual tasks, Python conditions, far timers."""
    text = WORK.sub(rb"\1manualTask", normalise(diagram))
    text = CONDITION.sub(rb"\1False\2", text)
    return TIMER.sub(rb'<\1timeDuration>"P30D"</\1timeDuration>', text)


def sqlite_rows(file: Path) -> Any:
    """A connection whose transactions are opened by BEGIN, with an empty table."""
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE naive (id INTEGER PRIMARY KEY, state TEXT NOT NULL)")
    return connection


def postgres_rows(url: str) -> Any:
    """The same on PostgreSQL."""
    connection = psycopg.connect(url.replace("+psycopg", ""), autocommit=True)
    connection.execute("DROP TABLE IF EXISTS naive")
    connection.execute("CREATE TABLE naive (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state TEXT NOT NULL)")
    return connection


class Naive:
    """Keeps instances as rows of JSON; every step loads, moves and writes one."""

    def __init__(self, diagram: Path, process_id: str, rows: Any) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(plain(diagram.read_bytes()))
        self._spec = parser.get_spec(process_id)
        self._serializer = BpmnWorkflowSerializer()
        self._db = rows
        self._begin, self._mark = ("BEGIN IMMEDIATE", "?") if isinstance(rows, sqlite3.Connection) else ("BEGIN", "%s")
        self.transactions = 0

    def start(self) -> int:
        """A fresh instance; the id of it."""
        workflow = BpmnWorkflow(self._spec)
        workflow.do_engine_steps()
        insert = f"INSERT INTO naive (state) VALUES ({self._mark}) RETURNING id"
        ((instance_id,),) = self._db.execute(insert, (self._serializer.serialize_json(workflow),)).fetchall()
        self.transactions += 1
        return instance_id

    def step(self, instance_id: int) -> bool:
        """Do the next piece of work; False when none is left."""
        self._db.execute(self._begin)
        (state,) = self._db.execute(f"SELECT state FROM naive WHERE id = {self._mark}", (instance_id,)).fetchone()
        workflow = self._serializer.deserialize_json(state)
        ready = workflow.get_tasks(state=TaskState.READY, manual=True)
        if ready:
            ready[0].run()
            workflow.do_engine_steps()
            workflow.refresh_waiting_tasks()
            state = self._serializer.serialize_json(workflow)
            json.loads(state)
            self._db.execute(f"UPDATE naive SET state = {self._mark} WHERE id = {self._mark}", (state, instance_id))
        self._db.execute("COMMIT")
        self.transactions += bool(ready)
        return bool(ready)

    def close(self) -> None:
        self._db.close()
