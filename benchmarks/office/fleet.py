"""`caseloop web` and `caseloop worker` as processes of their own, to be killed and started again at once.

They are forked from a process that has imported the program already: a start costs a tenth of a second instead of two, so that
hundreds of deaths fit into minutes. From there on they run what the command line runs.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from caseloop.bootstrap import HANDLER_GROUP
from engine import faults
from webui.app import BLUEPRINTS

WEB, WORKER = "web", "worker"
LEASE_SECONDS = 10.0
"""Short, so that what a dead worker held is taken over soon; long enough that no living worker on a busy machine loses its."""
_context = multiprocessing.get_context("forkserver")
_program = ("caseloop.cli.serve", "caseloop.bootstrap", "caseloop.serving", "engine.worker", "webui.app", *BLUEPRINTS)
_handlers = {handler.module for handler in entry_points(group=HANDLER_GROUP)}
_context.set_forkserver_preload([*_program, *sorted(_handlers), "benchmarks.office.fleet"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place for a process: "web-1" serves a port of its own."""

    role: str
    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Death:
    """A process is gone. `place` is where it was told to die, None for a kill from outside at a random instant."""

    role: str
    name: str
    place: str | None
    second: float


def web_slot(name: str, port: int) -> Slot:
    return Slot(role=WEB, name=name, arguments=(), environment={"CASELOOP_PORT": str(port)})


def worker_slot(name: str, *, threads: int = 1, lease_seconds: float = LEASE_SECONDS) -> Slot:
    arguments = ("--threads", str(threads), "--lease-seconds", str(lease_seconds))
    return Slot(role=WORKER, name=name, arguments=arguments, environment={})


Program = Callable[[Sequence[str]], None]
"""What a process runs, given its slot's role and arguments: a function of a module, so that the process can import it."""


class Fleet:
    """Runs one process in each slot: the command that its role names, or another `program`."""

    def __init__(
        self, slots: Sequence[Slot], environment: Mapping[str, str], log: Path, *, program: Program | None = None
    ) -> None:
        self.slots = tuple(slots)
        self._program = program or command
        self.deaths: list[Death] = []
        self._environment = dict(environment)
        self._log = log
        self._running: dict[str, Any] = {}
        self._lock = threading.Lock()

    def start(self, slot: Slot, *, crash_at: str = "") -> None:
        """Start the slot's process; `crash_at` is for engine.faults."""
        environment = {**self._environment, **slot.environment, faults.VARIABLE: crash_at}
        arguments = (self._program, [slot.role, *slot.arguments], environment, str(self._log), os.getpid())
        process = _context.Process(target=_run, args=arguments, daemon=True)
        process.start()
        with self._lock:
            self._running[slot.name] = process

    def await_death(self, slot: Slot, place: str | None, seconds: float) -> bool:
        """Wait for a slot's process to die by itself; whether it did in time. Raises RuntimeError when it ended by a failure."""
        process = self._running[slot.name]
        process.join(seconds)
        if process.exitcode is None:
            return False
        if process.exitcode != -signal.SIGKILL:
            raise RuntimeError(f"{slot.name} ended with {process.exitcode}, which nobody asked for; see {self._log}")
        self._note(slot, place)
        return True

    def kill(self, slot: Slot) -> None:
        """As a power cut would: no clean-up."""
        process = self._running[slot.name]
        process.kill()
        process.join()
        self._note(slot, None)

    def _note(self, slot: Slot, place: str | None) -> None:
        with self._lock:
            self.deaths.append(Death(role=slot.role, name=slot.name, place=place, second=time.monotonic()))

    @contextmanager
    def cleared(self) -> Iterator[None]:
        """At the end nothing runs any more."""
        try:
            yield
        finally:
            with self._lock:
                running, self._running = self._running, {}
            for process in running.values():
                process.kill()
                process.join()


def _run(program: Program, arguments: Sequence[str], environment: dict[str, str], log: str, measured_by: int) -> None:
    """In the new process: be the program, as long as the process lives that measures."""
    threading.Thread(target=_follow, args=(measured_by,), daemon=True, name="follow").start()
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(out, stream)
    os.environ.update(environment)
    faults.arm(environment[faults.VARIABLE])
    program(arguments)


def _follow(pid: int) -> None:
    """End with that process, however it ended: the server that forked us would outlive it with us."""
    while True:
        try:
            os.kill(pid, 0)  # asks whether it is there, and does nothing to it
        except ProcessLookupError:
            os._exit(1)
        time.sleep(1.0)


def command(arguments: Sequence[str]) -> None:
    """Be the command line's program."""
    from caseloop.cli import main

    main(list(arguments), prog_name="caseloop")
