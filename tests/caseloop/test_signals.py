from __future__ import annotations

import signal
import subprocess
import sys

STORY = """
import os, signal
from caseloop.signals import stopped_by_signals

stop = stopped_by_signals()
# as when a signal comes while the main thread looks at the event
with stop._cond:
    for _ in range(20):
        os.kill(os.getpid(), signal.{name})
assert stop.wait(10)
print("stopped in good order")
"""


def test_signals_that_come_at_the_worst_moment_stop_a_process_all_the_same():
    for name in (signal.SIGTERM.name, signal.SIGINT.name):
        told = subprocess.run(
            [sys.executable, "-c", STORY.format(name=name)], capture_output=True, text=True, timeout=120, check=True
        )
        assert told.stdout == "stopped in good order\n"
