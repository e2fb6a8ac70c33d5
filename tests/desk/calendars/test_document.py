"""A calendar's document: its check, its canonical form, its calendar, and what differs between two."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from desk.calendars.difference import changed_days, diff
from desk.calendars.document import calendar_of, canonical, document_of, problems_of, read_document
from desk.calendars.problems import CalendarInvalid
from desk.calendars.shipped import SHIPPED, shipped_calendar, shipped_document
from desk.calendars.statutory import packaged_days

OFFICE = shipped_document("cn-office")
CLOSED = {"spans": [], "name": "除夕"}


def office(**more: Any) -> dict[str, Any]:
    return {**OFFICE, **more}


def organisation(dates: dict[str, Any]) -> dict[str, Any]:
    return office(layers=[{"key": "organisation", "dates": dates}])


@pytest.mark.parametrize(
    "document", [*map(shipped_document, SHIPPED), canonical(organisation({"2024-02-09/2024-02-12": CLOSED}))]
)
def test_a_document_survives_the_way_to_a_calendar_and_back(document):
    assert document_of(calendar_of(document)) == document
    assert canonical(document) == document


def test_a_file_may_write_ranges_and_one_name_and_any_order():
    found = read_document(
        """
        {"key": "shop", "name": "商店", "zone": "Asia/Shanghai", "weekly": {"Sat-Sun": ["14:00–18:00", "09:00-12:00"]},
         "layers": [{"key": "team", "dates": {"2024-02-10/2024-02-11": {"spans": [], "name": "春节"}}}]}
        """
    )
    assert found["weekly"]["Sun"] == ["09:00-12:00", "14:00-18:00"]
    assert found["weekly"]["Mon"] == []
    assert found["name"] == {"zh": "商店", "en": "商店"}
    assert list(found["layers"][0]["dates"]) == ["2024-02-10", "2024-02-11"]


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (office(weekly={}), "weekly: no weekday opens"),
        (office(weekly={"Mon": ["09:00-12:00", "11:00-13:00"]}), "weekly.Mon: 09:00-12:00 and 11:00-13:00 overlap"),
        (office(weekly={"Mon": ["9-12"]}), "weekly.Mon: '9-12' isn't a span"),
        (office(weekly={"Mon": ["12:00-09:00"]}), "weekly.Mon: '12:00-09:00' ends before it starts"),
        (office(weekly={"Monday": ["09:00-12:00"]}), "weekly.Monday: 'Monday' isn't a weekday"),
        (office(weekly={"Fri-Mon": ["09:00-12:00"]}), "weekly.Fri-Mon: 'Fri-Mon' isn't a weekday"),
        (office(weekly={"Mon-Tue": ["09:00-12:00"], "Tue": []}), "weekly.Tue: Tue is said twice"),
        (office(zone="Asia/Peking"), "zone: 'Asia/Peking' isn't a time zone"),
        (office(zone="../../etc/passwd"), "zone: '../../etc/passwd' isn't a time zone"),
        (office(key="Cn Office"), "key: 'Cn Office' isn't of the form"),
        (office(statutory="xx"), "statutory: 'xx' isn't one of 'cn'"),
        (office(colour="red"), "'colour' isn't known here"),
        (organisation({"2024-02-30": CLOSED}), "layers[0].dates.2024-02-30: '2024-02-30' isn't a date"),
        (organisation({"2024-02-09": CLOSED, "2024-02-08/2024-02-09": CLOSED}), "2024-02-09 is said twice"),
        (organisation({"1024-02-09": CLOSED}), "1024-02-09 is out of reach"),
        (organisation({f"{year}-01-01/{year}-12-31": CLOSED for year in range(2000, 2010)}), "more than 2000 dates"),
        (organisation({"2024-02-09": {"spans": []}}), "dates.2024-02-09: 'name' is missing"),
        (office(layers=[{"key": "team", "dates": {}}, {"key": "organisation", "dates": {}}]), "layers go from organisation"),
        (office(layers=[{"key": "team", "dates": {}}, {"key": "team", "dates": {}}]), "each at most once"),
        (office(name=3), "name: 3 isn't a text or a group of named entries."),
        (office(name={"zh": "办公室"}), "name: 'en' is missing. Add it."),
        (office(name={"zh": "办公室", "en": ""}), "name.en: this is empty"),
        (office(base=[]), "base: [] isn't a text or nothing."),
        (office(base="A B"), "base: 'A B' isn't of the form"),
        ([], "[] isn't a group of named entries."),
        (None, "None isn't a group of named entries."),
    ],
)
def test_a_document_that_cannot_be_used_names_place_fact_and_way_out(document, said):
    with pytest.raises(CalendarInvalid) as refused:
        canonical(document)
    assert said in str(refused.value)


def test_all_problems_are_listed_at_once():
    bad = office(zone="Mars", weekly={"Mon": ["9-12"], "Funday": []})
    assert [problem.place for problem in problems_of(bad)] == ["zone", "weekly.Mon", "weekly.Funday"]
    assert "不是时区名称" in problems_of(bad)[0].text("zh")
    assert problems_of(bad)[1].text("zh") == "weekly.Mon: '9-12' 不是时段；请写如 09:00-12:00。"


def test_a_missing_name_hides_no_other_problem():
    bad = {key: value for key, value in office(zone="Mars", weekly={"Mon": ["9-12"]}, layers=3).items() if key != "name"}
    told = [problem.text("zh") for problem in problems_of(bad)]
    assert [text.partition(":")[0] for text in told[1:]] == ["layers", "zone", "weekly.Mon"]
    assert told[:2] == ["缺少 'name'，请补上。", "layers: 3 不是列表。"]


def test_a_missing_week_is_the_only_thing_said_of_it():
    bad = {key: value for key, value in office().items() if key != "weekly"}
    assert [problem.text() for problem in problems_of(bad)] == ["'weekly' is missing. Add it."]


def test_a_text_that_is_neither_json_nor_toml_is_refused():
    for text in ("", "zone", "{", "[" * 100_000, "a = " + "[" * 100_000, '{"a":' * 100_000):
        with pytest.raises(CalendarInvalid):
            read_document(text)


def test_a_day_worked_in_exchange_has_spans_of_its_own_when_said():
    short = calendar_of(office(make_up=["09:00-13:00"]))
    assert [str(span) for span in short.day(date(2023, 10, 7)).spans] == ["09:00-13:00"]
    assert short.day(date(2023, 10, 9)).spans == shipped_calendar("cn-office").day(date(2023, 10, 9)).spans


def test_a_diff_lists_plain_entries_then_dates_in_order():
    old = organisation({"2024-02-09": CLOSED, "2024-05-06": CLOSED})
    new = {**organisation({"2024-02-09": CLOSED, "2024-03-06": CLOSED}), "zone": "Asia/Urumqi"}
    new["weekly"] = {**OFFICE["weekly"], "Fri": ["09:00-12:00"]}
    changes = diff(old, new)
    assert [(change.place, change.day) for change in changes] == [
        ("zone", None),
        ("weekly.Fri", None),
        ("layers.organisation.2024-03-06", date(2024, 3, 6)),
        ("layers.organisation.2024-05-06", date(2024, 5, 6)),
    ]
    assert (changes[2].before, changes[2].after["spans"]) == (None, [])
    assert changes[3].after is None
    assert diff(old, old) == ()


def test_changed_days_are_those_whose_spans_differ_whatever_the_cause():
    with_2026 = shipped_calendar("cn-office")
    years = {year: one for year, one in packaged_days("cn").years.items() if year != 2026}
    without = calendar_of(OFFICE, {"cn": type(packaged_days("cn"))(country="cn", years=years)})
    changed = list(changed_days(without, with_2026, date(2026, 9, 14), date(2026, 10, 12)))
    assert [(one.after.date.isoformat(), bool(one.after.spans)) for one in changed] == [
        ("2026-09-20", True),
        ("2026-09-25", False),
        ("2026-10-01", False),
        ("2026-10-02", False),
        ("2026-10-05", False),
        ("2026-10-06", False),
        ("2026-10-07", False),
        ("2026-10-10", True),
    ]
