"""Clock events as JSON and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from desk.clocks import Cause, ClockRetargeted, ClockVoided, DueRule, VoidReason, decode, encode
from desk.clocks.encoding import encode_text
from desk.clocks.errors import ClockEventUnreadable
from tests.support import clocks as made
from tests.support.clocks import local, started, target

AT = local("2024-03-05T12:00")
RETARGETED = ClockRetargeted(
    at=AT,
    by="li",
    target=target(0.5, "h", considered=({"clock": "solve", "limit": "30 min", "due_at": AT.isoformat()},), not_before=AT),
    cause=Cause.PRIORITY_RAISED,
    rule=DueRule.GRACE,
    grace=timedelta(minutes=20),
    due_before=AT,
    breached_before=AT,
    breach_cause=Cause.TIER_CHANGED,
)
EVENTS = [
    started("2024-03-05T09:00", 2, "h"),
    made.pause("2024-03-05T10:00", until="2024-03-06T09:00"),
    made.resume("2024-03-05T11:00"),
    RETARGETED,
    made.stop("2024-03-05T12:30", "2024-03-05T13:00"),
    ClockVoided(at=AT, by="li", reason=VoidReason.MERGED),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_was(event):
    stored = json.loads(encode_text(event))
    assert stored == json.loads(json.dumps(encode(event)))
    assert stored["version"] == 1
    assert decode(stored) == event


def test_instants_come_back_as_utc_and_codes_as_codes():
    retargeted = decode(encode(RETARGETED))
    assert retargeted.at.tzinfo is UTC
    assert (type(retargeted.cause), type(retargeted.rule)) == (Cause, DueRule)


def test_instants_among_the_rows_considered_become_text():
    start = started("2024-03-05T09:00", 2, "h")
    rows = ({"clock": "solve", "due_at": datetime(2024, 3, 5, 3, tzinfo=UTC)},)
    event = decode(encode(type(start)(**{**_fields(start), "target": target(2, "h", considered=rows)})))
    assert event.target.considered == ({"clock": "solve", "due_at": "2024-03-05T03:00:00+00:00"},)


def _fields(event):
    return {name: getattr(event, name) for name in type(event).__slots__}


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ({"version": 2}, "version 2"),
        ({"kind": "ClockWound"}, "unknown kind 'ClockWound'"),
        ({"at": "2024-03-05T12:00"}, "has no offset"),
        ({"at": 7}, "can't be read"),
        ({"colour": "red"}, "can't be read"),
    ],
)
def test_what_this_program_cannot_read_is_named(change, fact):
    with pytest.raises(ClockEventUnreadable, match=fact):
        decode({**encode(EVENTS[1]), **change})
