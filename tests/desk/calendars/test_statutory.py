"""The packaged statutory days against two libraries, and what a year's file must be."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from desk.calendars.problems import CalendarInvalid
from desk.calendars.shipped import shipped_calendar
from desk.calendars.statutory import PACKAGED_COUNTRIES, packaged_days, read_year

YEARS = range(2018, 2027)
GOOD = """
country = "cn"
year = 2027
source = "a notice made up for this test"

[[holidays]]
name = { zh = "元旦", en = "New Year" }
off = ["2027-01-01/2027-01-03"]
worked = ["2026-12-27"]

[[holidays]]
name = { zh = "国庆节", en = "National Day" }
off = ["2027-10-01/2027-10-07"]
worked = ["2027-09-26", "2027-10-09"]
"""


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_every_day_from_2018_to_2026_is_what_two_libraries_say():
    office = shipped_calendar("cn-office")
    china = holidays.China(years=YEARS)
    for day in days(date(2018, 1, 1), date(2026, 12, 31)):
        worked = bool(office.day(day).spans)
        assert (worked, worked) == (chinese_calendar.is_workday(day), china.is_working_day(day)), day


def test_each_packaged_year_cites_its_notice():
    packaged = packaged_days("cn")
    assert set(packaged.years) == set(YEARS)
    for year, found in packaged.years.items():
        assert f"〔{year - 1}〕" in found.source, year


def test_every_packaged_country_has_years_and_an_unknown_one_has_none():
    assert all(packaged_days(country).years for country in PACKAGED_COUNTRIES)
    assert packaged_days("zz").years == {}


def test_the_extension_of_2020_counts_and_the_day_it_cancelled_is_off():
    office = shipped_calendar("cn-office")
    assert [bool(office.day(day).spans) for day in days(date(2020, 1, 31), date(2020, 2, 3))] == [False, False, False, True]


def test_a_day_says_its_holiday_and_its_notice():
    day = shipped_calendar("cn-office").day(date(2023, 10, 7))
    assert day.layer == "statutory"
    assert day.name is not None
    assert day.name.zh == "中秋节、国庆节调休上班"
    assert "国办发明电〔2022〕16号" in day.source


def test_a_good_file_is_read():
    year = read_year(GOOD)
    assert (year.country, year.year, len(year.holidays)) == ("cn", 2027, 2)
    assert year.holidays[0].off == (date(2027, 1, 1), date(2027, 1, 2), date(2027, 1, 3))
    assert year.holidays[0].worked == (date(2026, 12, 27),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"2026-12-27"', '"2026-12-28"', "holidays[0].worked: 2026-12-28 is no Saturday or Sunday"),
        ('"2026-12-27"', '"2026-11-29"', "holidays[0].worked: 2026-11-29 isn't a day of 2027"),
        ('"2027-10-09"', '"2028-01-01"', "holidays[1].worked: 2028-01-01 isn't a day of 2027"),
        ('"2027-10-09"', '"2027-10-02"', "holidays[1].worked: 2027-10-02 is listed already"),
        ('"2027-10-01/2027-10-07"', '"2027-10-07/2027-10-01"', "ends before it starts"),
        ('"2027-10-01/2027-10-07"', '"2027-01-03/2027-01-04"', "holidays[1].off: 2027-01-03 is listed already"),
        ('"2027-10-01/2027-10-07"', '"10-01"', "'10-01' isn't a date"),
        ('"2027-10-01/2027-10-07"', '"2000-01-01/2999-01-01"', "longer than 366 days"),
        ("year = 2027", "", "'year' is missing"),
        ("year = 2027", 'year = "2027"', "year: '2027' isn't a whole number"),
        ('country = "cn"', 'country = "../x"', "isn't of the form"),
        ("worked", "wroked", "'wroked' isn't known here"),
        ('"2026-12-27"', "2026-12-27", "isn't a text"),
    ],
)
def test_a_file_that_cannot_be_meant_names_the_place(old, new, said):
    with pytest.raises(CalendarInvalid) as refused:
        read_year(GOOD.replace(old, new))
    assert said in str(refused.value)


def test_all_problems_are_listed_at_once_in_both_languages():
    bad = GOOD.replace('"2026-12-27"', '"2026-12-28"').replace('"2027-10-09"', '"2027-10-08"')
    with pytest.raises(CalendarInvalid) as refused:
        read_year(bad)
    assert [problem.place for problem in refused.value.problems] == ["holidays[0].worked", "holidays[1].worked"]
    assert "不是周六或周日" in refused.value.text("zh")


def test_a_later_file_of_a_year_replaces_the_earlier_one():
    first = packaged_days("cn").with_years([read_year(GOOD)])
    second = first.with_years([read_year(GOOD.replace("2027-01-01/2027-01-03", "2027-01-01"))])
    assert date(2027, 1, 2) in first.layer(()).dates
    assert date(2027, 1, 2) not in second.layer(()).dates
