"""E38: one case of two."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.casework.merge_rules import MergedCase, check_merge, merge, where_to
from desk.clocks import ClockVoided, VoidReason, evaluate
from desk.clocks.responding import Contact
from desk.errors import MergeRefused
from desk.model import Verdict
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started

NOW = local("2024-03-05T12:00")
RESPOND, SOLVE = (1, "respond"), (1, "solve")


def message(hour: str, *, ours: bool = False) -> Contact:
    return Contact(at=local(f"2024-03-05T{hour}"), from_customer=not ours)


LATER = MergedCase(
    number="NR2",
    received_at=local("2024-03-05T10:00"),
    contacts=(message("10:00"), message("11:00")),
    clocks={RESPOND: [started("2024-03-05T10:00", 4, "h")], SOLVE: [started("2024-03-05T10:00", 24, "h")]},
)
EARLIER = MergedCase(
    number="NR1",
    received_at=local("2024-03-05T09:00"),
    contacts=(message("09:00"), message("09:20", ours=True), message("11:00")),
    clocks={
        RESPOND: [started("2024-03-05T09:00", 4, "h"), made.stop("2024-03-05T09:20")],
        SOLVE: [started("2024-03-05T09:00", 24, "h")],
    },
)


def test_e38_the_case_that_stays_keeps_earliest_receipt_earliest_answer_and_all_messages():
    merged = merge(LATER, EARLIER, CALENDARS, by="li", now=NOW)
    assert (merged.received_at, merged.first_response_at) == (local("2024-03-05T09:00"), local("2024-03-05T09:20"))
    assert [contact.at for contact in merged.contacts] == [message(hour).at for hour in ("09:00", "09:20", "10:00", "11:00")]
    solve = evaluate([*LATER.clocks[SOLVE], *merged.staying[SOLVE]], CALENDARS, NOW)
    assert (solve.started_at, solve.due_at) == (local("2024-03-05T09:00"), local("2024-03-06T09:00"))
    respond = evaluate([*LATER.clocks[RESPOND], *merged.staying[RESPOND]], CALENDARS, NOW)
    assert (respond.verdict, respond.stopped.done_at) == (Verdict.ON_TIME, local("2024-03-05T09:20"))


def test_e38_the_case_that_goes_is_in_no_statistics_and_nothing_of_it_is_due():
    merged = merge(LATER, EARLIER, CALENDARS, by="li", now=NOW)
    for name, events in EARLIER.clocks.items():
        assert merged.going[name] == [ClockVoided(at=NOW, by="li", reason=VoidReason.MERGED)]
        said = evaluate([*events, *merged.going[name]], CALENDARS, NOW)
        assert (said.verdict, said.at(1), said.due_at) == (Verdict.VOID, None, None)


def test_e38_a_later_receipt_changes_no_clock_of_the_case_that_stays():
    merged = merge(EARLIER, LATER, CALENDARS, by="li", now=NOW)
    assert merged.staying == {}


def test_e38_what_nobody_answered_is_timed_on_in_the_case_that_stays():
    asked = merge(EARLIER, LATER, CALENDARS, by="li", now=NOW).asked
    assert (asked.at, asked.target) == (local("2024-03-05T10:00"), started("2024-03-05T10:00", 4, "h").target)
    assert merge(LATER, EARLIER, CALENDARS, by="li", now=NOW).asked == asked


def test_e38_an_answer_after_the_message_answers_it_in_whichever_case_it_was_given():
    answered = replace(EARLIER, contacts=(*EARLIER.contacts, message("11:30", ours=True)))
    assert merge(answered, LATER, CALENDARS, by="li", now=NOW).asked is None


def test_e38_an_answer_that_is_timed_already_is_timed_once():
    waiting = replace(EARLIER, clocks={**EARLIER.clocks, (1, "next_response"): [started("2024-03-05T11:00", 1, "h")]})
    assert merge(waiting, LATER, CALENDARS, by="li", now=NOW).asked is None
    asked = merge(replace(EARLIER, number="NR3"), waiting, CALENDARS, by="li", now=NOW).asked
    assert asked.at == local("2024-03-05T11:00")


def test_e38_replies_follow_and_circles_are_refused():
    merged_into = {"NR1": "NR2", "NR2": "NR3"}
    assert [where_to(number, merged_into) for number in ("NR1", "NR3", "NR4")] == ["NR3", "NR3", "NR4"]
    with pytest.raises(MergeRefused, match="lead back to it"):
        check_merge("NR1", "NR3", merged_into)
    with pytest.raises(MergeRefused, match="already"):
        check_merge("NR4", "NR1", merged_into)
    with pytest.raises(MergeRefused, match="which is now NR3"):
        check_merge("NR2", "NR4", merged_into)
    with pytest.raises(MergeRefused):
        check_merge("NR4", "NR4", {})
    check_merge("NR3", "NR4", merged_into)
