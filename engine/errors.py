"""What can go wrong, as a tree. A message names the thing, the fact and the way out.

Three kinds decide how a caller reacts: *invalid* (your input is wrong), *refused* (asking again won't help), *unavailable*
(try later). The web maps kinds to HTTP status in one table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any


class CaseloopError(Exception):
    """Base of every error that this product raises on purpose. `code` is stable; `details` are its parameters."""

    kind = "refused"
    code = "refused"

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Invalid(CaseloopError):
    """The input is wrong; mend it and send it again."""

    kind = "invalid"
    code = "invalid"


class ValueUnreadable(Invalid):
    """What a person wrote isn't a value as JSON."""

    code = "value_unreadable"

    def __init__(self, text: str, fact: str) -> None:
        super().__init__(
            f"{text[:80]!r} can't be read as a value: {fact}. Write JSON; text stands in double quotes.", text=text[:80]
        )


class Refused(CaseloopError):
    """The request is well formed but not allowed as things stand; asking again won't help."""


class NotFound(Refused):
    """The named thing doesn't exist, or not for you."""

    code = "not_found"


class Conflict(Refused):
    """Somebody or something was faster; look at what changed, then decide anew."""

    code = "conflict"


class Forbidden(Refused):
    """You have no right to this."""

    code = "forbidden"


class Gone(Refused):
    """It existed, but is over: an expired link, a closed case."""

    code = "gone"


class Unavailable(CaseloopError):
    """Something that we need doesn't answer now; try later."""

    kind = "unavailable"
    code = "unavailable"


class TransactionLost(Unavailable):
    """Another transaction held the same records; nothing was written, and the same work done again may well succeed."""

    code = "transaction_lost"

    def __init__(self) -> None:
        super().__init__("Others work on the same records just now. Nothing was saved; try again in a moment.")


class ReasonMissing(Invalid):
    """An operation on a running instance says why; it stays in the history."""

    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("This needs a reason, which stays in the history. Write one sentence.")


class InstanceOver(Conflict):
    """The instance was completed or cancelled."""

    code = "instance_over"

    def __init__(self, business_key: str, *, state: str) -> None:
        super().__init__(f"{business_key} is {state}; nothing more can be done with it.", business_key=business_key, state=state)


class InstanceSuspended(Conflict):
    """A person lets the instance rest."""

    code = "instance_suspended"

    def __init__(self, business_key: str, *, by: str, since: datetime, reason: str) -> None:
        super().__init__(
            f"{business_key} was suspended by {by} at {since:%Y-%m-%d %H:%M} UTC: {reason}. It goes on when it is resumed.",
            business_key=business_key,
            by=by,
            since=since.isoformat(),
            reason=reason,
        )


class InstanceNotSuspended(Conflict):
    """There is nothing to resume."""

    code = "instance_not_suspended"

    def __init__(self, business_key: str) -> None:
        super().__init__(f"{business_key} isn't suspended; it needs no resuming.", business_key=business_key)


class CallerSuspended(Conflict):
    """A called instance can't go on while the one that waits for it rests."""

    code = "caller_suspended"

    def __init__(self, business_key: str, *, caller: str) -> None:
        super().__init__(
            f"{business_key} was called by {caller}, which is suspended. Resume {caller} first.",
            business_key=business_key,
            caller=caller,
        )


class IncidentOver(Conflict):
    """Somebody resolved the incident meanwhile."""

    code = "incident_over"

    def __init__(self, incident_id: int) -> None:
        super().__init__(f"Incident {incident_id} is resolved already. Look at the list again.", incident_id=incident_id)


class IncidentHoldsToken(Conflict):
    """An incident can't be closed while a token waits for its repair."""

    code = "incident_holds_token"

    def __init__(self, incident_id: int, *, activity_id: str) -> None:
        super().__init__(
            f"Incident {incident_id} can't just be closed: a token waits for its repair at {activity_id}. "
            "Retry after the repair, move the token, or cancel the instance.",
            incident_id=incident_id,
            activity_id=activity_id,
        )


class RetryInVain(Conflict):
    """A gateway waits for what can't come any more."""

    code = "retry_in_vain"

    def __init__(self, activity_id: str) -> None:
        super().__init__(
            f"{activity_id} waits for tokens that can't come any more; trying again won't help. "
            "Move the token behind it, or cancel the instance.",
            activity_id=activity_id,
        )


