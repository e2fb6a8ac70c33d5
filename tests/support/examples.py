"""How many random examples a property is tried with: the same few in each run, many by real chance in a long one.

`CASELOOP_EXAMPLES_TIMES=34` tries 34 times as many.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

TIMES = int(os.environ.get("CASELOOP_EXAMPLES_TIMES", "0"))
"""How many times the usual number of examples to try, by real chance; by default each run tries the same ones."""


PROFILE = "caseloop"
"""What each random example is held to, unless a test says otherwise: never to a time, which a busy machine wouldn't keep."""

settings.register_profile(
    PROFILE,
    derandomize=not TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
)
settings.load_profile(PROFILE)


def examples(number: int) -> settings:
    """Settings for a property that is tried with so many random examples."""
    return settings(settings.get_profile(PROFILE), max_examples=number * (TIMES or 1))
