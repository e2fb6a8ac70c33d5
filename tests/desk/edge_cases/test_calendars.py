"""The edge cases of calendars, E1 to E9, E12 and E27 to E32, with their golden values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bpmn.wording import Wording
from desk.calendars import Calendar, DatedSpans, Layer, due, due_with_pauses, read_limit, weekly_hours
from desk.calendars.document import calendar_of
from desk.calendars.problems import CalendarInvalid
from desk.calendars.shipped import shipped_calendar, shipped_document
from desk.calendars.statutory import packaged_days, read_year
from desk.limits.limit_errors import LimitInvalid, WorkingTimeInvalid

ALWAYS, OFFICE, BERLIN_OFFICE = map(shipped_calendar, ("24x7", "cn-office", "berlin-office"))
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NAIVE = weekly_hours("Mon–Fri 09:00–12:00, 13:30–18:00", "Asia/Shanghai")
YEAR_2027 = """
country = "cn"
year = 2027
source = "a notice made up for this test"
[[holidays]]
name = { zh = "元旦", en = "New Year" }
off = ["2027-01-01/2027-01-03"]
worked = ["2026-12-27"]
"""


def local(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due_in(calendar: Calendar, received: str, limit: str) -> str:
    """The due instant as local time of the calendar's zone, to the minute."""
    at = due(calendar, local(received, calendar.zone), read_limit(limit))
    return f"{at.astimezone(calendar.zone):%Y-%m-%dT%H:%M}"


def closing(calendar: Calendar, day: str) -> Calendar:
    """That calendar, with an organisation that closes on a day."""
    dates = {date.fromisoformat(day): DatedSpans(spans=(), name=Wording("closed", "休息"))}
    return replace(calendar, layers=(*calendar.layers, Layer(key="organisation", dates=dates)))


def test_e01_urgent_limits_run_around_the_clock_on_a_public_holiday():
    assert due_in(ALWAYS, "2023-10-01T09:30", "15min") == "2023-10-01T09:45"
    assert due_in(ALWAYS, "2023-10-01T09:30", "2h") == "2023-10-01T11:30"
    assert ALWAYS.elapsed(local("2023-10-01T09:30"), local("2023-10-01T11:10")) == timedelta(minutes=100)


def test_e02_normal_limits_run_around_the_clock_not_in_business_hours():
    assert due_in(ALWAYS, "2023-10-01T10:15", "1h") == "2023-10-01T11:15"
    assert due_in(ALWAYS, "2023-10-01T10:15", "24h") == "2023-10-02T10:15"
    assert due_in(OFFICE, "2023-10-01T10:15", "1h") == "2023-10-07T10:00"


def test_e03_three_working_days_skip_the_holiday_and_count_the_make_up_days():
    assert due_in(OFFICE, "2023-10-01T10:15", "3wd") == "2023-10-09T18:00"
    assert due_in(NAIVE, "2023-10-01T10:15", "3wd") == "2023-10-04T18:00"


def test_e04_what_comes_late_before_the_holiday_is_due_after_it():
    assert due_in(OFFICE, "2023-09-28T17:50", "3wd") == "2023-10-09T18:00"
    assert due_in(OFFICE, "2023-09-28T17:00", "4bh") == "2023-10-07T12:00"


def test_e05_a_make_up_sunday_opens():
    assert due_in(OFFICE, "2024-02-03T17:30", "60min") == "2024-02-04T10:00"


def test_e06_an_organisation_closes_what_the_state_opens():
    assert due_in(OFFICE, "2024-02-08T16:00", "3wd") == "2024-02-19T18:00"
    assert due_in(closing(OFFICE, "2024-02-09"), "2024-02-08T16:00", "3wd") == "2024-02-20T18:00"


def test_e06_a_team_opens_what_its_organisation_closes():
    organisation = closing(OFFICE, "2024-02-09")
    opened = {date(2024, 2, 9): DatedSpans(spans=OFFICE.weekly[0], name=Wording("on duty", "值班"))}
    team = replace(organisation, layers=(*organisation.layers, Layer(key="team", dates=opened)))
    assert due_in(team, "2024-02-08T16:00", "3wd") == "2024-02-19T18:00"
    assert team.day(date(2024, 2, 9)).layer == "team"


def test_e07_a_year_not_yet_published_counts_its_weekdays_and_is_flagged():
    received = local("2026-12-31T09:00")
    assert due_in(OFFICE, "2026-12-31T09:00", "1wd") == "2027-01-01T18:00"
    assert OFFICE.is_provisional(received, local("2027-01-01T18:00"))
    assert not OFFICE.is_provisional(local("2026-11-22T09:00"), received)
    assert not ALWAYS.is_provisional(received, local("2027-01-01T18:00"))
    assert (OFFICE.provisional_from, ALWAYS.provisional_from) == (date(2027, 1, 1), None)


def test_e07_importing_the_year_moves_the_instant_and_takes_the_flag():
    days = packaged_days("cn").with_years([read_year(YEAR_2027)])
    imported = calendar_of(shipped_document("cn-office"), {"cn": days})
    assert due_in(imported, "2026-12-31T09:00", "1wd") == "2027-01-04T18:00"
    assert not imported.is_provisional(local("2026-12-31T09:00"), local("2027-01-04T18:00"))
    assert imported.day(date(2026, 12, 27)).spans == OFFICE.weekly[0]


@pytest.mark.parametrize(("received", "at"), [("2024-03-05T11:30", "2024-03-05T14:00"), ("2024-03-05T12:15", "2024-03-05T14:30")])
def test_e08_the_lunch_break_does_not_count(received, at):
    assert due_in(OFFICE, received, "60min") == at


