"""When Python looks for what refers to itself in circles."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_resting() -> Iterator[None]:
    """Look for circles after this block instead of within it.

    A batch holds some ten thousand values until it is written, and makes no circles; looking through them again and again was a
    tenth of its time. Blocks of several threads may overlap.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
