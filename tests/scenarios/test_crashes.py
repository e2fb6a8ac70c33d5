"""Web and worker are killed again and again while people work over HTTP: nothing lost, nothing doubled, nothing stuck."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import crash
from benchmarks.crash import Plan

SHORT = Plan(kills=6, cases=5, clients=5)
"""Every other kill is at a commit point. The whole of it: python -m benchmarks.crash."""


@pytest.mark.slow
def test_killing_web_and_worker_at_any_moment_loses_doubles_and_strands_nothing(database_url: str, tmp_path: Path) -> None:
    result = crash.run(database_url, tmp_path / "home", SHORT)
    assert result.findings == []
    assert result.deaths.total() == SHORT.kills
    assert any(":" in place.removeprefix("worker: ").removeprefix("web: ") for place in result.deaths)
    assert result.verdict.cases >= SHORT.cases
    assert result.verdict.parcels > 0