def test_e09_due_exactly_at_closing_stays_that_day_and_a_start_at_closing_moves_to_the_next_opening():
    assert due_in(OFFICE, "2024-03-05T17:00", "60min") == "2024-03-05T18:00"
    assert due_in(OFFICE, "2024-03-05T18:00", "60min") == "2024-03-06T10:00"


def test_e10_a_pause_counts_in_calendar_time():
    pause = (local("2024-03-05T10:00"), local("2024-03-06T10:00"))
    assert due_with_pauses(OFFICE, local("2024-03-05T09:00"), read_limit("8bh"), [pause]) == local("2024-03-07T09:30")


def test_e11_overlapping_pauses_count_once():
    customer = (local("2024-03-05T10:00"), local("2024-03-05T16:00"))
    third_party = (local("2024-03-05T14:00"), local("2024-03-06T10:00"))
    paused = due_with_pauses(OFFICE, local("2024-03-05T09:00"), read_limit("8bh"), [third_party, customer])
    assert paused == local("2024-03-07T09:30")


@pytest.mark.parametrize(
    "pause",
    [
        ("2023-09-29T00:00", "2023-10-07T09:00"),
        ("2023-10-01T08:00", "2023-10-03T20:00"),
        ("2023-10-07T12:00", "2023-10-07T13:30"),
        ("2023-10-07T12:00", "2023-10-09T18:00"),
    ],
)
def test_e12_a_pause_in_closed_time_or_after_the_due_instant_adds_nothing(pause):
    begin, end = map(local, pause)
    assert due_with_pauses(OFFICE, local("2023-09-28T17:00"), read_limit("4bh"), [(begin, end)]) == local("2023-10-07T12:00")


def test_e12_a_pause_in_the_lunch_break_leaves_a_due_instant_at_noon():
    pause = (local("2024-03-04T12:00"), local("2024-03-05T09:00"))
    due_at = due_with_pauses(OFFICE, local("2024-03-04T09:00"), read_limit("3h"), [pause])
    assert due_at == local("2024-03-04T12:00")


def test_e27_hours_are_elapsed_time_across_a_clock_change():
    berlin = calendar_of({**shipped_document("24x7"), "zone": "Europe/Berlin"})
    assert due_in(berlin, "2024-03-30T12:00", "24h") == "2024-03-31T13:00"
    assert due_in(berlin, "2024-10-26T12:00", "24h") == "2024-10-27T11:00"


@pytest.mark.parametrize(("day", "minutes"), [("2024-03-31", 420), ("2024-10-27", 540)])
def test_e27_a_night_shift_holds_what_the_clock_change_leaves(day, minutes):
    nights = weekly_hours("Mon–Sun 00:00–08:00", "Europe/Berlin")
    elapsed = nights.elapsed(local(f"{day}T00:00", BERLIN), local(f"{day}T08:00", BERLIN))
    assert elapsed == timedelta(minutes=minutes)


def test_e28_an_opening_that_the_clock_change_skips_is_the_first_valid_instant():
    hours = weekly_hours("Sun 02:30–04:00", "Europe/Berlin")
    assert hours.add(local("2024-03-31T00:00", BERLIN), timedelta()) == datetime(2024, 3, 31, 1, tzinfo=UTC)
    assert hours.elapsed(local("2024-03-31T00:00", BERLIN), local("2024-04-01T00:00", BERLIN)) == timedelta(hours=1)


def test_e28_in_a_repeated_hour_the_first_opens_and_the_last_closes():
    hours = weekly_hours("Sun 01:00–02:30, 02:45–03:00", "Europe/Berlin")
    assert hours.add(local("2024-10-27T00:00", BERLIN), timedelta()) == datetime(2024, 10, 26, 23, tzinfo=UTC)
    assert hours.elapsed(local("2024-10-27T00:00", BERLIN), local("2024-10-28T00:00", BERLIN)) == timedelta(hours=3)


def test_e29_results_are_utc_whatever_zone_was_asked_in():
    for zone in (SHANGHAI, BERLIN, UTC):
        at = OFFICE.add(local("2023-09-28T17:00").astimezone(zone), timedelta(hours=4))
        assert (at, at.tzinfo) == (datetime(2023, 10, 7, 4, tzinfo=UTC), UTC)


def test_e30_one_working_day_is_no_24_business_hours():
    assert due_in(OFFICE, "2024-03-05T09:00", "1wd") == "2024-03-06T18:00"
    assert due_in(OFFICE, "2024-03-05T09:00", "24bh") == "2024-03-08T10:30"


def test_e31_a_calendar_that_never_opens_is_refused():
    with pytest.raises(CalendarInvalid, match=r"weekly: no weekday opens.*Open at least one"):
        calendar_of({**shipped_document("cn-office"), "weekly": {}})


def test_e31_the_search_for_open_time_ends():
    never = replace(NAIVE, weekly=((),) * 7)
    for search in (
        lambda: never.add(local("2024-03-05T09:00"), timedelta()),
        lambda: never.add(local("2024-03-05T09:00"), timedelta(minutes=1)),
        lambda: never.end_of_working_day(local("2024-03-05T09:00"), 1),
    ):
        with pytest.raises(WorkingTimeInvalid, match="100 years"):
            search()


@pytest.mark.parametrize("limit", ["0h", "0wd", "0"])
def test_e32_a_limit_of_nothing_is_no_clock(limit):
    with pytest.raises(LimitInvalid, match=r"no clock|can't be read"):
        read_limit(limit)
