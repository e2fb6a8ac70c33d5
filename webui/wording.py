"""How an error is said to a person: titles and advice by HTTP status, sentences by the error's stable code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpmn.wording import Wording
from webui import desk_words
from webui.i18n import gettext, language, mark

TITLES = {
    400: mark("This request cannot be read"),
    401: mark("Please sign in"),
    403: mark("You may not do this"),
    404: mark("Nothing here"),
    405: mark("This page does not take that"),
    409: mark("Not possible as things stand"),
    410: mark("This is over"),
    413: mark("That is too large"),
    422: mark("Please correct your entries"),
    429: mark("Too many tries"),
    500: mark("Something broke on our side"),
    503: mark("Not available just now"),
}
ADVICE = {
    404: mark("The address is wrong, or what it named was removed. Start from the inbox or search for the case number."),
    405: mark("Go back and use the buttons of the page."),
    409: mark("Reload to see what changed; what you typed is kept in this browser."),
    429: mark("Wait a few minutes, then try again."),
    500: mark("Nothing was saved by this step. Try again; if it happens again, tell your administrator the number below."),
    503: mark("Try again in a minute. Nothing was lost."),
}
BY_CODE = {
    "compile_refused": mark("This diagram cannot be run. Its findings say which element stops it."),
    "deployment_refused": mark("%(package)s cannot be deployed: errors to mend: %(count)s. Each names its element."),
    "draft_closed": mark("Draft %(draft_id)s was deployed or discarded. Open a new one from the version you want to change."),
    "expression_failed": mark(
        "The rule %(expression)s at %(activity_id)s gave no usable value. An administrator must look at it."
    ),
    "error_not_caught": mark(
        "The process threw the error %(error_code)s, which its diagram catches nowhere. An analyst must correct it."
    ),
    "form_invalid": mark("Some fields need your attention; each says what is wrong."),
    "handler_failed": mark("An automatic step of the process failed. It waits for an administrator; the case is kept."),
    "caller_suspended": mark("%(business_key)s was called by %(caller)s, which is suspended. Resume %(caller)s first."),
    "incident_holds_token": mark(
        "This incident cannot just be closed: a token waits for its repair. Retry after the repair, move the token, or stop "
        "the instance."
    ),
    "incident_over": mark("Somebody resolved this incident meanwhile. Look at the list again."),
    "instance_not_suspended": mark("%(business_key)s is not suspended; it needs no resuming."),
    "instance_over": mark("%(business_key)s has ended meanwhile; nothing more can be done with it."),
    "instance_suspended": mark(
        "%(business_key)s was suspended by %(by)s: %(reason)s. Work on it goes on when a supervisor resumes it."
    ),
    "move_refused": mark(
        "The token cannot move to %(activity_id)s. Choose an activity of the same process or sub-process that a flow leads to."
    ),
    "no_work_held": mark("You hold no open task of case %(number)s. Claim one first."),
    "reason_missing": mark("This needs a reason, which stays in the history. Write one sentence."),
    "retry_in_vain": mark(
        "%(activity_id)s waits for tokens that can no longer come; trying again won't help. Move the token behind it, or stop "
        "the instance."
    ),
    "stale_revision": mark("Somebody changed this since you opened it (you read revision %(read)s, now %(current)s)."),
    "survey_over": mark("This survey was answered already or has expired. Thank you; contact us about anything still open."),
    "ladder_invalid": mark("Level %(level)s of the escalation table cannot be read. An analyst must correct it."),
    "target_row_invalid": mark("A row of the service-target table cannot be read (%(source)s). An analyst must correct it."),
    "external_task_lost": mark("External task %(task_id)s is not yours any more. Undo what you did, or fetch again."),
    "task_already_claimed": mark(
        "Task %(task_id)s is held by %(holder)s. Ask them to release it, or let a supervisor reassign it."
    ),
    "task_not_open": mark("Task %(task_id)s was completed or withdrawn meanwhile. Go back to the inbox."),
    "token_not_waiting": mark("The token has gone on meanwhile. Reload the page and look where it stands now."),
    "transaction_lost": mark("Others work on the same records just now. Nothing was saved; try again in a moment."),
    "task_not_yours": mark("You do not hold task %(task_id)s. Claim it first."),
    "too_many_attempts": mark("Too many failed sign-ins. Wait some minutes, then try again."),
    "flow_broken": ADVICE[503],
    "unavailable": ADVICE[503],  # never its own message, which names servers
    "vault": mark("A protected value cannot be read: its key is missing, or it was tampered with. Call your administrator."),
    "value_unreadable": mark(
        "“%(text)s” is no value as JSON. Put text in double quotes, and write dates as the page shows them."
    ),
    "version_exists": mark("%(key)s %(version)s is deployed already with other content. Raise the version and deploy again."),
    "limit_invalid": mark("The limit %(text)s cannot be used. Write for example 15min, 2h, 4bh or 3wd."),
    "working_time_invalid": mark("The opening hours of a team cannot be read. An administrator must correct them."),
    "wrong_password": mark("Name and password do not fit. Check both, or ask an administrator for a new password."),
    **desk_words.BY_CODE,
}
FIELDS = {
    "amount": mark("Amount"),
    "capacity": mark("Capacity"),
    "comment": mark("Comment"),
    "kind": mark("Kind"),
    "name": mark("Name"),
    "note": mark("Note"),
    "priority": mark("Priority"),
    "reason": mark("Reason"),
    "tags": mark("Tags"),
    "team": mark("Team"),
    "text": mark("Text"),
    "tier": mark("Customer tier"),
    "type": mark("Type"),
    "wanted": mark("What is wanted"),
}
# These codes belong to many errors, each with an English message of its own that tells more
GENERAL = frozenset({"not_found", "conflict", "forbidden", "password_too_weak", "right_missing"})


def title(status: int) -> str:
    """Return the heading for a status, in the viewer's language."""
    return gettext(TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400]))


def advice(status: int) -> str:
    """Return the way out that holds for every error of a status, or an empty text."""
    return gettext(ADVICE[status]) if status in ADVICE else ""


def field_name(key: str) -> str:
    """Return what a form calls a field; a field of a process's form is named by its key."""
    return gettext(FIELDS[key]) if key in FIELDS else key


def sentence(said: Any) -> str:
    """Return what an error or a wording says in the viewer's language: by its code, by its own texts, else as it is."""
    code, details = getattr(said, "code", ""), getattr(said, "details", None)
    if code in GENERAL and language() == "en":
        return str(said)
    if code in BY_CODE and isinstance(details, Mapping):
        return gettext(BY_CODE[code]) % {name: _shown(value) for name, value in details.items()}
    if isinstance(said, Wording):
        return said.said(language())
    return said.text(language()) if hasattr(said, "text") else str(said)


def _shown(value: Any) -> Any:
    return ", ".join(str(each) for each in value) if isinstance(value, (list, tuple)) else value
