"""Where shared test material lies, and what happens when it doesn't."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shared_data() -> Path:
    """The folder of diagrams, tables and logs that nobody here wrote. Fails in CI when absent; skips elsewhere."""
    folder = Path(os.environ.get("CASELOOP_SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        missing(f"shared test material isn't at {folder}")
    return folder


def missing(reason: str) -> None:
    """Something that a test needs is absent: a failure in CI, a named skip on a laptop."""
    if os.environ.get("CI"):
        pytest.fail(f"{reason}; in CI nothing may be skipped")
    pytest.skip(reason)
