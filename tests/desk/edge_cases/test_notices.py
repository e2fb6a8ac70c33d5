"""E34 and E42: who is told at night, and that somebody always is."""

from __future__ import annotations

import pytest

from desk.store import escalations
from handlers.notify import Notify
from tests.desk.conftest import BILLING_DAY
from tests.handlers.conftest import call, desk_settings, mail, office, post

__all__ = ["desk_settings", "mail", "office", "post"]


@pytest.fixture
def tell(office, post):
    """Have somebody told, as a diagram would, and let the courier go."""
    notify = Notify(office.desk.context, post)

    def told(number, key, **headers):
        notify.do(call(office, number, "notify", key=key, **headers))
        office.run()

    for login in ("li", "wang"):
        agent = office.desk.people.agent(login)
        office.desk.people.change_agent(login, by="admin", revision=agent.revision, email=f"{login}@example.org")
    return told


def test_e34_at_night_a_breach_is_recorded_its_mail_waits_for_the_morning_and_an_urgent_one_leaves(office, tell, mail):
    office.at("10:20")
    number = office.open(BILLING_DAY, by="li")
    urgent = office.open()
    office.at("22:00", day="2023-10-02")
    with office.engine.db.reading() as tx:
        assert {one.clock for one in escalations.levels(tx, number)} >= {"solve"}
    mail.letters.clear()
    tell(number, "night-1", to="supervisor", template="reopened")
    assert mail.letters == []
    tell(urgent, "night-2", to="supervisor", template="reopened")
    assert [urgent in letter.subject for letter in mail.letters] == [True]
    office.at("08:00", day="2023-10-03")
    assert any(number in letter.subject for letter in mail.letters)


def test_e42_when_nobody_can_follow_up_every_supervisor_is_alarmed_at_once(office, tell, mail):
    office.at("10:20")
    number = office.open(BILLING_DAY, by="li")
    office.at("23:00")
    mail.letters.clear()
    tell(number, "alarm", to="supervisors", template="queue_alarm")
    supervisors = {one.login for one in office.desk.people.agents() if one.role == "supervisor" and one.active}
    told = {login for login in supervisors if any(each.template == "queue_alarm" for each in office.desk.notices.of(login))}
    assert told == supervisors
    assert [letter.to for letter in mail.letters] == ["wang@example.org"]
