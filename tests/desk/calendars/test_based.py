"""A calendar that has the organisation's days of another one."""

from __future__ import annotations

from datetime import date

import pytest

from desk.calendars.based import all_based, with_base
from desk.calendars.document import calendar_of, canonical, document_of
from desk.calendars.problems import CalendarInvalid
from desk.calendars.shipped import shipped_document

CLOSED, OPENED = date(2024, 3, 6), date(2024, 2, 9)
DATES = {CLOSED.isoformat(): {"spans": [], "name": "盘点"}, OPENED.isoformat(): {"spans": [], "name": "除夕"}}
OFFICE = canonical({**shipped_document("cn-office"), "layers": [{"key": "organisation", "dates": DATES}]})
NIGHT = canonical(
    {
        "key": "night",
        "name": "夜班",
        "zone": "Asia/Shanghai",
        "statutory": "cn",
        "base": "business",
        "weekly": {"Mon-Sun": ["18:00-24:00"]},
        "layers": [{"key": "team", "dates": {OPENED.isoformat(): {"spans": ["20:00-24:00"], "name": "值班"}}}],
    }
)


def spans(calendar, day):
    return [str(span) for span in calendar.day(day).spans]


def test_what_the_organisation_closes_holds_and_the_teams_own_layer_lies_above():
    office, night = calendar_of(OFFICE), calendar_of(NIGHT)
    based = with_base(night, office)
    assert [layer.key for layer in based.layers] == ["statutory", "organisation", "team"]
    assert (spans(night, CLOSED), spans(based, CLOSED), spans(based, OPENED)) == (["18:00-24:00"], [], ["20:00-24:00"])
    assert all_based({"office": office, "night": night}, office)["night"] == based


def test_the_document_names_its_base_and_never_writes_its_days_out():
    assert document_of(with_base(calendar_of(NIGHT), calendar_of(OFFICE))) == NIGHT


def test_a_document_with_a_base_has_no_days_of_the_organisation_of_its_own():
    with pytest.raises(CalendarInvalid, match="the organisation's days are those of the base business"):
        canonical({**OFFICE, "base": "business"})
