"""E46: moving a process moves no clock. Clocks hang on case and round, never on an instance or its version."""

from __future__ import annotations

from dataclasses import fields

import pytest

from desk.clocks import ClockPaused, ClockResumed, ClockRetargeted, ClockStarted, ClockStopped, ClockVoided, ServiceTarget


@pytest.mark.parametrize(
    "kind", [ClockStarted, ClockPaused, ClockResumed, ClockRetargeted, ClockStopped, ClockVoided, ServiceTarget]
)
def test_e46_no_event_of_a_clock_knows_the_process_that_ran(kind):
    names = {field.name for field in fields(kind)}
    assert not names & {"instance_id", "deployment_id", "process_key", "version", "activity_id", "token_id"}


def test_e46_moving_the_token_of_a_case_leaves_its_clocks_as_they_are(office):
    number = office.open()
    before = office.desk.cases.case(number, viewer="wang")
    seen = office.desk.operations.view(before.instance_id, viewer="wang").standing
    token = next(token for token in seen.tokens if token.activity_id == "handle")
    why = {"by": "wang", "reason": "the form was mended", "revision": seen.instance.revision}
    office.desk.operations.move(before.instance_id, token.token_id, "handle", **why)
    assert office.task(number).activity_id == "handle"
    assert office.desk.cases.case(number, viewer="wang").clocks == before.clocks
