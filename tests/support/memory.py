"""Where a run of the tests keeps its files."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 3 * 1024**3


def keep_files_in_memory() -> None:
    """Keep temporary files, and with them the databases, in memory where there is room: half of a run would wait for the disk.

    The proof by crash (benchmarks/crash) runs outside of pytest, and so on the disk.
    """
    if os.environ.get("TMPDIR") or not os.access(MEMORY, os.W_OK) or shutil.disk_usage(MEMORY).free < ENOUGH_BYTES:
        return
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
