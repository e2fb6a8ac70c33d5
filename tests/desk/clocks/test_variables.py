"""What the process's variable says of a clock, as the start of one."""

from __future__ import annotations

import pytest

from desk.clocks import Anchors, evaluate, strictest_targets
from desk.clocks.variables import as_variable, read_variable
from tests.support.clocks import CALENDARS, local

RECEIVED = local("2024-03-05T09:00")
ROWS = [
    {"clock": "solve", "amount": 8, "unit": "bh", "source": "eight working hours"},
    {"clock": "transfer", "amount": 50, "unit": "%", "source": "half of it"},
    {"clock": "follow_up", "amount": 72, "unit": "h", "source": "C5"},
]


def variables(**anchors):
    targets = strictest_targets(ROWS, Anchors(received_at=RECEIVED, **anchors), CALENDARS)
    return {name: as_variable(target) for name, target in targets.clocks.items()}


@pytest.mark.parametrize("clock", ["solve", "transfer", "follow_up"])
def test_the_clock_that_is_read_is_due_when_the_variable_says_so(clock):
    said = variables(solved_at=local("2024-03-08T08:00"))[clock]
    start = read_variable(said, at=local("2024-03-05T09:05"), by="service-clocks", considered=ROWS, policy_version="1.1")
    state = evaluate([start], CALENDARS, start.at)
    assert (state.started_at, state.due_at) == (RECEIVED, said["due_at"])
    assert (start.target.source, start.target.policy_version, start.anchor) == (said["source"], "1.1", "received")


@pytest.mark.parametrize(
    "change",
    [
        {"limit": None},
        {"limit": "8 h"},
        {"limit": {"amount": "-1", "unit": "h", "calendar": "24x7"}},
        {"limit": {"amount": "1", "unit": "moon", "calendar": "24x7"}},
        {"limit": {"amount": "1", "unit": "h"}},
        {"limit": {"amount": "1/0", "unit": "h", "calendar": "24x7"}},
        {"started_at": "yesterday"},
    ],
)
def test_a_variable_of_an_earlier_version_or_of_an_analysts_own_tells_no_limit(change):
    assert read_variable({**variables()["solve"], **change}, at=RECEIVED, by="desk") is None
