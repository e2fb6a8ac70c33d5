"""E41: what we promise a customer never replaces a target."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desk.clocks import evaluate
from desk.limits.clocklookup import told
from desk.limits.limit_errors import PromiseOver, PromiseTooLate
from desk.limits.promises import PromiseState, escalates_at, fulfil, promise, withdraw
from desk.model import Verdict
from engine.errors import ReasonMissing
from tests.support import clocks as made
from tests.support.clocks import CALENDARS, local, started

DUE = local("2024-03-05T11:00")
EVENTS = [started("2024-03-05T09:00", 2, "h")]
FRIDAY = promise(
    local("2024-03-08T12:00"), reason="等待银行", by="li", target_due_at=DUE, now=local("2024-03-05T10:00"), approved_by="zhao"
)


def test_e41_a_promise_moves_escalation_but_neither_the_due_instant_nor_the_verdict():
    said = told(evaluate(EVENTS, CALENDARS, local("2024-03-05T10:00")), [FRIDAY])
    assert said["escalate_at"] == local("2024-03-08T12:00")
    assert said["at"](0.75) == local("2024-03-05T10:30")
    assert said["due_at"] == DUE
    done = evaluate([*EVENTS, made.stop("2024-03-08T11:00")], CALENDARS, local("2024-03-09T00:00"))
    assert (done.verdict, fulfil(FRIDAY, local("2024-03-08T11:00"), local("2024-03-08T11:00")).state_at(DUE)) == (
        Verdict.LATE,
        PromiseState.KEPT,
    )


@pytest.mark.parametrize(
    "weaker",
    [
        {"approved_by": None},
        {"fulfilled_at": DUE},
        {"withdrawn_at": local("2024-03-05T10:10")},
        {"promised_at": DUE.max.replace(tzinfo=DUE.tzinfo)},
    ],
)
def test_e41_only_an_approved_promise_given_in_time_moves_escalation(weaker):
    said = evaluate(EVENTS, CALENDARS, local("2024-03-05T10:00"))
    assert told(said, [replace(FRIDAY, **weaker)])["escalate_at"] == DUE


def test_e41_a_promise_in_place_of_one_that_stood_puts_off_further_and_one_taken_back_no_longer():
    wednesday, thursday = local("2024-03-06T09:00"), local("2024-03-07T09:00")
    back = replace(FRIDAY, withdrawn_at=wednesday)
    monday = replace(FRIDAY, promised_at=wednesday, due_at=local("2024-03-11T12:00"))
    assert escalates_at(DUE, [back]) == wednesday
    assert escalates_at(DUE, [monday, back]) == local("2024-03-11T12:00")
    assert escalates_at(DUE, [back, replace(monday, promised_at=thursday)]) == wednesday


def test_e41_a_promise_comes_with_a_reason_for_a_time_to_come_and_before_the_limit_is_missed():
    given = {"by": "li", "target_due_at": DUE}
    with pytest.raises(ReasonMissing):
        promise(local("2024-03-08T12:00"), reason=" ", now=local("2024-03-05T10:00"), **given)
    with pytest.raises(PromiseTooLate, match="over already"):
        promise(local("2024-03-05T09:30"), reason="x", now=local("2024-03-05T10:00"), **given)
    with pytest.raises(PromiseTooLate, match="missed before"):
        promise(local("2024-03-08T12:00"), reason="x", now=local("2024-03-05T11:01"), **given)


def test_e41_a_promise_is_kept_broken_or_taken_back_with_an_apology():
    assert [FRIDAY.state_at(local(at)) for at in ("2024-03-08T12:00", "2024-03-08T12:01")] == [
        PromiseState.OPEN,
        PromiseState.BROKEN,
    ]
    back = withdraw(FRIDAY, "抱歉", local("2024-03-06T09:00"))
    assert back.state_at(local("2024-04-01T00:00")) is PromiseState.WITHDRAWN
    with pytest.raises(ReasonMissing):
        withdraw(FRIDAY, "", local("2024-03-06T09:00"))
    with pytest.raises(PromiseOver, match="withdrawn"):
        fulfil(back, local("2024-03-06T10:00"), local("2024-03-06T10:00"))
    apologised = withdraw(FRIDAY, "抱歉", local("2024-03-09T09:00"))
    assert (apologised.state_at(local("2024-03-09T09:00")), apologised.stands) == (PromiseState.BROKEN, False)
    with pytest.raises(PromiseOver, match="broken"):
        withdraw(apologised, "抱歉", local("2024-03-09T10:00"))
    late = fulfil(FRIDAY, local("2024-03-09T09:00"), local("2024-03-09T09:00"))
    assert late.state_at(local("2024-03-09T09:00")) is PromiseState.BROKEN
