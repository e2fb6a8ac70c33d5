"""Service clocks, as pure rules: what is promised (targets), what happened (events), what follows (evaluate), who may do what to
a clock (decisions). No table, no page, no engine in here; whoever stores the events gives them back in order.
"""

from desk.clocks.encoding import decode, encode
from desk.clocks.evaluation import evaluate
from desk.clocks.events import (
    Cause,
    ClockEvent,
    ClockPaused,
    ClockResumed,
    ClockRetargeted,
    ClockStarted,
    ClockStopped,
    ClockVoided,
    DueRule,
    ServiceTarget,
    VoidReason,
)
from desk.clocks.names import CONDITIONAL
from desk.clocks.state import CLOCK_MOVES, ClockPhase, ClockState
from desk.clocks.targets import (
    WARN_AT_FRACTION,
    Anchors,
    Calendars,
    ClockTarget,
    TargetRow,
    Targets,
    read_row,
    strictest_targets,
    verdict,
    with_default_limits,
    with_default_transfer,
)

__all__ = [
    "CLOCK_MOVES",
    "CONDITIONAL",
    "WARN_AT_FRACTION",
    "Anchors",
    "Calendars",
    "Cause",
    "ClockEvent",
    "ClockPaused",
    "ClockPhase",
    "ClockResumed",
    "ClockRetargeted",
    "ClockStarted",
    "ClockState",
    "ClockStopped",
    "ClockTarget",
    "ClockVoided",
    "DueRule",
    "ServiceTarget",
    "TargetRow",
    "Targets",
    "VoidReason",
    "decode",
    "encode",
    "evaluate",
    "read_row",
    "strictest_targets",
    "verdict",
    "with_default_limits",
    "with_default_transfer",
]
