"""What the customer-service domain refuses. Each message names the thing, the fact and the way out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bpmn.wording import Wording
from engine.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Refused


class AnswersInvalid(Invalid):
    """Answers that a form's schema allows but the desk's rules don't. `errors` maps a field's key to a sentence about it."""

    code = "answers_invalid"

    def __init__(self, errors: Mapping[str, Wording]) -> None:
        self.errors = dict(errors)
        super().__init__(f"Please correct: {self.text('en')}", fields=sorted(errors))

    def text(self, language: str = "en") -> str:
        """All sentences in a language, each after its field's key."""
        return " ".join(f"{field} {wording.fill(language, {})}" for field, wording in sorted(self.errors.items()))


class CaseNotFound(NotFound):
    """No such case, or not for you; which of the two isn't told."""

    code = "case_not_found"

    def __init__(self, number: str) -> None:
        super().__init__(f"There is no case {number}. Check the number.", number=number)


class CaseClosed(Gone):
    """The case is closed; it can be read, not changed."""

    code = "case_closed"

    def __init__(self, number: str) -> None:
        super().__init__(f"Case {number} is closed and can only be read. Open a new one for what is new.", number=number)


class LanguageChanged(Conflict):
    """Somebody chose another language of the customer since it was looked at."""

    code = "language_changed"

    def __init__(self, number: str, *, current: str) -> None:
        super().__init__(
            f"The customer of case {number} is written to in another language by now ({current}). Reload and look again.",
            number=number,
            current=current,
        )


class ContributionNotFound(NotFound):
    code = "contribution_not_found"

    def __init__(self, contribution_id: int) -> None:
        super().__init__(
            f"No department was asked for a contribution {contribution_id}. Look at the case.", contribution_id=contribution_id
        )


class ContributionOver(Conflict):
    """A department's part that is done, passed on or withdrawn."""

    code = "contribution_over"

    def __init__(self, contribution_id: int, state: str) -> None:
        super().__init__(
            f"Contribution {contribution_id} is over ({state}). Reload the case to see what became of it.",
            contribution_id=contribution_id,
            state=state,
        )


class AgentNotFound(NotFound):
    code = "agent_not_found"

    def __init__(self, login: str) -> None:
        super().__init__(f"There is no active agent {login!r}. Look at the list of agents.", login=login)


class TeamNotFound(NotFound):
    code = "team_not_found"

    def __init__(self, key: str) -> None:
        super().__init__(f"There is no team {key!r}. Add it, or choose one from the list of teams.", team=key)


class NothingToHandOver(Refused):
    code = "nothing_to_hand_over"

    def __init__(self) -> None:
        super().__init__("No suggestion of that time is left to hand over. Choose another time.")


class BatchNotFound(NotFound):
    code = "batch_not_found"

    def __init__(self, batch_id: int) -> None:
        super().__init__(f"There is no batch {batch_id} of suggestions. Look at the list of batches.", batch_id=batch_id)


class SuggestionNotFound(NotFound):
    code = "suggestion_not_found"

    def __init__(self, number: str) -> None:
        super().__init__(f"Case {number} is in no batch of suggestions. Hand it over first.", number=number)


class NameTaken(Conflict):
    """A login, team key or version exists already."""

    code = "name_taken"

    def __init__(self, what: str, name: str) -> None:
        super().__init__(f"The {what} {name!r} exists already. Choose another.", what=what, name=name)


class TokenInvalid(Forbidden):
    """The API token is unknown, revoked or over, or its agent may not log in; which isn't told."""

    code = "token_invalid"

    def __init__(self) -> None:
        super().__init__("This API token isn't valid. Ask an administrator for a new one.")


class ScopeMissing(Forbidden):
    """The API token doesn't reach that far."""

    code = "scope_missing"

    def __init__(self, scope: str) -> None:
        super().__init__(f"The token's scopes don't include {scope}. Ask an administrator for one that does.", scope=scope)


class OpensByIntake(Refused):
    """An instance of the desk's own process comes with a case."""

    code = "opens_by_intake"

    def __init__(self, process_key: str) -> None:
        super().__init__(f"{process_key} is started by opening a case. Send the answers of its intake form.", key=process_key)


class InstanceExists(Conflict):
    """A process has, or had, an instance with that business key."""

    code = "instance_exists"

    def __init__(self, process_key: str, business_key: str) -> None:
        super().__init__(
            f"{process_key} has an instance {business_key} already. Take another business key, or look at that one.",
            key=process_key,
            business_key=business_key,
        )


class BelongsToCase(Refused):
    """A business key that a case has or may get; only the case's own process bears it."""

    code = "belongs_to_case"

    def __init__(self, business_key: str) -> None:
        super().__init__(f"{business_key} is a case's number. Take another business key.", business_key=business_key)


class VariableWithheld(Forbidden):
    """The variable holds who the customer is, which is shown masked: what was read must not be written back."""

    code = "variable_withheld"

    def __init__(self, name: str) -> None:
        super().__init__(
            f"Variable {name} holds who the customer is and is shown masked, so it can't be changed here. An operator may do it "
            "by `caseloop set`.",
            name=name,
        )


