"""Places at which a test lets this process die, as a power cut would. Unless CASELOOP_CRASH_AT is set, nothing happens at them.

`CASELOOP_CRASH_AT=desk.work.Work.claim:after_commit@2` kills the process when it comes by that place for the second time;
a name may hold wildcards. `CASELOOP_CRASH_AT=note:FILE` kills nothing and writes the name of each place passed to a file.

The places: every writing transaction has `OPENER:before_commit` and `OPENER:after_commit`, OPENER being the function that
opened it; `history_written` lies between an instance's history and its snapshot; and a job has `job:leased` (nothing done
yet), `job:handled` (done outside, nothing of it written) and `job:settling` (its row is written, its token not moved yet).
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from threading import Lock

VARIABLE = "CASELOOP_CRASH_AT"
BEFORE_COMMIT, AFTER_COMMIT = "before_commit", "after_commit"
HISTORY_WRITTEN = "history_written"
JOB_LEASED, JOB_HANDLED, JOB_SETTLING = "job:leased", "job:handled", "job:settling"
_NOTE = "note:"
_NOT_OPENERS = ("contextlib", "engine.db.database", __name__)

_armed: Callable[[str], None] | None = None


def reached(place: str) -> None:
    """The process is at a place now; it may be its last."""
    if _armed is not None:
        _armed(f"{_opener()}:{place}" if place in (BEFORE_COMMIT, AFTER_COMMIT) else place)


def arm(text: str | None) -> None:
    """Take over what CASELOOP_CRASH_AT says; None or an empty text disarms. Raises ValueError for a count that is no number."""
    global _armed
    if not text:
        _armed = None
    elif text.startswith(_NOTE):
        _armed = _noting(Path(text.removeprefix(_NOTE)))
    else:
        name, _, count = text.partition("@")
        _armed = _dying(name, int(count or 1))


def _dying(name: str, count: int) -> Callable[[str], None]:
    lock, passed = Lock(), 0

    def pass_by(place: str) -> None:
        nonlocal passed
        if not fnmatchcase(place, name):
            return
        with lock:
            passed += 1
            if passed == count:
                os.kill(os.getpid(), signal.SIGKILL)

    return pass_by


def _noting(file: Path) -> Callable[[str], None]:
    lock, known = Lock(), set[str]()

    def pass_by(place: str) -> None:
        with lock:
            if place not in known:
                known.add(place)
                with file.open("a", encoding="utf-8") as out:
                    out.write(f"{place}\n")

    return pass_by


def _opener() -> str:
    """The function whose transaction this is: the first on the stack that doesn't belong to how transactions are opened."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__") in _NOT_OPENERS:
        frame = frame.f_back
    return f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}"


arm(os.environ.get(VARIABLE))
