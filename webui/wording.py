"""How an error is said to a person: titles and advice by HTTP status, sentences by the error's stable code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    "task_already_claimed": mark(
        "Task %(task_id)s is held by %(holder)s. Ask them to release it, or let a supervisor reassign it."
    ),
    "task_not_open": mark(
        "Task %(task_id)s is no longer open (%(state)s); nothing more can be done with it. Go back to the inbox."
    ),
    "task_not_yours": mark("You do not hold task %(task_id)s. Claim it first."),
    "stale_revision": mark(
        "%(what)s was changed since you opened it (you read revision %(read)s, now %(current)s). Reload and look again."
    ),
    "form_invalid": mark("Some fields need your attention; each says what is wrong."),
    "deployment_refused": mark("%(package)s cannot be deployed: errors to mend: %(count)s. Each names its element."),
    "version_exists": mark("%(key)s %(version)s is deployed already with other content. Raise the version and deploy again."),
    "vault": mark("A protected value cannot be read: its key is missing, or it was tampered with. Call your administrator."),
}


def title(status: int) -> str:
    """Return the heading for a status, in the viewer's language."""
    return gettext(TITLES.get(status, TITLES[500] if status >= 500 else TITLES[400]))


def advice(status: int) -> str:
    """Return the way out that holds for every error of a status, or an empty text."""
    return gettext(ADVICE[status]) if status in ADVICE else ""


def sentence(error: Any) -> str:
    """Return what an error says in the viewer's language: by its code, by its own `text(language)`, else as raised."""
    details = getattr(error, "details", None)
    by_code = BY_CODE.get(getattr(error, "code", None) or "")
    if by_code and isinstance(details, Mapping):
        return gettext(by_code) % details
    return error.text(language()) if hasattr(error, "text") else str(error)
