"""A small day in virtual time while workers die: what the product found equals what an oracle finds in the history."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks.day.arrivals import drawn
from benchmarks.day.simulation import Plan, play
from benchmarks.day.walking import ZONE
from tests.conftest import fresh_postgres

CASES, ON_POSTGRES = 24, 8
"""python -m benchmarks.day plays 5,000."""
FIRST_DAY = date(2023, 9, 28)


@pytest.mark.slow
def test_every_clock_verdict_and_level_of_a_day_equals_the_oracles(tmp_path: Path) -> None:
    arrivals = drawn(cases=CASES, first_day=FIRST_DAY, days=4, zone=ZONE, seed=4)
    result = play(f"sqlite:///{tmp_path / 'caseloop.db'}", tmp_path, arrivals, Plan(kills=2, workers=1))
    found = result.comparison
    assert found.differences == []
    assert found.cases == CASES
    assert found.clocks > 2 * CASES
    assert found.breaches > CASES / 4
    assert found.levels > found.escalations > CASES / 10
    assert found.waits > CASES / 4
    assert found.rounds > CASES
    assert min(found.changes, found.parts, found.promises) > 0
    assert result.edits == 3
    assert result.deaths >= 2


@pytest.mark.slow
def test_so_it_does_on_postgresql(tmp_path: Path, postgres_url: str) -> None:
    arrivals = drawn(cases=ON_POSTGRES, first_day=FIRST_DAY, days=2, zone=ZONE, seed=5)
    with fresh_postgres(postgres_url) as url:
        result = play(url, tmp_path, arrivals, Plan(kills=1, workers=1))
    assert result.comparison.differences == []
    assert result.comparison.cases == ON_POSTGRES
    assert result.comparison.levels > 0
