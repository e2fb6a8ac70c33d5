"""The supervisor of `caseloop up`, with real processes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from caseloop import supervisor

BOOTED = 1000.0
"""An instant from which one can count on without rounding."""


@pytest.fixture
def started(monkeypatch) -> list[str]:
    """The commands that were started again; each becomes a process that ends at once."""
    commands: list[str] = []

    def start(command: str) -> subprocess.Popen:
        commands.append(command)
        return ended()

    monkeypatch.setattr(supervisor, "_start", start)
    return commands


def ended() -> subprocess.Popen:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process


def test_a_process_that_dies_at_once_is_started_later_each_time(started):
    child = supervisor._Child("worker", ended(), started_at=BOOTED)
    pauses = []
    for _ in range(6):
        now = child.started_at
        supervisor._look_after(child, now)
        pauses.append(child.restart_at - now)
        supervisor._look_after(child, child.restart_at)
    assert pauses == [1, 3, 7, 15, 30, 30]
    assert started == ["worker"] * 6


def test_who_lived_long_is_started_at_once(started):
    child = supervisor._Child("web", ended(), started_at=BOOTED)
    supervisor._look_after(child, child.started_at + supervisor.QUICK_DEATH_SECONDS + 1)
    assert (started, child.restart_at) == (["web"], None)
