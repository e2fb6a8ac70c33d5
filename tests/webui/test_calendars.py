"""The calendar studio by HTTP: looking, asking what if, drafting, previewing, publishing, importing a year."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from desk.calendars.statutory import read_year

OFFICE = "/calendars/cn-office"
YEAR_2027 = """
country = "cn"
year = 2027
source = "国办发明电（测试）"
[[holidays]]
name = { zh = "元旦", en = "New Year" }
off = ["2027-01-01/2027-01-03"]
worked = ["2026-12-27"]
"""


def close(visitor, day, revision=1, **changes):
    fields = {"layer": "organisation", "first": day, "name": "盘点", "name_en": "Stocktaking", "does": "close"}
    return visitor.post(f"{OFFICE}/day", {**fields, "revision": revision, **changes})


def publish(visitor, revision, note="stocktaking"):
    return visitor.post(f"{OFFICE}/publish", {"note": note, "revision": revision})


def test_an_agent_sees_the_calendars_and_the_year_with_its_make_up_days(product):
    agent = product.visitor("li")
    assert "cn-office" in agent.get("/calendars").text
    page = agent.get(f"{OFFICE}?year=2026").text
    assert "make-up day or opened, open" in page
    assert 'href="/calendars/cn-office/edit"' not in page


def test_the_year_marks_today_and_what_if_begins_now(product):
    agent = product.visitor("li", language="zh")
    today = product.services.clock.now().astimezone(ZoneInfo("Asia/Shanghai"))
    page = agent.get(OFFICE).text
    [marked] = re.findall(r'<span class="day [a-z ]*today" title="([^"]*)"', page)
    assert f"{today.month}月{today.day}日" in marked
    assert "今天" in marked
    assert f'value="{today:%Y-%m-%dT}' in page
    assert 'today" title' not in agent.get(f"{OFFICE}?year=2024").text


def test_a_days_name_may_hold_braces(product):
    supervisor = product.visitor("wang")
    supervisor.post(f"{OFFICE}/draft")
    assert close(supervisor, "2026-01-07", name="盘点{仓库}", name_en="Stocktaking {a store}").status_code == 303
    assert "Stocktaking {a store}" in supervisor.get(f"{OFFICE}/edit?year=2026").text


def test_looking_at_the_edit_page_opens_no_draft(product):
    supervisor, before = product.visitor("wang"), product.rows()
    answer = supervisor.get(f"{OFFICE}/edit")
    assert answer.headers["Location"].endswith(OFFICE)
    assert product.rows() == before


def test_an_agent_cannot_edit(product):
    agent, before = product.visitor("li"), product.rows()
    assert agent.get(f"{OFFICE}/edit").status_code == 403
    assert close(agent, "2026-01-07").status_code == 403
    assert product.rows() == before


def test_what_if_says_when_it_is_due_and_why_day_by_day(product):
    page = product.visitor("li").get(f"{OFFICE}/what-if?received=2023-10-01T10:15&limit=3wd").text
    assert "2023-10-09 18:00" in page
    assert "National Day" in page


@pytest.mark.parametrize(
    "asked", ["received=soon&limit=3wd", "received=2023-10-01T10:15&limit=-1h", "received=2999-12-31T10:15&limit=99wd"]
)
def test_what_if_answers_a_question_that_cannot_be_with_what_is_wrong(product, asked):
    answer = product.visitor("li").get(f"{OFFICE}/what-if?{asked}")
    assert answer.status_code == 200
    assert 'role="alert"' in answer.text


def test_a_closure_is_drafted_previewed_published_compared_and_undone(product):
    supervisor = product.visitor("wang")
    supervisor.post(f"{OFFICE}/draft")
    assert close(supervisor, "2026-01-07").status_code == 303
    preview = supervisor.get(f"{OFFICE}/preview").text
    assert "Stocktaking" in preview
    assert publish(supervisor, 2).status_code == 303
    page = supervisor.get(f"{OFFICE}?year=2026").text
    assert "stocktaking" in page
    assert "Jan" in page
    close_again = supervisor.post(f"{OFFICE}/draft")
    assert close_again.status_code == 303
    supervisor.post(f"{OFFICE}/day", {"layer": "organisation", "first": "2026-01-07", "does": "clear", "revision": 1})
    publish(supervisor, 2, "not after all")
    assert "version 2" in supervisor.get(OFFICE).text
    assert "Stocktaking" in supervisor.get(f"{OFFICE}/compare?a=1&b=2").text
    assert supervisor.post(f"{OFFICE}/draft", {"version": 1}).headers["Location"] == f"{OFFICE}/preview"


def test_a_shipped_calendar_can_be_seen_and_brought_back_as_it_was_shipped(product):
    supervisor = product.visitor("wang")
    supervisor.post(f"{OFFICE}/draft")
    close(supervisor, "2026-01-07")
    publish(supervisor, 2)
    page = supervisor.get(OFFICE).text
    assert 'name="version" value="0"' in page
    assert f'href="{OFFICE}?version=0">as it was shipped' in page
    shown = supervisor.get(f"{OFFICE}?version=0&year=2026").text
    assert "This is how it was shipped." in shown
    assert "Stocktaking" not in shown.partition("Versions")[0]
    assert supervisor.post(f"{OFFICE}/draft", {"version": 0}).headers["Location"] == f"{OFFICE}/preview"
    assert publish(supervisor, 1, "as shipped again").status_code == 303
    studio = product.desk.calendars
    assert studio.opened("cn-office").document == studio.opened("cn-office", version=0).document
    assert [one.version for one in studio.versions("cn-office")] == [2, 1]


def test_a_calendar_of_ones_own_was_never_shipped(product):
    supervisor = product.visitor("wang")
    supervisor.post("/calendars", {"key": "hotline", "name": "热线", "name_en": "Hotline", "copy_of": "cn-office"})
    supervisor.post("/calendars/hotline/publish", {"note": "opens", "revision": 1})
    assert "as it was shipped" not in supervisor.get("/calendars/hotline").text
    assert supervisor.get("/calendars/hotline?version=0").status_code == 404
    assert supervisor.post("/calendars/hotline/draft", {"version": 0}).status_code == 404


def test_a_paused_case_is_previewed_from_its_planned_end_and_tells_then_what_moved_it_and_why(product):
    number, supervisor = product.open_case(type="suggestion", usage_blocked=False), product.visitor("wang", language="zh")
    now = product.services.clock.now()
    product.desk.timing.pause(number, reason="third_party", until=now + timedelta(days=2), by="wang")
    supervisor.post(f"{OFFICE}/draft")
    last = (now + timedelta(days=21)).date().isoformat()
    assert close(supervisor, now.date().isoformat(), last=last).status_code == 303
    preview = supervisor.get(f"{OFFICE}/preview").text
    assert "恢复时" in preview.partition(number)[2].partition("</tr>")[0]
    assert publish(supervisor, 2, "全公司盘点").status_code == 303
    product.desk.timing.resume(number, by="wang")
    product.work()
    page = supervisor.get(f"/cases/{number}?tab=clocks").text
    assert "全公司盘点" in page
    assert "日历有修改（中国工作日）" in page


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("week", {"Mon": "09:00-12:00, 11:00-18:00"}, ("overlap", "重叠")),
        ("week", {}, ("Open at least one", "至少开放一天")),
        ("week", {"Mon": "nine to five"}, ("a span", "时段")),
        ("about", {"name": "办公", "name_en": "Office", "zone": "Asia/Beijing"}, ("Asia/Beijing", "时区")),
        ("day", {"layer": "organisation", "first": "2026-02-30", "does": "close", "name": "x"}, ("a date", "日期")),
        ("day", {"layer": "statutory", "first": "2026-02-03", "does": "close", "name": "x"}, ("no such layer", "没有这个层级")),
        ("day", {"layer": "team", "first": "2026-02-03", "does": "close"}, ("needs a name", "名称")),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_in_both_languages_and_changes_nothing(product, path, fields, told):
    for language, words in zip(("en", "zh"), told, strict=True):
        supervisor = product.visitor("wang", language=language)
        supervisor.post(f"{OFFICE}/draft")
        before = product.rows()
        answer = supervisor.post(f"{OFFICE}/{path}", {**fields, "revision": 1})
        assert answer.status_code == 422
        assert words in answer.text
        assert product.rows() == before


def test_two_who_edit_the_same_draft_do_not_overwrite_each_other(product):
    one, other = product.visitor("wang"), product.visitor("admin")
    one.post(f"{OFFICE}/draft")
    assert close(one, "2026-01-07", revision=1).status_code == 303
    assert close(other, "2026-01-08", revision=1).status_code == 409


def test_publishing_needs_a_reason_and_cuts_none(product):
    supervisor = product.visitor("wang")
    supervisor.post(f"{OFFICE}/draft")
    assert publish(supervisor, 1, note=" ").status_code == 422
    assert publish(supervisor, 1, note="x" * 501).status_code == 422
    assert product.desk.calendars.versions("cn-office") == []


def test_the_import_shows_a_file_that_can_be_read_as_example(product):
    page = product.visitor("wang").get("/calendars/_year").text
    assert read_year(unescape(re.search('<code class="value"[^>]*>(.*?)</code>', page, re.DOTALL)[1])).year == 2026


def test_a_years_file_that_cannot_be_used_says_why_where_another_can_be_chosen(product):
    answer = product.visitor("wang").post("/calendars/_year", {"text": YEAR_2027.replace("2026-12-27", "2026-12-28")})
    assert answer.status_code == 422
    assert "no Saturday or Sunday" in answer.text
    assert 'id="year-file"' in answer.text


def test_what_if_counts_working_days_from_the_day_after_receipt(product):
    agent = product.visitor("li")
    page = agent.get(f"{OFFICE}/what-if?received=2023-09-28T10:15&limit=2wd").text
    assert [part in page for part in ("day of receipt", "working day 1", "working day 2", "working day 3")] == [True] * 3 + [
        False
    ]
    assert "day of receipt" not in agent.get(f"{OFFICE}/what-if?received=2023-09-28T10:15&limit=2bh").text


def test_a_year_is_shown_before_it_counts(product):
    admin = product.visitor("admin")
    shown = admin.post("/calendars/_year", {"text": YEAR_2027})
    assert "国办发明电" in shown.text
    assert product.desk.calendars.edits() == []
    assert admin.post("/calendars/_year", {"text": YEAR_2027, "confirm": "yes"}).status_code == 303
    assert "provisional" not in admin.get(f"{OFFICE}/what-if?received=2026-12-31T10:00&limit=3wd").text
    wrong = admin.post("/calendars/_year", {"text": YEAR_2027.replace("2026-12-27", "2026-12-28"), "confirm": "yes"})
    assert wrong.status_code == 422
    assert "no Saturday or Sunday" in wrong.text


def test_another_calendar_becomes_the_desks_own(product):
    supervisor = product.visitor("wang")
    supervisor.post("/calendars", {"key": "hotline", "name": "热线", "name_en": "Hotline", "copy_of": "cn-office"})
    supervisor.post("/calendars/hotline/publish", {"note": "opens", "revision": 1})
    supervisor.post("/calendars/hotline/business", {"note": "longer hours"})
    assert [one.key for one in product.desk.calendars.all() if one.is_business] == ["hotline"]
