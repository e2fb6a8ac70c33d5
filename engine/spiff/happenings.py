"""What a token flow reports: past-tense facts in the order in which they came about.

A token's presence at an activity is opened once, by `ActivityEntered`, or by `TimerWaiting`, `MessageWaiting`,
`SignalWaiting` or `ConditionWaiting` for an event that waits beside an activity (boundary), beside a scope (start of an
event sub-process) or in a race (behind an event-based gateway). It is closed once, by `ActivityLeft` or
`ActivityCancelled`. An event that waited beside or in a race and then occurs is entered and left.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityEntered:
    """A token came to an activity. `kind` is the BPMN element's name, such as `userTask` or `exclusiveGateway`.

    A joining gateway is entered once, by the token that goes on, when all tokens that it waits for have come.
    """

    token_id: str
    activity_id: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityLeft:
    """A token went on from an activity, or ended there."""

    token_id: str
    activity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCancelled:
    """A token was withdrawn from an activity before it could go on."""

    token_id: str
    activity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerWaiting:
    """A timer event now waits for `fire_timer`. `attached_to` is the activity whose boundary it stands on, if any.

    A cycle timer on a boundary waits again, with a new token, after each firing; `follows` is the token before it.
    """

    token_id: str
    activity_id: str
    attached_to: str | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageWaiting:
    """A message event or receive task now waits for `deliver`. `attached_to` as for a timer.

    A non-interrupting message on a boundary waits again, with a new token, after each delivery.
    """

    token_id: str
    activity_id: str
    attached_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalWaiting:
    """A signal event now waits for its signal. `attached_to` as for a timer.

    A non-interrupting signal on a boundary waits again, with a new token, after each one.
    """

    token_id: str
    activity_id: str
    attached_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionWaiting:
    """A conditional event now waits for `deliver`, for when its condition comes to hold. `attached_to` as for a timer.

    A non-interrupting one waits again, with a new token, after each time; `follows` is the token before it.
    """

    token_id: str
    activity_id: str
    attached_to: str | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunsWanted:
    """A multi-instance activity was entered, of kind `multiInstance`, and waits for `begin_runs` or `complete`."""

    token_id: str
    activity_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """One run of a multi-instance activity has ended; the whole waits for `begin_runs` or `complete`, or for other runs."""

    token_id: str
    activity_id: str
    whole_token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CompensationBegun:
    """A compensation event, which holds this token, let a handler in; what it undoes completed with `undone_token_id`."""

    token_id: str
    activity_id: str
    undone_activity_id: str
    undone_token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunForgotten:
    """A completed run of a multi-instance activity can't be compensated any more; nobody needs what it saw."""

    token_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowTaken:
    """A token passed along a sequence flow."""

    flow_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenStuck:
    """A token cannot go on from an activity until somebody repairs the cause and asks for `retry`.

    `error_code` is set when it threw an error that nothing in this process catches.
    """

    token_id: str
    activity_id: str
    reason: str
    error_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessEnded:
    """No token is left and at least one end was reached; the ends are named in the order of their first arrival."""

    end_activity_ids: tuple[str, ...]


Happening = (
    ActivityEntered
    | ActivityLeft
    | ActivityCancelled
    | TimerWaiting
    | MessageWaiting
    | SignalWaiting
    | ConditionWaiting
    | RunsWanted
    | RunEnded
    | CompensationBegun
    | RunForgotten
    | FlowTaken
    | TokenStuck
    | ProcessEnded
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A token that is open now.

    `kind` says what it waits for: `work` (complete), `timer` (fire_timer), `message` (deliver; a receive task also
    takes complete), `signal` (deliver, signal), `condition` (deliver), `join` (other tokens), `race` (the first of the
    events behind it), `scope` (the tokens inside an embedded sub-process, or the handlers of a compensation), `runs`
    (those of a repeated activity) or `stuck` (retry).
    """

    token_id: str
    activity_id: str
    kind: str
