"""What steps of the schema do with rows that are there already."""

from __future__ import annotations

from importlib import import_module

import pytest
from sqlalchemy import text, update

from desk import tables
from desk.collaboration.contributions import Asked
from desk.notification.templates import spoken
from desk.store import assignments, contributions, promises
from tests.desk.conftest import Office, local

pytestmark = pytest.mark.stored
TURNS = import_module("desk.steps.desk_0015_count_turns_and_let_contributions_wait")
PROMISES = import_module("desk.steps.desk_0018_alert_of_broken_promises_and_know_languages")
LANGUAGES = import_module("desk.steps.desk_0020_let_people_choose_their_language_anew")
TOLD = import_module("desk.steps.desk_0021_know_who_was_told_that_they_answer")


def test_contributions_that_nobody_holds_stand_in_line_since_they_were_asked_for(office):
    number = office.open()
    free, held = office.desk.contributions.ask(
        number, [Asked(team="technical", wanted="排查"), Asked(team="business", wanted="核对")], by="wang"
    )
    with office.engine.db.transaction() as tx:
        found = {one.team: one for one in contributions.of_case(tx, office.engine.vault, number)}
        _hold(tx, found["technical"].task_id, None)
        _hold(tx, found["business"].task_id, "chen")
        tx.execute(update(tables.contribution).values(waiting_since=None))
        tx.execute(text(TURNS.LET_WAIT_WHAT_NOBODY_HOLDS))
        waiting = {team: [one.since for one in contributions.waiting(tx, team, 9)] for team in ("technical", "business")}
    assert (free.team, held.team) == ("technical", "business")
    assert waiting == {"technical": [found["technical"].asked_at], "business": []}


def _hold(tx, task_id: int, login: str | None) -> None:
    state = "claimed" if login else "created"
    given = {"state": state, "login": login, "id": task_id}
    tx.execute(text("UPDATE user_task SET state = :state, assignee = :login WHERE id = :id"), given)


def test_promises_that_were_broken_before_alarm_nobody_and_later_ones_do(office):
    number = office.open()
    for due in ("10:30", "12:30"):
        office.desk.promising.promise(number, due_at=local(f"2023-10-01T{due}"), reason="等待供应商", by="wang")
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.promise).values(told_at=None))
        tx.execute(PROMISES.TELL_NOBODY_OF_THE_PAST, {"now": local("2023-10-01T11:00")})
        kept = promises.of_case(tx, office.engine.vault, number)
        assert [found for found, _ in promises.untold(tx, local("2023-10-01T13:00"), 9)] == [kept[1].id]


def test_who_chose_no_language_before_chooses_anew_and_is_written_to_as_before(office):
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.agent).values(language="zh"))
        tx.execute(update(tables.agent).where(tables.agent.c.login == "chen").values(language="en"))
        tx.execute(text(LANGUAGES.FORGET_WHAT_NOBODY_CHOSE))
    assert [office.desk.people.agent(login).language for login in ("li", "wang", "chen")] == ["", "", "en"]
    assert spoken("") == "zh"


def test_who_knows_already_that_they_answer_for_a_line_is_not_told_of_it_again_and_of_what_is_new_they_are(office):
    for agent in office.desk.people.agents():
        office.desk.people.change_agent(agent.login, by="test", revision=agent.revision, available=agent.login == "wang")
    known = [office.open(customer_name=name) for name in ("赵六", "钱七")]
    office.clock.advance(minutes=1)
    office.run()
    new = [office.open(customer_name=name) for name in ("孙八", "李九")]
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.assignment).values(told="[]"))
        TOLD.note_who_knows(tx)
        told = [assignments.kept(tx, number).told for number in (*known, *new)]
    assert told == [{"wang"}, {"wang"}, set(), set()]
    office.clock.advance(minutes=11)
    office.run()
    said = [one.body for one in office.desk.notices.of("wang") if one.template == "answering_line"]
    assert [[number for number in (*known, *new) if number in body] for body in said] == [new, known]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_promises_that_stand_are_found_without_looking_through_all_of_the_past(office: Office):
    with office.engine.db.transaction() as tx:
        query = (
            "EXPLAIN QUERY PLAN SELECT id FROM desk_promise WHERE fulfilled_at IS NULL AND withdrawn_at IS NULL AND due_at < '2'"
        )
        assert "ix_desk_promise_standing" in str(tx.execute(text(query)).all())
