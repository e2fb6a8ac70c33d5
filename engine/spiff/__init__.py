"""The only door to SpiffWorkflow: moves the tokens of a process instance and tells what came about.

`compile_process` makes a shareable `Spec`; `TokenFlow` starts, loads, orders and saves one instance. No business data,
no clock and no SQL in here.
"""

from engine.spiff.codes import CaughtBy
from engine.spiff.compiling import Spec, compile_process, verify_compiles
from engine.spiff.errors import (
    CompileRefused,
    ConditionFailed,
    FlowBroken,
    MoveRefused,
    NotCaught,
    SnapshotRefused,
    TokenFlowError,
    TokenNotWaiting,
)
from engine.spiff.flow import TokenFlow
from engine.spiff.happenings import (
    ActivityCancelled,
    ActivityEntered,
    ActivityLeft,
    CompensationBegun,
    ConditionWaiting,
    FlowTaken,
    Happening,
    MessageWaiting,
    ProcessEnded,
    RunEnded,
    RunForgotten,
    RunsWanted,
    SignalWaiting,
    TimerWaiting,
    TokenStuck,
    Waiting,
)
from engine.spiff.scripts import Conditions

__all__ = [
    "ActivityCancelled",
    "ActivityEntered",
    "ActivityLeft",
    "CaughtBy",
    "CompensationBegun",
    "CompileRefused",
    "ConditionFailed",
    "ConditionWaiting",
    "Conditions",
    "FlowBroken",
    "FlowTaken",
    "Happening",
    "MessageWaiting",
    "MoveRefused",
    "NotCaught",
    "ProcessEnded",
    "RunEnded",
    "RunForgotten",
    "RunsWanted",
    "SignalWaiting",
    "SnapshotRefused",
    "Spec",
    "TimerWaiting",
    "TokenFlow",
    "TokenFlowError",
    "TokenNotWaiting",
    "TokenStuck",
    "Waiting",
    "compile_process",
    "verify_compiles",
]
