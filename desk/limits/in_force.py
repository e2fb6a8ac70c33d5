"""Which version's targets hold for a case: those of its process, until another one's are applied to it (E25)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TARGETS_VERSION = "targets_version"
"""The variable that names the version whose targets were applied last."""


def version_in_force(variables: Mapping[str, Any], own: str) -> str:
    """The version whose table is asked about a case with these variables, whose process is of version `own`."""
    applied = variables.get(TARGETS_VERSION)
    return applied if isinstance(applied, str) and applied else own


def policy_name(process_key: str, version: str) -> str:
    """How a clock names the version that its limit is from: `customer-service 1.0`."""
    return f"{process_key} {version}"


def version_named(policy: str) -> str:
    """The version in such a name."""
    return policy.rpartition(" ")[2]
