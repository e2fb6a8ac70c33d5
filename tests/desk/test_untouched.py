"""Who is given a case and doesn't touch it loses it to somebody else, and the supervisor hears of it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from desk.context import DeskSettings
from tests.desk.conftest import BILLING_DAY, Office

pytestmark = pytest.mark.stored


@pytest.fixture
def desk_settings() -> DeskSettings:
    return DeskSettings(untouched_after=timedelta(minutes=10), tell_supervisor_after=2)


@pytest.fixture
def given(office: Office) -> tuple[str, str]:
    """A case of team service, and to whom it was given first."""
    number = office.open({**BILLING_DAY, "received_at": ""}, by="li")
    return number, office.task(number).assignee or ""


def pass_minutes(office: Office, minutes: int) -> None:
    office.clock.advance(minutes=minutes)
    office.run()


def test_a_case_that_nobody_touches_goes_to_somebody_else(office, given):
    number, first = given
    pass_minutes(office, 9)
    assert office.task(number).assignee == first
    pass_minutes(office, 1)
    second = office.task(number).assignee
    assert {first, second} == {"li", "zhao"}
    last = [one for one in office.desk.cases.explain(number, viewer="wang") if one.what == "assign"][-1]
    assert {one["login"]: one["obstacle"] for one in last.considered} == {first: "excluded", second: ""}


def test_it_stays_when_nobody_else_can_take_it_and_the_supervisor_is_told_once(office, given):
    number, _ = given
    for _ in range(4):
        pass_minutes(office, 10)
    assert office.task(number).assignee in ("li", "zhao")
    told = [one for one in office.desk.notices.of("wang") if one.template == "left_untouched"]
    assert [one.case_number for one in told] == [number]


@pytest.mark.parametrize("touch", ["claim", "note", "call"])
def test_whoever_claims_notes_or_calls_keeps_the_case(office, given, touch):
    number, first = given
    work = office.desk.work
    if touch == "claim":
        work.claim(office.task(number).id, by=first)
    elif touch == "note":
        work.note(number, "在查", by=first)
    else:
        work.log_call(number, by=first)
    pass_minutes(office, 30)
    assert office.task(number).assignee == first


def test_a_colleagues_note_is_no_touch_of_the_owner(office, given):
    number, first = given
    office.desk.work.note(number, "客户又来电", by="wang")
    pass_minutes(office, 10)
    assert office.task(number).assignee != first
