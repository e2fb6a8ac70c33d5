"""Who answers for cases that nobody has is told: of each case once, of a line in one notice; administrators when nobody may."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from desk import tables
from desk.model import Role
from desk.notification.channel_book import Entry
from desk.staffing.answering import ANSWERING, LINE, NOBODY_ANSWERS
from desk.store import assignments
from handlers.channels.http import Http
from handlers.channels.webhook import Webhook
from tests.desk.answering.conftest import ask, on_leave, on_sqlite, owner_of, pass_minutes, switch, told
from tests.desk.conftest import Office
from tests.support.channels import SECRET, serving

pytestmark = pytest.mark.stored


def line_of_three(office: Office) -> list[str]:
    """Three cases that came one after the other, so that each is looked at at another minute."""
    numbers = []
    for _ in range(3):
        numbers.append(ask(office))
        pass_minutes(office, 3)
    assert (told(office, "wang"), told(office, "wang", LINE)) == (3, 0)
    return numbers


def owners(office: Office, numbers: list[str]) -> list[str | None]:
    return [owner_of(office, number) for number in numbers]


def test_r40_a_line_that_changes_hands_is_told_of_in_one_notice(office):
    numbers = line_of_three(office)
    on_leave(office, "wang")
    pass_minutes(office, 10)
    assert (owners(office, numbers), told(office, "sun", LINE), told(office, "sun")) == (["sun"] * 3, 1, 0)
    (notice,) = [one for one in office.desk.notices.of("sun") if one.template == LINE]
    assert notice.subject == "由您负责的待分派案件：客服二组 3 件"
    assert f"案件：{', '.join(numbers)}\n打开队列：http://desk.example/teams/service-b/line" in notice.body
    pass_minutes(office, 30)
    assert (told(office, "sun", LINE), told(office, "sun"), told(office, "wang", LINE), told(office, "wang")) == (1, 0, 0, 3)


@on_sqlite
def test_r40_a_line_is_told_of_once_to_each_also_when_it_changes_hands_again(office):
    switch(office, "sun", language="en")
    numbers = line_of_three(office)
    for gone, there in (("wang", "sun"), ("sun", "wang"), ("wang", "sun")):
        switch(office, there, available=True)
        switch(office, gone, available=False)
        pass_minutes(office, 10)
        assert owners(office, numbers) == [there] * 3
    assert (told(office, "sun", LINE), told(office, "sun"), told(office, "wang", LINE), told(office, "wang")) == (1, 0, 0, 3)
    subjects = [one.subject for one in office.desk.notices.of("sun") if one.template == LINE]
    assert subjects == ["You answer for 3 cases that wait for 客服二组"]
    new = ask(office)
    pass_minutes(office, 1)
    assert (owner_of(office, new), told(office, "sun", LINE), told(office, "sun")) == ("sun", 1, 1)


@on_sqlite
@pytest.mark.parametrize(("count", "template"), [(1, ANSWERING), (2, LINE)])
def test_r40_who_listens_to_what_is_answered_for_learns_of_each_who_does(office, count, template):
    with serving(office.clock.now().timestamp()) as service:
        to = {"url": f"{service.url}/hook", "secret": SECRET, "http": Http(inner_hosts=("127.0.0.1",)), "clock": office.clock}
        office.desk.channels.add(Entry(name="hook", channel=Webhook(**to), subscribes=frozenset({ANSWERING})))
        for _ in range(count):
            ask(office)
        pass_minutes(office, 1)
        on_leave(office, "wang")
        pass_minutes(office, 10)
    said = [one.template for one in office.desk.deliveries.page(by="wang", channel="hook").deliveries]
    assert (said, told(office, "wang", template), told(office, "sun", template)) == ([template] * 2, 1, 1)


@on_sqlite
def test_r40_a_worker_that_dies_after_it_told_of_a_line_lets_nobody_be_told_again(office, monkeypatch):
    numbers = line_of_three(office)
    office.desk.people.change_team("service-b", supervisor="sun", deputy=None, by="admin")
    with monkeypatch.context() as dying:
        dying.setattr("desk.staffing.lines.Lines._each", lambda *_, **__: 0)
        office.desk.lines.tend()
    assert (owners(office, numbers), told(office, "sun", LINE)) == (["wang"] * 3, 1)
    pass_minutes(office, 1)
    assert (owners(office, numbers), told(office, "sun", LINE), told(office, "sun")) == (["sun"] * 3, 1, 0)


@on_sqlite
def test_r40_what_another_worker_took_of_a_line_is_left_to_it(office, monkeypatch):
    monkeypatch.setattr("desk.staffing.lines.AT_ONCE", 1)
    numbers = line_of_three(office)
    on_leave(office, "wang")
    office.clock.advance(minutes=10)
    with monkeypatch.context() as dying:
        dying.setattr("desk.staffing.lines.Lines._each", lambda *_, **__: 0)
        office.desk.lines.tend()
    assert office.desk.lines.tend() == 1
    assert sorted(owners(office, numbers)) == ["sun", "wang", "wang"]
    assert office.desk.lines.tend() == 1
    assert office.desk.lines.tend() == 0
    assert sorted(owners(office, numbers)) == ["sun", "sun", "wang"]
    office.clock.advance(seconds=30)
    assert (office.desk.lines.tend(), owners(office, numbers)) == (1, ["sun"] * 3)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_r40_while_a_worker_chooses_what_to_look_at_no_other_one_tells_of_part_of_a_line(office):
    for _ in range(2):
        ask(office)
    office.clock.advance(minutes=1)
    with office.engine.db.transaction() as choosing:
        assert assignments.may_choose_looks(choosing)
        assert office.desk.lines.tend() == 0
    assert (office.desk.lines.tend(), told(office, "wang", LINE)) == (2, 1)


@on_sqlite
def test_r40_the_notice_of_a_long_line_names_some_of_its_cases(office, monkeypatch):
    monkeypatch.setattr("desk.staffing.answering.MOST_NAMED", 2)
    first, second, third = (ask(office) for _ in range(3))
    pass_minutes(office, 1)
    (notice,) = [one for one in office.desk.notices.of("wang") if one.template == LINE]
    assert f"{first}, {second} …" in notice.body
    assert third not in notice.body


def test_r40_a_line_that_is_too_long_to_be_read_as_a_whole_is_said_to_be_longer(office, monkeypatch):
    monkeypatch.setattr("desk.staffing.answering.MOST_OF_A_LINE", 2)
    first, second, third = line_of_three(office)
    on_leave(office, "wang")
    pass_minutes(office, 4)
    assert owners(office, [first, second, third]) == ["sun", "sun", "wang"]
    (notice,) = [one for one in office.desk.notices.of("sun") if one.template == LINE]
    assert notice.subject == "由您负责的待分派案件：客服二组 2+ 件"
    assert f"案件：{first}, {second}\n" in notice.body
    pass_minutes(office, 10)
    assert (owner_of(office, third), told(office, "sun", LINE), told(office, "sun")) == ("sun", 1, 1)


@on_sqlite
def test_r40_several_lines_that_change_hands_at_once_are_each_told_of_as_a_whole(office, monkeypatch):
    monkeypatch.setattr("desk.staffing.answering.MOST_OF_A_LINE", 3)
    numbers = []
    for _ in range(2):
        numbers += [ask(office), office.open(received_at="")]
        pass_minutes(office, 3)
    on_leave(office, "wang")
    pass_minutes(office, 7)
    assert (owners(office, numbers), told(office, "sun", LINE), told(office, "sun")) == (["sun"] * 4, 2, 0)


@on_sqlite
def test_r40_a_case_that_is_kept_from_all_who_lead_is_nobodys(only_wang):
    office, number = only_wang, ask(only_wang)
    keep_from_all(office, number)
    pass_minutes(office, 11)
    assert (owner_of(office, number), told(office, "admin"), told(office, "wang")) == (None, 0, 0)


def keep_from_all(office: Office, number: str) -> None:
    for login in ("admin", "wang"):
        office.desk.lines.keep_from(number, login, by="admin")


@on_sqlite
def test_e42_when_nobody_may_answer_administrators_are_alarmed_once(only_wang):
    office, number = only_wang, ask(only_wang)
    keep_from_all(office, number)
    assert told(office, "admin", NOBODY_ANSWERS) == 1
    pass_minutes(office, 30)
    assert [told(office, login, NOBODY_ANSWERS) for login in ("admin", "wang", "chen")] == [1, 0, 0]
    (notice,) = [one for one in office.desk.notices.of("admin") if one.template == NOBODY_ANSWERS]
    assert (notice.subject, notice.case_number) == (f"无人可负责：{number}", number)


@on_sqlite
def test_e42_administrators_are_alarmed_again_when_again_nobody_may_answer(only_wang):
    office, number = only_wang, ask(only_wang)
    keep_from_all(office, number)
    for active, owner in ((True, "sun"), (False, None)):
        switch(office, "sun", active=active)
        pass_minutes(office, 10)
        assert owner_of(office, number) == owner
    assert (told(office, "sun"), told(office, "admin", NOBODY_ANSWERS)) == (1, 2)


@on_sqlite
def test_e42_where_nobody_leads_the_team_is_alarmed(office):
    with office.engine.db.transaction() as tx:
        tx.execute(update(tables.agent).values(role=Role.AGENT))
    number = ask(office)
    pass_minutes(office, 1)
    in_team = {one.login for one in office.desk.people.agents() if "service-b" in one.team_keys}
    alarmed = {one.login for one in office.desk.people.agents() if told(office, one.login, NOBODY_ANSWERS)}
    assert (office.desk.cases.case(number, viewer="chen").case.owner, alarmed) == (None, in_team)


@on_sqlite
def test_e42_who_is_kept_from_a_case_is_not_alarmed_that_nobody_may_answer_for_it(only_wang):
    office, number = only_wang, ask(only_wang)
    for login in ("li", "wang"):
        switch(office, login, team_keys=("service-b",))
    with office.engine.db.transaction() as tx:
        assignments.keep_from(tx, number, {"wang", "chen"}, team="service-b")
        tx.execute(update(tables.agent).where(tables.agent.c.login == "admin").values(role=Role.AGENT))
    pass_minutes(office, 1)
    alarmed = {one.login for one in office.desk.people.agents() if told(office, one.login, NOBODY_ANSWERS)}
    assert (office.desk.cases.case(number, viewer="li").case.owner, alarmed) == (None, {"li"})
