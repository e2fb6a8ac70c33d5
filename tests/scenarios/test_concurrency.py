"""Twenty people on two web processes reach for the same tasks while two workers run: one of two wins, and nobody sees a lock."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import pytest

from benchmarks import crash
from benchmarks.crash import Plan
from benchmarks.places import administer

CASES = int(os.environ.get("CONCURRENCY_CASES", "24"))
"""python -m benchmarks.concurrency plays 1,000."""


@pytest.mark.slow
def test_of_two_who_reach_for_one_task_one_gets_it_and_every_case_ends_well(postgres_url: str, tmp_path: Path) -> None:
    name = f"many_{uuid.uuid4().hex[:12]}"
    administer(postgres_url, f"CREATE DATABASE {name} TEMPLATE template_caseloop")
    result = crash.run(postgres_url + name, tmp_path / "home", Plan(kills=0, cases=CASES, clients=20))
    assert result.findings == []
    assert result.verdict.cases >= CASES
    assert result.traffic.quarrels >= CASES