class KeyUsedOtherwise(Conflict):
    """An idempotency key came back with another order."""

    code = "key_used_otherwise"

    def __init__(self, key: str) -> None:
        super().__init__(f"The idempotency key {key} was used for another order. Take a new key for each order.", key=key)


class MessageIdUsedOtherwise(Conflict):
    """A message's id came back with a message to another case."""

    code = "message_id_used_otherwise"

    def __init__(self, number: str) -> None:
        super().__init__(
            f"The id of this message to case {number} was used for a message to another case. Give each one an id of its own.",
            number=number,
        )


class WrongPassword(Forbidden):
    """Login and password don't fit, or the account is off; which isn't told."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("Login and password don't fit. Check both, or ask an administrator for a new password.")


class TooManyAttempts(Refused):
    """Too many failed log-ins; `until` is when the next try counts."""

    code = "too_many_attempts"

    def __init__(self, until: datetime) -> None:
        super().__init__(f"Too many failed log-ins. Try again after {until:%H:%M} UTC.", until=until.isoformat())
        self.until = until


class PasswordTooWeak(Invalid):
    code = "password_too_weak"

    def __init__(self, fact: str) -> None:
        super().__init__(f"This password {fact}. Take a longer sentence that only you know.")


class PasswordChanged(Conflict):
    """Two changes of one password at the same time; the other one counts."""

    code = "password_changed"

    def __init__(self, login: str) -> None:
        super().__init__(f"The password of {login} was changed at the same time. Log in with the newer one.", login=login)


class RightMissing(Forbidden):
    """The agent's role or team gives no right to this."""

    code = "right_missing"

    def __init__(self, login: str, what: str, who: str) -> None:
        super().__init__(f"{login} may not {what}. Ask {who}.", login=login, what=what)


class NoWorkHeld(Forbidden):
    """The agent holds no task of the case on which work is noted."""

    code = "no_work_held"

    def __init__(self, number: str, login: str) -> None:
        super().__init__(f"{login} holds no task of case {number}. Claim it first, then note your work.", number=number)


class RequestSentTwice(Conflict):
    """The same request arrived twice at the same moment; the other one opens the case."""

    code = "request_sent_twice"

    def __init__(self) -> None:
        super().__init__("The same request was sent twice at the same time. Send it again to learn its number.")


class HelpPending(Conflict):
    """The case can't be resolved while something that it asked for is open."""

    code = "help_pending"

    def __init__(self, number: str, tasks: tuple[str, ...]) -> None:
        names = ", ".join(tasks)
        super().__init__(
            f"Case {number} waits for: {names}. Resolve it when that is done, or log your progress meanwhile.",
            number=number,
            tasks=list(tasks),
        )


class MessageNotFound(NotFound):
    code = "message_not_found"

    def __init__(self, number: str, entry_id: int) -> None:
        super().__init__(
            f"Case {number} has no message {entry_id} from its customer. Reload the case and choose one.", number=number
        )


class NotAwaited(Conflict):
    """The process doesn't wait for this now."""

    code = "not_awaited"

    def __init__(self, number: str, what: str) -> None:
        super().__init__(
            f"Case {number} takes no {what} now: it was asked for already, or the case has moved on. Reload the case.",
            number=number,
            what=what,
        )


class SurveyUnknown(NotFound):
    code = "survey_unknown"

    def __init__(self) -> None:
        super().__init__("This survey link isn't valid. Use the link from our message unchanged.")


class SurveyOver(Gone):
    """Expired or answered already: `why` is "expired" or "answered"."""

    code = "survey_over"

    def __init__(self, why: str) -> None:
        said = "has been answered" if why == "answered" else "has expired"
        super().__init__(f"This survey {said}. Thank you; contact us about anything that is still open.", why=why)


class NothingRolledOut(Refused):
    """No version of the process is deployed."""

    code = "nothing_rolled_out"

    def __init__(self, key: str) -> None:
        super().__init__(f"No version of {key} is deployed. Deploy one: caseloop deploy processes/{key}/1.0.", key=key)


class DraftClosed(Conflict):
    """The draft was deployed or discarded."""

    code = "draft_closed"

    def __init__(self, draft_id: int, state: str) -> None:
        super().__init__(f"Draft {draft_id} is {state}. Open a new one from the version you want to change.", draft_id=draft_id)


class DeliveryNotFound(NotFound):
    """No such delivery, or one that needs no second try."""

    code = "delivery_not_found"

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"There is no delivery {reference} that could be sent again. Look at the log of deliveries.", reference=reference
        )


class TemplateNotFound(NotFound):
    code = "template_not_found"

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no notice template {name!r} in that language. Look at the list of templates.", name=name)


class UrgedTooSoon(Refused):
    """The same person urged this case a moment ago."""

    code = "urged_too_soon"

    def __init__(self, number: str, again_at: datetime, zone: ZoneInfo) -> None:
        shown = f"{again_at.astimezone(zone):%H:%M}"
        super().__init__(f"Case {number} was urged by you just now. You can urge it again at {shown}.", number=number, time=shown)
        self.again_at = again_at


class MergeRefused(Conflict):
    """The case can't be merged into that one."""

    code = "merge_refused"

    def __init__(self, number: str, fact: str) -> None:
        super().__init__(f"Case {number} {fact}. Choose another case.", number=number)
