"""Keeps the processes of `caseloop up` running: a dead one is started again, more slowly each time it dies at once."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import structlog

from caseloop.signals import GRACE_SECONDS, stopped_by_signals

QUICK_DEATH_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
PATIENCE_SECONDS = GRACE_SECONDS + 5
"""Who still runs so long after it was told to stop is killed."""

SUPERVISED_BY = "SUPERVISOR_PID"
log = structlog.get_logger()


@dataclass(slots=True)
class _Child:
    command: str
    process: subprocess.Popen
    started_at: float
    quick_deaths: int = 0
    restart_at: float | None = None


class Supervisor:
    """Runs `caseloop COMMAND` for each command as a process of its own, until SIGINT or SIGTERM."""

    def __init__(self, commands: tuple[str, ...]) -> None:
        self._commands = commands

    def run(self) -> None:
        """Start all, restart the dead, stop all."""
        stop = stopped_by_signals()
        children = [_Child(command, _start(command), time.monotonic()) for command in self._commands]
        while not stop.wait(0.2):
            for child in children:
                _look_after(child, time.monotonic())
        for child in children:
            child.process.terminate()
        for child in children:
            _await_end(child.process)


def _look_after(child: _Child, now: float) -> None:
    """Plan the restart of a dead child, and start it when its pause is over; the others go on meanwhile."""
    if child.process.poll() is None:
        return
    if child.restart_at is None:
        lived = now - child.started_at
        child.quick_deaths = child.quick_deaths + 1 if lived < QUICK_DEATH_SECONDS else 0
        pause = min(2.0**child.quick_deaths - 1, LONGEST_PAUSE_SECONDS)
        child.restart_at = now + pause
        log.warning("process_died", command=child.command, exit_code=child.process.returncode, restart_in_seconds=pause)
    if now >= child.restart_at:
        child.process, child.started_at, child.restart_at = _start(child.command), now, None


def _start(command: str) -> subprocess.Popen:
    # a session of its own, so that Ctrl-C reaches the supervisor alone and it can stop its children in good order
    environment = {**os.environ, SUPERVISED_BY: str(os.getpid())}
    return subprocess.Popen([sys.executable, "-m", "caseloop", command], start_new_session=True, env=environment)


def follow_parent(stop: threading.Event) -> None:
    """In a supervised process: end when the supervisor is gone without a goodbye (kill -9), so that no port stays taken."""
    supervisor = os.environ.get(SUPERVISED_BY)
    if supervisor is None:
        return

    def watch() -> None:
        while os.getppid() == int(supervisor):
            time.sleep(0.5)
        stop.set()
        time.sleep(PATIENCE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="follow-parent").start()


def _await_end(process: subprocess.Popen) -> None:
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
