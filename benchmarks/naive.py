"""What a user would write first: SpiffWorkflow as it comes, its serializer, and one row of JSON for each instance.

It has no tasks table, no history, no jobs and no timer index; our engine has to be faster all the same.
"""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

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


class Naive:
    """Keeps instances as rows of JSON in a SQLite file; every step loads, moves and writes one."""

    def __init__(self, diagram: Path, process_id: str, database: Path) -> None:
        parser = BpmnParser()
        parser.add_bpmn_str(plain(diagram.read_bytes()))
        self._spec = parser.get_spec(process_id)
        self._serializer = BpmnWorkflowSerializer()
        self._db = sqlite3.connect(database, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("CREATE TABLE instance (id INTEGER PRIMARY KEY, state TEXT NOT NULL)")
        self.transactions = 0

    def start(self) -> int:
        """A fresh instance; the id of it."""
        workflow = BpmnWorkflow(self._spec)
        workflow.do_engine_steps()
        cursor = self._db.execute("INSERT INTO instance (state) VALUES (?)", (self._serializer.serialize_json(workflow),))
        self.transactions += 1
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def step(self, instance_id: int) -> bool:
        """Do the next piece of work; False when none is left."""
        self._db.execute("BEGIN IMMEDIATE")
        (state,) = self._db.execute("SELECT state FROM instance WHERE id = ?", (instance_id,)).fetchone()
        workflow = self._serializer.deserialize_json(state)
        ready = workflow.get_tasks(state=TaskState.READY, manual=True)
        if ready:
            ready[0].run()
            workflow.do_engine_steps()
            workflow.refresh_waiting_tasks()
            state = self._serializer.serialize_json(workflow)
            json.loads(state)
            self._db.execute("UPDATE instance SET state = ? WHERE id = ?", (state, instance_id))
        self._db.execute("COMMIT")
        self.transactions += 1
        return bool(ready)
