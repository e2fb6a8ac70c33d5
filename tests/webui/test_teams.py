"""Teams, the plan of a week, one person's switch, shift, leave and skills, by their pages."""

from __future__ import annotations

import pytest

from desk.model import Availability
from tests.support.product import Product

OFFICE = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-12:00, 13:30-18:00")
SHIFT = {"own": "yes", **OFFICE, "sat": "", "sun": "", "zone": "Asia/Shanghai"}
LEAVE = {"from_at": "2026-01-06T09:00", "until_at": "2026-01-08T18:00", "delegate": "zhao", "open_work": "hand_over"}


def read_mark(page: str) -> str:
    return page.partition('name="read" value="')[2].partition('"')[0]


def set_shift(product: Product, login: str, **changes) -> tuple[int, str]:
    visitor = product.visitor("wang")
    form = {**SHIFT, "read": read_mark(visitor.get(f"/people/{login}").text), **changes}
    answer = visitor.post(f"/people/{login}/shift", form)
    return answer.status_code, answer.text


def test_the_teams_show_who_is_there_what_they_carry_and_what_waits(product):
    product.open_case()
    visitor = product.visitor("wang")
    page = visitor.get("/teams").text
    assert "Complaints" in page
    assert "Urgent 1" in page
    team = visitor.get("/teams/complaints").text
    assert "李娜" in team
    assert "3 of 10" in team
    assert "客服一组" in product.visitor("wang", language="zh").get("/teams").text


def test_an_agent_sees_the_own_teams_only(product):
    visitor = product.visitor("zhao")
    page = visitor.get("/teams").text
    assert "Service 1" in page
    assert "Complaints" not in page
    assert visitor.get("/teams/complaints").status_code == 403
    assert visitor.get("/people/li").status_code == 403
    assert visitor.get("/people/zhao").status_code == 200
    assert product.visitor("wang").get("/teams/nowhere").status_code == 404
    assert product.visitor("analyst").get("/teams").status_code == 403


def test_everybody_turns_the_own_switch_by_the_menu(product):
    visitor = product.visitor("li")
    form = {"availability": "busy", "minutes": "30", "back": "/inbox"}
    assert visitor.post("/people/li/availability", form).headers["Location"] == "/inbox"
    assert "busy" in visitor.get("/teams/service").text
    assert "until 01-05 10:00" in visitor.get("/inbox").text
    assert visitor.post("/people/zhao/availability", form).status_code == 403
    product.clock.advance(minutes=30)
    assert "busy</span>" not in visitor.get("/teams/service").text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"availability": "asleep"}, 422),
        ({"availability": "away", "minutes": "soon"}, 422),
        ({"availability": "away", "until_at": "2026-13-01"}, 422),
        ({"availability": "away", "until_at": "2026-01-01T09:00"}, 422),
    ],
)
def test_a_switch_that_cannot_be_is_refused(product, form, status):
    assert product.visitor("li").post("/people/li/availability", form).status_code == status
    assert product.desk.people.agent("li").availability == "available"


def test_a_shift_and_its_dates_stand_in_the_plan_of_the_week(product):
    status, _ = set_shift(product, "li", day=["2026-01-07", "2026-01-10"], day_spans=["", "10:00-14:00"])
    assert status == 303
    page = product.visitor("zhao").get("/teams/service/week?from=2026-01-08").text
    assert page.count("13:30–18:00") == 4
    assert page.count("10:00–14:00") == 1
    assert "Sun 11 Jan" in page
    assert "1月11日" in product.visitor("zhao", language="zh").get("/teams/service/week").text
    assert product.visitor("zhao").get("/teams/service/week?from=9999-99-99").status_code == 200


