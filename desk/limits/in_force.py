"""Which version's targets hold for a case: those of its process, until another one's are applied to it (E25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

TARGET_ROWS = "target_rows"
"""The variable with the rows that hold."""
TARGETS_VERSION = "targets_version"
"""The variable that names the version applied last: by it such cases are found. What holds say the rows."""
OF_VERSION = "of_version"
"""What each applied row says of itself: a diagram that asks its own table again goes by that again."""


def as_applied(rows: Iterable[Mapping[str, Any]], version: str) -> list[Mapping[str, Any]]:
    """The rows of a version as a process keeps them to which they are applied."""
    return [{**row, OF_VERSION: version} for row in rows]


def applied_version(variables: Mapping[str, Any]) -> str | None:
    """Whose rows were applied to a process with these variables; None when it has those that it asked for itself."""
    rows = variables.get(TARGET_ROWS)
    said = [row.get(OF_VERSION) for row in rows if isinstance(row, Mapping)] if isinstance(rows, list | tuple) else []
    return next((version for version in said if isinstance(version, str) and version), None)


def version_in_force(variables: Mapping[str, Any], own: str) -> str:
    """The version whose table is asked about a case with these variables, whose process is of version `own`."""
    return applied_version(variables) or own


def policy_name(process_key: str, version: str) -> str:
    """How a clock names the version that its limit is from: `customer-service 1.0`."""
    return f"{process_key} {version}"


def version_named(policy: str) -> str:
    """The version in such a name."""
    return policy.rpartition(" ")[2]
