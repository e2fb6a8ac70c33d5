"""The last word about a delivery in the viewer's language. Adapters speak English; what they say of their own stays as it is."""

from __future__ import annotations

import re

from webui.i18n import gettext, mark

HEADS = (
    (re.compile(r"accepted by (?P<host>\S+) as (?P<said>\S+)"), mark("%(host)s took it as %(said)s")),
    (re.compile(r"(?P<host>\S+) took it"), mark("%(host)s took it")),
    (re.compile(r"Mail server (?P<host>\S+) doesn't answer \((?P<said>.+)\)"), mark("%(host)s doesn't answer (%(said)s)")),
    (re.compile(r"(?P<host>\S+) doesn't answer \((?P<said>.+)\)"), mark("%(host)s doesn't answer (%(said)s)")),
    (re.compile(r"(?P<host>\S+) answered (?P<said>.+)"), mark("%(host)s answered %(said)s")),
    (re.compile(r"The adapter failed \((?P<said>.+)\)"), mark("The channel's program failed (%(said)s)")),
)
TAILS = {
    "": "",
    " It is tried again.": mark("It is tried again."),
    " It is tried again; look at CASELOOP_SMTP_URL when that goes on.": mark(
        "It is tried again; look at CASELOOP_SMTP_URL when that goes on."
    ),
    " Check the channel's settings.": mark("Check the channel's settings."),
    " Check the address.": mark("Check the address."),
    " Look it up in its documentation.": mark("Look it up in its documentation."),
}


def last_word(detail: str) -> tuple[str, str]:
    """What came of a delivery, and the language of that text: "" for the viewer's, "en" for what nobody translated."""
    tail = max((each for each in TAILS if detail.endswith(each)), key=len)
    said = detail.removesuffix(tail).removesuffix(".")
    for pattern, sentence in HEADS:
        if found := pattern.fullmatch(said):
            given = {"sentence": gettext(sentence, **found.groupdict()), "more": gettext(TAILS[tail]) if tail else ""}
            return gettext("%(sentence)s. %(more)s", **given) if tail else gettext("%(sentence)s.", **given), ""
    return detail, "en" if detail else ""