def test_the_week_says_of_leave_for_some_hours_that_somebody_without_hours_is_there_otherwise(product):
    at = {"from_at": "2026-01-07T21:00", "until_at": "2026-01-09T00:00", "open_work": "keep", "enter": "yes"}
    assert product.visitor("li").post("/people/li/leave", {**LEAVE, **at}).status_code == 303
    page = product.visitor("li").get("/teams/service/week?from=2026-01-08").text
    row = page.partition("</caption>")[2].partition('href="/people/li"')[2].partition("</tr>")[0]
    assert row.count("otherwise always on") == 1
    assert row.count(">always on<") == 5


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"mon": "9-12"}, "isn&#39;t a span"),
        ({"mon": "09:00-12:00, 11:00-14:00"}, "overlap"),
        ({"mon": "22:00-06:00"}, "split a night shift"),
        ({"zone": "Mars/Base"}, "there is no time zone"),
        (dict.fromkeys(OFFICE, ""), "no day of the week is worked"),
    ],
)
def test_hours_that_cannot_be_are_refused_and_kept_in_the_form(product, change, told):
    status, page = set_shift(product, "li", **change)
    assert status == 422
    assert told in page
    assert product.desk.attendance.shifts() == {}


def test_a_shift_changed_meanwhile_is_not_overwritten(product):
    assert set_shift(product, "li")[0] == 303
    status, page = set_shift(product, "li", read="0000000000000000")
    assert status == 409
    assert "Somebody else changed this shift" in page


def test_leave_is_previewed_before_it_is_entered_and_can_be_called_off(product):
    number = product.open_case(type="inquiry")
    product.desk.work.claim(product.task_of(number).id, by="li")
    visitor = product.visitor("li")
    preview = visitor.post("/people/li/leave", LEAVE).text
    assert f"{number}: goes to 赵敏" in preview
    assert product.desk.attendance.leave() == []
    assert visitor.post("/people/li/leave", {**LEAVE, "enter": "yes"}).status_code == 303
    [leave] = product.desk.attendance.leave()
    assert (leave.login, leave.delegate) == ("li", "zhao")
    assert visitor.get("/teams/service/week").text.count("leave</span>") == 3
    assert product.visitor("zhao").post(f"/people/li/leave/{leave.id}/cancel").status_code == 403
    visitor.post(f"/people/li/leave/{leave.id}/cancel")
    assert product.desk.attendance.leave() == []


@pytest.mark.parametrize(
    "change",
    [{"until_at": ""}, {"until_at": "2026-01-05T09:00"}, {"from_at": "whenever"}, {"delegate": "li"}, {"open_work": "burn"}],
)
def test_leave_that_cannot_be_is_refused(product, change):
    assert product.visitor("li").post("/people/li/leave", {**LEAVE, "enter": "yes", **change}).status_code == 422
    assert product.desk.attendance.leave() == []


def test_a_head_of_the_team_changes_skills_with_levels_and_capacity(product):
    revision = product.desk.people.agent("zhao").revision
    form = {"level-inquiry": "5", "more_skills": "loans:4", "lines": "cards，loans", "languages": "zh, en", "capacity": "7"}
    assert product.visitor("zhao").post("/people/zhao/work", {**form, "revision": revision}).status_code == 403
    visitor = product.visitor("wang")
    assert visitor.post("/people/zhao/work", {**form, "revision": revision}).status_code == 303
    changed = product.desk.people.agent("zhao")
    assert (dict(changed.levels), changed.capacity) == ({"inquiry": 5, "loans": 4}, 7)
    assert (changed.lines, changed.languages) == (("cards", "loans"), ("zh", "en"))
    assert visitor.post("/people/zhao/work", {**form, "revision": revision}).status_code == 409
    for wrong in ({"capacity": "-1"}, {"capacity": "many"}, {"more_skills": "loans:9"}):
        assert visitor.post("/people/zhao/work", {**form, "revision": changed.revision, **wrong}).status_code == 422