class TaskAlreadyClaimed(Conflict):
    """Another agent holds the task."""

    code = "task_already_claimed"

    def __init__(self, task_id: int, *, holder: str) -> None:
        super().__init__(
            f"Task {task_id} is held by {holder}. Ask them to release it, or let a supervisor reassign it.",
            task_id=task_id,
            holder=holder,
        )


class TaskNotOpen(Conflict):
    """The task was completed or cancelled meanwhile."""

    code = "task_not_open"

    def __init__(self, task_id: int, *, state: str) -> None:
        super().__init__(
            f"Task {task_id} is {state}; nothing more can be done with it. Go back to the inbox.",
            task_id=task_id,
            state=state,
        )


class TaskNotYours(Forbidden):
    """The agent neither holds the task nor may act for its holder."""

    code = "task_not_yours"

    def __init__(self, task_id: int, *, agent: str) -> None:
        super().__init__(f"Task {task_id} isn't held by {agent}. Claim it first.", task_id=task_id, agent=agent)


class StaleRevision(Conflict):
    """The record was changed since you read it."""

    code = "stale_revision"

    def __init__(self, what: str, *, read: int, current: int | None) -> None:
        super().__init__(
            f"{what} was changed since you opened it (you read revision {read}, now {current}). Reload and look again.",
            what=what,
            read=read,
            current=current,
        )


class FormInvalid(Invalid):
    """A form's answers don't fit its schema. `errors` maps a field's key to a bpmn FieldError."""

    code = "form_invalid"

    def __init__(self, form_id: str, errors: Mapping[str, Any]) -> None:
        fields = ", ".join(sorted(errors))
        super().__init__(f"Form {form_id}: please correct {fields}.", form_id=form_id, fields=sorted(errors))
        self.errors = dict(errors)


class DeploymentRefused(Invalid):
    """The package has findings of severity error. `findings` are bpmn.lint findings."""

    code = "deployment_refused"

    def __init__(self, package: str, findings: Sequence[Any]) -> None:
        first = "; ".join(str(finding.message) for finding in findings[:3])
        super().__init__(
            f"Package {package} can't be deployed: {len(findings)} error(s). {first}", package=package, count=len(findings)
        )
        self.findings = tuple(findings)


class VersionExists(Conflict):
    """The same key and version was deployed with other content; a deployment is never edited."""

    code = "version_exists"

    def __init__(self, key: str, version: str) -> None:
        super().__init__(
            f"{key} {version} is deployed already with other content. Raise the version and deploy again.",
            key=key,
            version=version,
        )


class ExternalTaskLost(Conflict):
    """The program doesn't hold the external task any more; `state` and `holder` say what became of it."""

    code = "external_task_lost"

    def __init__(self, task_id: int, *, state: str, holder: str | None, attempt: int) -> None:
        now = f"{state} by {holder}" if holder else state
        super().__init__(
            f"External task {task_id} isn't yours any more: it is {now} (attempt {attempt}). Undo what you did, or fetch again.",
            task_id=task_id,
            state=state,
            holder=holder,
            attempt=attempt,
        )


class ExpressionFailed(Refused):
    """A diagram's expression gave no usable value. Becomes an incident, never a guess."""

    code = "expression_failed"

    def __init__(self, activity_id: str, expression: str, reason: str) -> None:
        super().__init__(
            f"{activity_id}: {expression!r} {reason}. Correct the variable or the diagram, then retry.",
            activity_id=activity_id,
            expression=expression,
        )


class HandlerFailed(Refused):
    """A decider raised or answered with something unusable. Becomes an incident."""

    code = "handler_failed"


class VaultError(Refused):
    """A sealed value can't be opened: unknown key, or it was tampered with."""

    code = "vault"


class SettingsInvalid(Invalid):
    """A setting is missing or out of range; the message says what was expected and what came."""

    code = "settings"


def explain(error: Exception) -> str:
    """An exception's text for an incident; never raises, not even for one whose own text can't be made."""
    if isinstance(error, CaseloopError):
        return error.message
    return f"{type(error).__name__}: {', '.join(repr(argument) for argument in error.args)}"
