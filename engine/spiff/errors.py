"""What the token flow refuses, each with the thing, the fact and the way out."""

from collections.abc import Mapping
from typing import ClassVar

from engine.errors import CaseloopError, Conflict, Invalid, Refused, Unavailable


class TokenFlowError(CaseloopError):
    """Base of every error of the token flow."""


class CompileRefused(TokenFlowError, Invalid):
    """The diagram cannot run here; the message names the element in the analyst's words."""

    code = "compile_refused"


class SnapshotRefused(TokenFlowError, Refused):
    """A stored snapshot does not fit this engine or this process definition. `reason` says why."""

    code = "snapshot_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The stored token flow cannot be loaded: {reason}.", reason=reason)
        self.reason = reason


class TokenNotWaiting(TokenFlowError, Conflict):
    """A command asked something of a token that it does not wait for, or that is no longer there."""

    code = "token_not_waiting"

    def __init__(self, token_id: str, activity_id: str | None, *, command: str, waits_for: str | None = None) -> None:
        if activity_id is None:
            fact = "it has gone on already, or never was; read the open tokens again"
        else:
            fact = f'it stands at "{activity_id}" and waits for {waits_for}'
        super().__init__(f"Token {token_id} does not wait for {command}: {fact}.", token_id=token_id, command=command)
        self.token_id = token_id
        self.activity_id = activity_id


class MoveRefused(TokenFlowError, Conflict):
    """A token can't be moved like this. `why` is a key of `FACTS`."""

    code = "move_refused"
    FACTS: ClassVar[Mapping[str, str]] = {
        "unknown": "the process has no such activity. Choose one of its diagram",
        "beside": "it waits beside another activity. Move the token of that activity",
        "run": "it is one run of a multi-instance activity. Move the token that holds all runs",
        "scope": "they don't stand in the same sub-process. Move to the sub-process itself, or to an activity beside the token",
        "join": "it joins several flows, and the token would wait there for ever. Move to what follows it",
        "event": "only its event leads there, no flow. Move to an activity that a flow leads to",
    }

    def __init__(self, token_id: str, activity_id: str, why: str) -> None:
        message = f'Token {token_id} can\'t move to "{activity_id}": {self.FACTS[why]}.'
        super().__init__(message, token_id=token_id, activity_id=activity_id, why=why)


class ConditionFailed(TokenFlowError, Refused):
    """A flow's condition has no yes or no. Raised by the `Conditions` callback; the token stops before the gateway."""

    code = "condition_failed"


class NotCaught(TokenFlowError, Refused):
    """An error was thrown and nothing on the way out of the diagram catches its code."""

    code = "error_not_caught"

    def __init__(self, activity_id: str, error_code: str) -> None:
        super().__init__(
            f'"{activity_id}" throws the error "{error_code}", which nothing around it catches: '
            "catch it in a new version of the diagram, or cancel the instance.",
            activity_id=activity_id,
            error_code=error_code,
        )
        self.error_code = error_code


class EvaluationRefused(TokenFlowError, Refused):
    """Something other than a flow's condition asked to be evaluated."""

    code = "evaluation_refused"


class FlowBroken(TokenFlowError, Unavailable):
    """A run was torn by an exception, so that this working copy must be thrown away and loaded afresh."""

    code = "flow_broken"
