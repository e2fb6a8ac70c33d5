"""E38 and E39: one case of two, two of one."""

from __future__ import annotations

import pytest

from desk.casework.merging import MergedCase, check_merge, merge, split, unmerged, where_to
from desk.clocks import ClockVoided, VoidReason, evaluate
from desk.clocks.responding import Contact
from desk.errors import MergeRefused
from desk.model import Verdict
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started, target

NOW = local("2024-03-05T12:00")


def message(hour: str, *, ours: bool = False) -> Contact:
    return Contact(at=local(f"2024-03-05T{hour}"), from_customer=not ours)


LATER = MergedCase(
    number="NR2",
    received_at=local("2024-03-05T10:00"),
    contacts=(message("10:00"), message("11:00")),
    clocks={"respond": [started("2024-03-05T10:00", 4, "h")], "solve": [started("2024-03-05T10:00", 24, "h")]},
)
EARLIER = MergedCase(
    number="NR1",
    received_at=local("2024-03-05T09:00"),
    contacts=(message("09:00"), message("09:20", ours=True), message("11:00")),
    clocks={
        "respond": [started("2024-03-05T09:00", 4, "h"), made.stop("2024-03-05T09:20")],
        "solve": [started("2024-03-05T09:00", 24, "h")],
    },
)


def test_e38_the_case_that_stays_keeps_earliest_receipt_earliest_answer_and_all_messages():
    merged = merge(LATER, EARLIER, CALENDARS, by="li", now=NOW)
    assert (merged.received_at, merged.first_response_at) == (local("2024-03-05T09:00"), local("2024-03-05T09:20"))
    assert [contact.at for contact in merged.contacts] == [message(hour).at for hour in ("09:00", "09:20", "10:00", "11:00")]
    solve = evaluate([*LATER.clocks["solve"], *merged.staying["solve"]], CALENDARS, NOW)
    assert (solve.started_at, solve.due_at) == (local("2024-03-05T09:00"), local("2024-03-06T09:00"))
    respond = evaluate([*LATER.clocks["respond"], *merged.staying["respond"]], CALENDARS, NOW)
    assert (respond.verdict, respond.stopped.done_at) == (Verdict.ON_TIME, local("2024-03-05T09:20"))


def test_e38_the_case_that_goes_is_in_no_statistics_and_nothing_of_it_is_due():
    merged = merge(LATER, EARLIER, CALENDARS, by="li", now=NOW)
    for name, events in EARLIER.clocks.items():
        assert merged.going[name] == [ClockVoided(at=NOW, by="li", reason=VoidReason.MERGED)]
        said = evaluate([*events, *merged.going[name]], CALENDARS, NOW)
        assert (said.verdict, said.at(1), said.due_at) == (Verdict.VOID, None, None)
    assert unmerged(["NR1", "NR2"], {"NR1": "NR2"}) == ("NR2",)


def test_e38_a_later_receipt_changes_no_clock_of_the_case_that_stays():
    merged = merge(EARLIER, LATER, CALENDARS, by="li", now=NOW)
    assert merged.staying == {}


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


def test_e39_what_is_split_off_counts_from_its_message_and_awaits_its_own_answer():
    at = local("2024-03-05T11:00")
    clocks = split({"respond": target(1, "h"), "solve": target(24, "h")}, at, by="li", now=NOW)
    said = {name: evaluate(events, CALENDARS, NOW) for name, events in clocks.items()}
    assert {name: (one.started_at, one.due_at) for name, one in said.items()} == {
        "respond": (at, local("2024-03-05T12:00")),
        "solve": (at, local("2024-03-06T11:00")),
    }
    assert said["respond"].verdict is Verdict.RUNNING
