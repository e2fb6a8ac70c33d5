"""催办: who is told, how often one may, and that the history keeps it."""

from __future__ import annotations

import pytest

from desk.errors import AnswersInvalid, CaseNotFound, RightMissing, UrgedTooSoon
from desk.wordings import TOO_LONG_REASON


@pytest.fixture
def number(office):
    return office.open()


def urged(office, login):
    return [notice.body for notice in office.desk.notices.of(login) if notice.template == "urged"]


def test_the_owner_is_told_and_from_the_third_time_on_the_supervisor_too(office, number):
    owner = office.desk.cases.case(number, viewer="wang").case.owner
    for minute, told in (("09:40", {owner}), ("09:50", {owner}), ("10:00", {owner, "wang"})):
        office.at(minute)
        done = office.desk.urging.urge(number, by="wang", comment="客户很急")
        assert set(done.told) == told
    assert done.times == 3
    assert len(urged(office, owner)) == 3
    assert "第 3 次" in urged(office, "wang")[0]
    assert "客户很急" in urged(office, "wang")[0]


def test_within_ten_minutes_the_same_person_hears_when_next_and_another_may(office, number):
    office.at("09:40")
    office.desk.urging.urge(number, by="wang")
    office.at("09:49")
    with pytest.raises(UrgedTooSoon, match="at 09:50"):
        office.desk.urging.urge(number, by="wang")
    assert office.desk.urging.urge(number, by="wang", for_customer=True).times == 2
    office.at("09:50")
    assert office.desk.urging.urge(number, by="wang").times == 3


def test_the_history_keeps_who_urged_and_why(office, number):
    office.at("09:40")
    office.desk.urging.urge(number, by="wang", comment="客户很急")
    (item,) = [one for one in office.desk.cases.timeline(number, viewer="wang") if one.kind == "urge"]
    assert (item.by, item.text) == ("wang", "客户很急")


def test_a_comment_that_is_too_long_is_told_how_long_it_may_be(office, number):
    with pytest.raises(AnswersInvalid) as refused:
        office.desk.urging.urge(number, by="wang", comment="急" * 501)
    assert refused.value.errors == {"comment": TOO_LONG_REASON}


def test_nobody_urges_what_they_cannot_see_or_work_on(office, number):
    with pytest.raises(CaseNotFound):
        office.desk.urging.urge("NR00000000000", by="wang")
    analyst = next(one.login for one in office.desk.people.agents() if one.role == "analyst")
    with pytest.raises(RightMissing):
        office.desk.urging.urge(number, by=analyst)
