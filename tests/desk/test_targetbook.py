"""The targets as people read them, held against the table of the requirements, on the shipped table."""

from __future__ import annotations

import pytest

from desk.limits.targetbook import Request
from engine.errors import NotFound
from tests.desk.conftest import local

MONDAY = local("2024-03-04T09:00")
WRITTEN_DOWN = {
    ("inquiry", "urgent"): ("15 min", "2 h"),
    ("inquiry", "normal"): ("1 h", "24 h"),
    ("inquiry", "low"): ("4 h", "3 wd"),
    ("complaint", "urgent"): ("15 min", "2 h"),
    ("complaint", "normal"): ("1 h", "24 h"),
    ("complaint", "low"): ("1 h", "48 h"),
    ("suggestion", "low"): ("4 h", "3 wd"),
    ("transaction", "normal"): ("1 h", "24 h"),
}


def test_the_board_says_what_the_requirements_wrote_down(office):
    board = office.desk.targets.board("1.0", MONDAY)
    assert len(board.promised) == 12
    for combination, limits in WRITTEN_DOWN.items():
        clocks = board.promised[combination].targets.clocks
        assert tuple(str(clocks[name].limit).replace(" ", "") for name in ("respond", "solve")) == tuple(
            limit.replace(" ", "") for limit in limits
        ), combination
    assert "follow_up" in board.promised["complaint", "low"].targets.clocks
    assert "follow_up" not in board.promised["inquiry", "low"].targets.clocks


def test_what_if_tells_each_due_instant_and_every_row_that_was_looked_at(office):
    asked = Request(type="complaint", priority="low", received_at=local("2023-10-01T10:15"), channel="phone")
    found = office.desk.targets.what_if("1.0", asked).targets
    assert found.clocks["solve"].due_at == local("2023-10-03T10:15")
    solving = [(row["won"], row["due_at"]) for row in found.considered if row["clock"] == "solve"]
    assert solving == [(False, local("2023-10-09T18:00")), (True, local("2023-10-03T10:15"))]


def test_what_rests_on_a_year_whose_holidays_are_not_published_is_provisional(office):
    asked = Request(type="inquiry", priority="low", received_at=local("2026-12-30T10:00"))
    assert office.desk.targets.what_if("1.0", asked).provisional == {"solve"}
    settled = Request(type="inquiry", priority="low", received_at=local("2023-10-01T10:15"))
    assert office.desk.targets.what_if("1.0", settled).provisional == frozenset()


def test_a_version_that_is_not_deployed_is_named(office):
    with pytest.raises(NotFound, match=r"9\.9 isn't deployed"):
        office.desk.targets.board("9.9", MONDAY)
