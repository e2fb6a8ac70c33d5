"""Words for what a process calls by code names: what its timers follow, and what its steps let the system do."""

from __future__ import annotations

from collections.abc import Iterable

from webui.i18n import gettext, mark
from webui.labels import Label, label_of

SERVICE_CLOCKS = frozenset({"clock", "clocks"})
"""The lookup and the variable by which a timer follows the clocks."""
FOLLOWED = {
    "handle": Label(text=mark("what the agent answered")),
    "invitation": Label(text=mark("the invitation to the survey")),
    "contribution": Label(text=mark("the part of another department")),
}
DONE_BY_SYSTEM = {
    "assign": Label(text=mark("choose who gets it")),
    "approver": Label(text=mark("choose who approves")),
    "service-clocks": Label(text=mark("start the clocks")),
    "new-round": Label(text=mark("start the clocks of a new round")),
    "escalate": Label(text=mark("choose to whom it escalates")),
    "notify": Label(text=mark("send a notice")),
    "survey": Label(text=mark("invite to the survey")),
    "archive": Label(text=mark("close and archive")),
}


def followed(names: Iterable[str]) -> list[Label]:
    """What moves a timer, in the viewer's language, each thing once; a variable of one's own process by its name."""
    known = list(names)
    clocks = [Label(text=gettext("the service clocks"))] if SERVICE_CLOCKS & set(known) else []
    return clocks + [label_of(FOLLOWED, name) for name in known if name not in SERVICE_CLOCKS]


def done_by_system(handler: str) -> Label:
    """What a handler does, in the viewer's language; one of somebody else's by its name."""
    return label_of(DONE_BY_SYSTEM, handler)
