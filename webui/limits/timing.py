"""What people do to a case's clocks, its class and its promises: the forms of the case's page."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, request, url_for
from werkzeug.wrappers import Response

from desk.errors import AnswersInvalid
from desk.instants import instant
from desk.limits.reclassifying import NewClass
from desk.wordings import NO_TIME, REQUIRED
from webui.access import for_roles, go_to, requires, signed_in
from webui.bodies import revision_required
from webui.casework.profile_words import typed_tags
from webui.context import services
from webui.i18n import LANGUAGES, gettext, mark
from webui.refusals import BodyUnreadable

blueprint = Blueprint("timing", __name__)
for_roles(blueprint, "agent", "supervisor")


@blueprint.post("/cases/<number>/clocks/pause")
def pause(number: str) -> Response:
    """Let clocks wait for a reason up to a date."""
    form = request.form
    services().desk.timing.pause(
        number, reason=form.get("reason", ""), until=_time("until"), note=form.get("note", ""), by=signed_in().login
    )
    return _back(number, gettext("The clocks that this pauses wait now."))


@blueprint.post("/cases/<number>/clocks/resume")
def resume(number: str) -> Response:
    """Let clocks go on."""
    services().desk.timing.resume(number, reason=request.form.get("reason") or None, by=signed_in().login)
    return _back(number, gettext("The clocks go on."))


@blueprint.post("/cases/<number>/class")
def reclassify(number: str) -> Response:
    """Class the case anew."""
    form = request.form
    chosen = {name: form.get(name) or None for name in ("priority", "type", "tier")}
    tags = typed_tags(form["tags"]) if "tags" in form else None
    wanted = NewClass(**chosen, tags=tags, keep_tags="keep_tags" in form)
    services().desk.reclassifying.reclassify(number, wanted, reason=form.get("reason", ""), by=signed_in().login)
    return _back(number, gettext("The case is classed anew, and its limits follow."))


@blueprint.post("/cases/<number>/promises")
def promise(number: str) -> Response:
    """Tell the customer by when it will be done."""
    given = {"due_at": _time("due_at"), "reason": request.form.get("reason", ""), "revision": revision_required()}
    services().desk.promising.promise(number, **given, by=signed_in().login)
    return _told(
        number,
        written=mark("It is written to the customer; the limit stays what it is."),
        by_person=mark(
            "Noted; nothing written reaches this customer: the owner was asked to tell them. The limit stays what it is."
        ),
    )


@blueprint.post("/cases/<number>/promises/<int:promise_id>/withdraw")
def withdraw(number: str, promise_id: int) -> Response:
    """Take a promise back, with an apology."""
    apology = request.form.get("apology", "")
    services().desk.promising.withdraw(number, promise_id, apology=apology, by=signed_in().login)
    return _told(
        number,
        written=mark("The promise is taken back, and it is written to the customer."),
        by_person=mark("The promise is taken back; nothing written reaches this customer: the owner was asked to tell them."),
    )


@blueprint.post("/cases/<number>/language")
def language(number: str) -> Response:
    """Write to the customer in another language."""
    chosen, read = request.form.get("language", ""), request.form.get("read", "")
    if read not in LANGUAGES:
        raise BodyUnreadable("read is no language of a customer")
    services().desk.choosing.write_to_customer_in(number, chosen, read=read, by=signed_in().login)
    return _back(number, gettext("The customer is written to in this language from now on."))


@blueprint.post("/cases/<number>/leave-out")
@requires("supervisor")
def leave_out(number: str) -> Response:
    """End a case that is spam or was called off."""
    form = request.form
    services().desk.timing.leave_out(number, reason=form.get("reason", ""), note=form.get("note", ""), by=signed_in().login)
    return _back(number, gettext("The case is closed and counts in no statistics."))


def _time(name: str) -> datetime:
    """A wall time of the form as an instant."""
    try:
        read = instant(request.form.get(name, ""), services().desk.context.zone)
    except (ValueError, OverflowError):
        raise AnswersInvalid({name: NO_TIME}) from None
    if read is None:
        raise AnswersInvalid({name: REQUIRED})
    return read


def _told(number: str, *, written: str, by_person: str) -> Response:
    """Back to the page, which says whether the customer gets it or a person has to tell them."""
    is_written = services().desk.choosing.way_to_customer(number, viewer=signed_in().login) is not None
    return _back(number, gettext(written if is_written else by_person), "good" if is_written else "warn")


def _back(number: str, said: str, tone: str = "good") -> Response:
    flash(said, tone)
    return go_to(url_for("cases.show", number=number, tab="clocks"))
