"""Which packages bring schema steps of their own, beside the engine's."""

from __future__ import annotations

from desk.service import SCHEMA_STEPS

SCHEMA_LOCATIONS = (SCHEMA_STEPS,)
