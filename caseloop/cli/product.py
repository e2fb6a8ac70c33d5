"""The product that commands work with.

It takes over a second to load, so each command loads what it needs of it when it runs, and none for its help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from caseloop.settings import Settings

if TYPE_CHECKING:
    from caseloop.bootstrap import Services


def built(settings: Settings) -> Services:
    """Everything built together: see caseloop.bootstrap.build."""
    from caseloop import bootstrap

    return bootstrap.build(settings)
