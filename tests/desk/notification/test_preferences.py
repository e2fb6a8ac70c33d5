"""When a message leaves: quiet hours, digests, what must be had, what can't wait. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from desk.calendars import AroundTheClock, weekly_hours
from desk.notification.kinds import kind_of
from desk.notification.patience import Breaker, next_try
from desk.notification.ports import Way
from desk.notification.preferences import Digest, Preferences, Quiet, Rhythm, Travel, When, travel

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
ALWAYS = AroundTheClock(zone=SHANGHAI)
OFFICE = weekly_hours("Mon–Fri 09:00–18:00", "Asia/Shanghai")


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2024-03-05 20:59", "2024-03-05 20:59"),
        ("2024-03-05 21:00", "2024-03-06 08:00"),
        ("2024-03-06 07:59", "2024-03-06 08:00"),
        ("2024-03-06 08:00", "2024-03-06 08:00"),
    ],
)
def test_a_night_ends_in_the_morning_and_a_day_has_none(now, opens):
    assert Quiet().opening(at(now), SHANGHAI, ALWAYS) == at(opens)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2024-03-05 12:00", "2024-03-05 12:00"),
        ("2024-03-05 18:00", "2024-03-06 09:00"),
        ("2024-03-08 19:00", "2024-03-11 09:00"),
        ("2024-03-09 22:00", "2024-03-11 09:00"),
    ],
)
def test_who_is_told_in_working_time_only_hears_nothing_on_weekends(now, opens):
    assert Quiet(outside_work=True).opening(at(now), SHANGHAI, OFFICE) == at(opens)


def test_a_midday_rest_and_no_rest_at_all():
    noon = at("2024-03-05 12:30")
    assert Quiet(begins=time(12), ends=time(13, 30)).opening(noon, SHANGHAI, ALWAYS) == at("2024-03-05 13:30")
    assert Quiet(begins=time(0), ends=time(0)).opening(noon, SHANGHAI, ALWAYS) == noon


def test_hours_that_leave_no_gap_count_as_none():
    night_shift = Quiet(begins=time(8), ends=time(19), outside_work=True)
    now = at("2024-03-05 12:00")
    assert night_shift.opening(now, SHANGHAI, OFFICE) == now


def test_a_morning_that_the_clock_change_skips_is_the_first_valid_instant():
    opening = Quiet(begins=time(22), ends=time(2, 30)).opening(at("2024-03-30 23:00", BERLIN), BERLIN, ALWAYS)
    assert opening >= datetime(2024, 3, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("digest", "now", "sent"),
    [
        (Digest(at=time(9)), "2024-03-05 08:59", "2024-03-05 09:00"),
        (Digest(at=time(9)), "2024-03-05 09:00", "2024-03-06 09:00"),
        (Digest(rhythm=Rhythm.HOUR), "2024-03-05 09:20", "2024-03-05 10:00"),
        (Digest(rhythm=Rhythm.HOUR), "2024-03-05 10:00", "2024-03-05 11:00"),
    ],
)
def test_a_digest_leaves_at_its_time(digest, now, sent):
    assert digest.next(at(now), SHANGHAI) == at(sent)


def wanted(**choices: dict[str, str]) -> Preferences:
    return Preferences(choices=choices)


def leaves(preferences: Preferences, kind: str, way: Way = Way.MAIL, *, urgent: bool = False) -> Travel | None:
    return travel(preferences, kind, way, urgent=urgent, now=at("2024-03-05 23:00"), zone=SHANGHAI, work=ALWAYS)


def test_what_must_be_had_stays_in_the_app_whatever_is_chosen():
    assert wanted(assigned={"app": "off"}).when("assigned", Way.APP) is When.AT_ONCE
    assert wanted(technical_done={"app": "off"}).when("technical_done", Way.APP) is When.OFF
    assert leaves(wanted(assigned={"mail": "off"}), "assigned") is None


def test_what_is_urgent_leaves_at_night_and_the_rest_waits():
    now, morning = at("2024-03-05 23:00"), at("2024-03-06 08:00")
    assert leaves(Preferences(), "solution_warning") == Travel(not_before=morning)
    assert leaves(Preferences(), "solution_warning", urgent=True) == Travel(not_before=now)
    assert leaves(wanted(queue_alarm={"mail": "digest"}), "queue_alarm") == Travel(not_before=now)
    assert leaves(wanted(assigned={"mail": "digest"}), "assigned") == Travel(not_before=at("2024-03-06 09:00"), in_digest=True)


def test_what_is_chosen_of_a_case_holds_for_a_whole_line_too():
    assert leaves(wanted(answering={"mail": "off"}), "answering_line") is None
    assert kind_of("answering_line").must


def test_tries_come_later_and_later_and_never_sooner_than_asked():
    now = at("2024-03-05 12:00")
    pauses = [(next_try(attempts, now, 0.0) - now).total_seconds() for attempts in range(1, 9)]
    assert pauses == [10, 20, 40, 80, 160, 320, 600, 600]
    assert next_try(1, now, 0.999) < next_try(1, now, 0.0)
    assert next_try(1, now, 0.5, asked=90) == now + timedelta(seconds=90)


def test_a_channel_rests_after_three_failures_in_a_row():
    now, breaker = at("2024-03-05 12:00"), Breaker()
    for _ in range(2):
        breaker = breaker.failed(now)
    assert not breaker.rests(now)
    breaker = breaker.failed(now)
    assert breaker.rests(now)
    assert not breaker.rests(now + timedelta(seconds=10))
    assert breaker.failed(now).rests(now + timedelta(seconds=19))
