"""A case goes to another team: its line, its people, its task; the customer's limits go on, that for a transfer is kept."""

from __future__ import annotations

import pytest

from desk.collaboration.contributions import Asked
from desk.errors import AnswersInvalid, RightMissing, TeamNotFound
from desk.model import Availability
from desk.store import candidates
from engine.errors import Forbidden, StaleRevision
from tests.desk.conftest import BILLING_DAY, Office, local

pytestmark = pytest.mark.stored
WHY = "需要技术排查"


def transferred(office: Office, number: str, team: str = "technical", *, by: str = "wang"):
    return office.desk.transferring.give_to_team(number, team, reason=WHY, by=by)


def clocks_of(office: Office, number: str) -> dict[str, object]:
    return {clock.name: clock for clock in office.desk.cases.case(number, viewer="wang").clocks}


def test_the_team_that_gets_a_case_has_it_with_its_people_and_only_the_transfer_is_over(office):
    number = office.open()
    office.at("09:40")
    before = clocks_of(office, number)
    answer = transferred(office, number)
    case = office.desk.cases.case(number, viewer="tech").case
    assert (answer.assignee, case.owner, case.team, office.task(number).assignee) == ("tech", "tech", "technical", "tech")
    after = clocks_of(office, number)
    assert (after["transfer"].verdict, after["transfer"].stopped_at) == ("on_time", local("2023-10-01T09:40"))
    assert {name: after[name] for name in before if name != "transfer"} == {
        name: before[name] for name in before if name != "transfer"
    }
    assert "reassigned" in {notice.template for notice in office.desk.notices.of("tech")}
    last = office.desk.ownership.story(number, viewer="wang")[-1]
    assert (last.how, last.by, last.reason, last.decision.reason_code) == ("reassigned", "wang", WHY, "only_one_free")


def test_where_nobody_is_free_the_case_waits_in_the_line_of_the_team_that_got_it(office):
    number = office.open()
    office.desk.attendance.set_availability("tech", Availability.AWAY, by="tech")
    assert transferred(office, number).assignee is None
    assert [one.case.number for one in office.desk.ownership.line("technical", viewer="wang").cases] == [number]
    assert office.task(number).candidate_groups == ("technical",)
    with pytest.raises(Forbidden, match="offered to technical"):
        office.desk.work.claim(office.task(number).id, by="wang")
    office.desk.attendance.set_availability("tech", Availability.AVAILABLE, by="tech")
    office.run()
    assert office.task(number).assignee == "tech"
    office.resolve(number)
    assert office.desk.cases.case(number, viewer="wang").case.state == "resolved"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_transfer_waits_for_nobody_about_whom_somebody_else_decides(office):
    number = office.open()
    known = {agent.login: agent for agent in office.desk.people.agents()}
    office.desk.people.change_agent("chen", by="test", revision=known["chen"].revision, team_keys=("technical",))
    with office.desk.context.engine.db.transaction() as other:
        candidates.lock(other, ("chen",))
        assert transferred(office, number).assignee == "tech"


def test_a_case_that_waits_goes_from_one_line_into_the_other(office):
    for login in ("li", "tech"):
        office.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    number = office.open()
    transferred(office, number)
    lines = {team: office.desk.ownership.line(team, viewer="wang").cases for team in ("complaints", "technical")}
    assert ([one.case.number for one in lines["technical"]], lines["complaints"]) == ([number], ())


def test_e24_each_team_that_gets_the_case_has_a_limit_of_its_own_until_the_next_one_or_the_solution(office):
    number = office.open()
    office.at("09:40")
    office.desk.contributions.ask(number, [Asked(team="product", wanted="核对", limit="2h")], by="wang")
    transferred(office, number)
    office.at("09:50")
    transferred(office, number, "business")
    own = {name: clock for name, clock in clocks_of(office, number).items() if name.startswith("team:")}
    assert {name: (clock.started_at, clock.stopped_at) for name, clock in own.items()} == {
        "team:product:1": (local("2023-10-01T09:40"), None),
        "team:technical:1": (local("2023-10-01T09:40"), local("2023-10-01T09:50")),
        "team:business:1": (local("2023-10-01T09:50"), None),
    }
    assert own["team:business:1"].due_at == local("2023-10-01T10:50")
    part = office.desk.contributions.of_case(number, viewer="wang")[0].contribution
    office.desk.contributions.withdraw(part.id, reason="不需要", by="wang")
    office.at("10:00")
    office.resolve(number)
    assert clocks_of(office, number)["team:business:1"].verdict == "on_time"


def test_who_has_the_case_and_the_teams_head_are_told_once_when_the_teams_own_limit_is_missed(office):
    number = office.open()
    office.at("09:50")
    office.desk.contributions.ask(number, [Asked(team="product", wanted="核对", limit="30min")], by="wang")
    transferred(office, number, "business")
    holder = office.desk.cases.case(number, viewer="wang").case.owner
    assert holder not in (None, "wang")
    told = []
    for hour in ("10:49", "10:51", "11:20"):
        office.at(hour)
        told.append({login: subjects(office, login) for login in (holder, "wang", "tech")})
    once = ["部门时限已过：NR20231001001（业务部门）"]
    assert told == [{holder: [], "wang": [], "tech": []}, *[{holder: once, "wang": once, "tech": []}] * 2]


def subjects(office: Office, login: str) -> list[str]:
    return [one.subject for one in office.desk.notices.of(login) if one.template == "team_limit_missed"]


def test_who_has_the_case_and_supervisors_give_it_to_another_team_and_say_why(office):
    number = office.open(BILLING_DAY, received_at="2023-10-01T09:20")
    owner = office.task(number).assignee
    with pytest.raises(RightMissing):
        transferred(office, number, by={"li": "zhao", "zhao": "li"}[owner])
    with pytest.raises(AnswersInvalid):
        office.desk.transferring.give_to_team(number, "technical", reason=" ", by=owner)
    with pytest.raises(AnswersInvalid):
        transferred(office, number, "service")
    with pytest.raises(TeamNotFound):
        transferred(office, number, "nowhere")
    with pytest.raises(StaleRevision):
        office.desk.transferring.give_to_team(number, "technical", reason=WHY, by=owner, revision=99)
    assert transferred(office, number, by=owner).assignee == "tech"
