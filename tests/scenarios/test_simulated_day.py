"""A small day in virtual time while workers die: what the product found equals what an oracle finds in the history."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks.day.arrivals import drawn
from benchmarks.day.simulation import Plan, play
from benchmarks.day.walking import ZONE

CASES = 40
"""python -m benchmarks.day plays 5,000."""


@pytest.mark.slow
def test_every_clock_verdict_and_breach_of_a_day_equals_the_oracles(tmp_path: Path) -> None:
    arrivals = drawn(cases=CASES, first_day=date(2023, 9, 28), days=4, zone=ZONE, seed=4)
    result = play(f"sqlite:///{tmp_path / 'caseloop.db'}", tmp_path, arrivals, Plan(kills=2, workers=1))
    assert result.comparison.differences == []
    assert result.comparison.cases == CASES
    assert result.comparison.clocks > 2 * CASES
    assert result.comparison.breaches > CASES / 4
    assert result.comparison.escalations > CASES / 10
    assert result.comparison.waits > CASES / 4
    assert result.comparison.rounds > CASES
    assert result.comparison.changes > 0
    assert result.comparison.parts > 0
    assert result.comparison.promises > 0
    assert result.comparison.levels > result.comparison.escalations
    assert result.edits == 3
    assert result.deaths >= 2
