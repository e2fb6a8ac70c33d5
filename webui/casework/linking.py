"""How cases belong together: in words, and the pages that merge them and split them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.casework.cases import CaseListItem, CaseView
from desk.casework.timeline import look_of
from desk.errors import AnswersInvalid
from desk.store.links import LinkKind
from desk.wordings import REQUIRED
from webui.access import for_roles, go_to, signed_in
from webui.bodies import revision_required
from webui.context import services
from webui.i18n import gettext, mark
from webui.staffing.people_names import team_name

blueprint = Blueprint("linking", __name__)
for_roles(blueprint, "agent", "supervisor")
MOST_FOUND = 10

WORDS: Mapping[str, str] = {
    "follows": mark("Follows"),
    "followed": mark("Followed by"),
    "split_off": mark("Split off from"),
    "split_into": mark("Split off from it"),
    "merged": mark("Merged into"),
    "took_in": mark("Merged into it"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked:
    """A case that belongs with another one: in which way, in words."""

    word: str
    number: str
    reason: str


def linked_to(case: CaseView) -> Sequence[Linked]:
    """The cases that belong with this one, the first linked in front."""
    looks = ((look_of(link, case.number), link.reason) for link in case.links)
    return [Linked(word=gettext(WORDS[kind]), number=number, reason=reason) for (kind, number), reason in looks]


def goes_on_in(case: CaseView) -> str | None:
    """The case into which this one was merged."""
    merged = (link.other for link in case.links if (link.number, link.kind) == (case.number, LinkKind.MERGED))
    return next(merged, None)


@blueprint.get("/cases/<number>/merge")
@blueprint.post("/cases/<number>/merge/search", endpoint="look_for")
def choose(number: str) -> str:
    """Into which case it is to be merged: the same customer's open ones, or one that is searched; then what that would do.

    What is searched may be a phone number, so it comes in the body, never in an address, which histories and logs keep.
    """
    desk, login = services().desk, signed_in().login
    case, asked, into = desk.cases.case(number, viewer=login), request.form.get("q", "").strip(), request.args.get("into", "")
    return render_template(
        "cases/merge.html",
        case=case,
        asked=asked,
        preview=desk.merging.preview(number, into, viewer=login) if into else None,
        candidates=desk.merging.candidates(number, viewer=login),
        found=[item.case for item in _found(asked, login) if item.case.number != number],
        team_name=team_name,
    )


@blueprint.get("/cases/<number>/merge/search")
def found_before(number: str) -> Response:
    """Whoever comes back to the address of a search, which holds nothing of it, begins anew."""
    return go_to(url_for("linking.choose", number=number))


def _found(asked: str, login: str) -> Sequence[CaseListItem]:
    if not asked:
        return ()
    filters = {"states": ("open", "in_progress")}
    return services().desk.cases.search(asked, viewer=login, filters=filters, page_size=MOST_FOUND).items


@blueprint.post("/cases/<number>/merge")
def merge(number: str) -> Response:
    """Merge it into the chosen one."""
    form = request.form
    if not (into := form.get("into", "")):
        raise AnswersInvalid({"into": REQUIRED})
    read = {"revision": revision_required(), "into_revision": revision_required("into_revision")}
    services().desk.merging.merge(number, into, by=signed_in().login, reason=form.get("reason", ""), **read)
    flash(gettext("%(going)s is merged into this case.", going=number), "good")
    return go_to(url_for("cases.show", number=into))


@blueprint.post("/cases/<number>/split")
def split(number: str) -> Response:
    """Open a case for a customer's message."""
    form, login = request.form, signed_in().login
    given, entry_id = form.get("message_id", "")[:60], form.get("entry_id", 0, type=int)
    key = f"web:{login}:{given}:{entry_id}" if given else None
    opened = services().desk.splitting.split(number, entry_id, by=login, type=form.get("type") or None, request_id=key)
    flash(gettext("The message opened this case; its limits count from when it came."), "good")
    return go_to(url_for("cases.show", number=opened))
