"""Which packages bring schema steps of their own, beside the engine's."""

from __future__ import annotations

from pathlib import Path

import desk

SCHEMA_LOCATIONS = (Path(desk.__file__).parent / "steps",)
