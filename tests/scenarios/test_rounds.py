"""A customer who is never satisfied: every round costs the same, and a case is never complete while a task is open."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from engine.db import queries
from engine.model import InstanceState
from tests.desk.conftest import Office

ROUNDS = 30


def reopen(office: Office, number: str) -> int:
    """One round, answered with 不满意; how many database statements it took."""
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    event.listen(office.engine.db.engine, "before_cursor_execute", count)
    try:
        office.clock.advance(minutes=5)
        office.resolve(number)
        office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": "dissatisfied"})
        office.run()
    finally:
        event.remove(office.engine.db.engine, "before_cursor_execute", count)
    return statements


def test_the_thirtieth_reopening_takes_no_more_than_the_second(office: Office) -> None:
    number = office.open()
    statements, snapshots = [], []
    for turn in range(1, ROUNDS + 1):
        statements.append(reopen(office, number))
        with office.engine.db.reading() as tx:
            instance = queries.instance_by_key(tx, number)
            snapshots.append(len(tx.exec_driver_sql("SELECT snapshot FROM process_instance").scalar_one()))
        assert instance.state is InstanceState.ACTIVE
        assert "handle" in office.activities(number), f"round {turn} lost its task"
        assert office.desk.cases.case(number, viewer="wang").case.round == turn + 1
    assert statements[-1] <= 1.2 * statements[1]
    assert snapshots[-1] <= 1.2 * snapshots[1]


@pytest.mark.parametrize("rating", ["satisfied", "neutral"])
def test_any_other_answer_closes_the_case(office: Office, rating: str) -> None:
    number = office.open()
    reopen(office, number)
    office.resolve(number)
    office.desk.surveys.answer(office.desk.surveys.invite(number).token, {"rating": rating})
    office.run()
    with office.engine.db.reading() as tx:
        assert queries.instance_by_key(tx, number).state is InstanceState.COMPLETED
        assert queries.tasks(tx, instance_id=queries.instance_by_key(tx, number).id) == []


def test_nobody_answering_closes_the_case_when_the_wait_is_over(office: Office) -> None:
    number = office.open()
    office.resolve(number)
    office.at("09:00", day="2023-10-20")
    assert office.desk.cases.case(number, viewer="wang").case.state == "closed"