def test_only_the_heads_of_a_team_set_its_hours(product):
    visitor, form = product.visitor("wang"), {**SHIFT, "read": ""}
    mark = read_mark(visitor.get("/teams/service/shift").text)
    assert product.visitor("zhao").post("/teams/service/shift", {**form, "read": mark}).status_code == 403
    product.desk.people.change_team("service", supervisor="admin", by="admin")
    assert visitor.post("/teams/service/shift", {**form, "read": mark}).status_code == 403
    assert product.visitor("admin").post("/teams/service/shift", {**form, "read": mark}).status_code == 303
    assert ("team", "service") in product.desk.attendance.shifts()


def test_the_page_of_leave_warns_of_who_stands_in_without_having_signed_in_yet(product):
    number = product.open_case(type="inquiry")
    product.desk.work.claim(product.task_of(number).id, by="li")
    product.desk.people.reset_password("zhao", "one-time-" + "x" * 12, by="admin")
    visitor = product.visitor("li")
    assert "赵敏 – has not used the one-time password yet" in visitor.get("/people/li").text
    preview = visitor.post("/people/li/leave", LEAVE).text
    assert 'id="cannot-stand-in"' in preview
    assert "No case reaches 赵敏 when the leave begins: has not used the one-time password yet." in preview
    assert f"{number}: goes to 赵敏" not in preview
    assert visitor.post("/people/li/leave", {**LEAVE, "enter": "yes"}).status_code == 303
    assert 'stands in <span class="badge warn">' in visitor.get("/people/li").text


def test_the_page_of_leave_warns_when_no_case_reaches_who_stands_in_and_says_nothing_of_them_without_any(product):
    number = product.open_case(type="complaint", subtype="product_fault")
    assert product.task_of(number).assignee == "li"
    revision = product.desk.people.agent("zhao").revision
    given = {"skills": (), "lines": (), "languages": (), "capacity": 9, "revision": revision, "by": "wang"}
    product.desk.staff.change_work("zhao", **given)
    preview = product.visitor("li").post("/people/li/leave", LEAVE).text
    assert "None of these cases reaches 赵敏 as things stand" in preview
    assert "Cases go by the rules of assignment to who stands in" in preview
    alone = product.visitor("li").post("/people/li/leave", {**LEAVE, "delegate": "", "open_work": "give_back"}).text
    assert "Cases go by the rules of assignment to who stands in" not in alone
    assert 'id="cannot-stand-in"' not in alone
    assert "and waits: nobody can take it when the leave begins" in alone


def test_the_preview_of_a_heads_leave_says_who_answers_then_for_what_waits(product):
    for login in ("li", "zhao", "chen"):
        product.desk.attendance.set_availability(login, Availability.AWAY, by=login)
    number = product.open_case(type="complaint", subtype="product_fault")
    assert product.desk.cases.case(number, viewer="wang").case.owner == "wang"
    asked = {**LEAVE, "delegate": "", "open_work": "keep"}
    assert f"{number}: stays with 王主管" in product.visitor("wang").post("/people/wang/leave", asked).text
    product.desk.people.change_team("complaints", supervisor="wang", deputy="admin", by="admin")
    preview = product.visitor("wang").post("/people/wang/leave", asked).text
    assert "answers for 1 case that waits:" in preview
    assert f"{number}: 管理员 answers for it then" in preview
    assert "No open task would be concerned" not in preview


def test_the_own_page_says_on_leave_and_not_available_while_the_leave_lasts(product):
    visitor = product.visitor("li")
    visitor.post("/people/li/leave", {**LEAVE, "enter": "yes"})
    before = visitor.get("/people/li").text.partition('id="now"')[2].partition("</section>")[0]
    assert "badge good" in before
    assert "on leave until" not in before
    product.clock.advance(days=2)
    during = visitor.get("/people/li").text.partition('id="now"')[2].partition("</section>")[0]
    assert "on leave until 01-08 18:00" in during
    assert 'badge good">available' not in visitor.get("/inbox").text, "nor does the menu"
    assert "badge good" not in during
