"""E16 and E17: who ends a wait, and what happens when nobody does."""

from __future__ import annotations

import pytest

from desk.casework.machinemail import is_machine_mail, machine_mark
from desk.clocks import evaluate
from desk.clocks.decisions import ResumeClock, resume
from desk.clocks.waiting import RESUMED_BY_CUSTOMER, WaitingAction, WaitingPolicy, next_reminder, waiting_plan
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started


def test_e16_a_customers_message_ends_the_wait_for_the_customer_and_no_other():
    events = [
        started("2024-03-05T09:00", 8, "h"),
        made.pause("2024-03-05T10:00"),
        made.pause("2024-03-05T11:00", "third_party"),
    ]
    now = local("2024-03-05T12:00")
    for reason in RESUMED_BY_CUSTOMER:
        events += resume("solve", events, ResumeClock(by="desk", because="customer_message", reason=reason), now)
    assert evaluate(events, CALENDARS, now).paused_for == ("third_party",)


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"auto-submitted": "Auto-Generated; owner-email=a@example.org"},
        {"Return-Path": "<>"},
        {"Return-Path": "<MAILER-DAEMON@mx.example.org>"},
        {"Content-Type": 'multipart/report; report-type=delivery-status; boundary="x"'},
        {"Content-Type": "multipart/report; report-type=disposition-notification"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X-Autoreply": "yes"},
        {"List-Id": "<news.example.org>"},
        {"From": "Mail Delivery System <MAILER-DAEMON@example.org>"},
        {"From": "no-reply@example.org"},
    ],
)
def test_e16_machine_mail_is_known_by_its_marks(headers):
    assert is_machine_mail({"Subject": "Re: NR20240305001", **headers})
    assert machine_mark(list(headers.items())) == next(iter(headers)).lower()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Auto-Submitted": "no"},
        {"Return-Path": "<wang@example.org>"},
        {"Content-Type": "multipart/mixed; boundary=x"},
        {"Precedence": "first-class"},
        {"X-Auto-Response-Suppress": "All"},
        {"From": "Postmaster Pat <pat@example.org>"},
    ],
)
def test_e16_a_persons_mail_is_no_machines(headers):
    assert not is_machine_mail(headers)


def test_e17_after_two_reminders_it_is_resolved_each_at_the_end_of_a_working_day():
    plan = waiting_plan(local("2024-03-06T15:00"), WaitingPolicy(days=2, reminders=2), CALENDARS.business)
    assert [(step.action, step.at) for step in plan] == [
        (WaitingAction.REMIND, local("2024-03-08T18:00")),
        (WaitingAction.REMIND, local("2024-03-12T18:00")),
        (WaitingAction.RESOLVE, local("2024-03-14T18:00")),
    ]
    assert [next_reminder(plan, told) for told in (0, 1, 2, 3)] == [plan[0], plan[1], None, None]
