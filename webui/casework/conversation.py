"""What agents write in a case: replies, calls, notes, the customer's messages, progress, requests for help."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from flask import Blueprint, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.casework.incoming import Received
from desk.errors import AnswersInvalid, CaseNotFound
from desk.wordings import NO_AMOUNT
from webui.access import for_roles, go_to, own_path, signed_in
from webui.context import services
from webui.i18n import gettext, mark
from webui.refusals import BodyUnreadable

blueprint = Blueprint("conversation", __name__)
for_roles(blueprint, "agent", "supervisor")
SAID = {
    "reply": mark("Your reply is noted and goes to the customer."),
    "call": mark("The call is noted."),
    "note": mark("Your note is saved."),
    "customer": mark("The customer's message is noted."),
    "progress": mark("Your progress is noted; the task stays open."),
    "technical": mark("The technical team was asked; you stay the owner."),
    "approval": mark("The approval was asked for; you stay the owner."),
}
TOLD_BY_PERSON = mark(
    "Your reply is noted. It was sent nowhere, since nothing written reaches this customer: tell them yourself."
)
PROGRESS_FIELDS = ("stage", "work_started_at", "content", "customer_feedback", "next_action")


@blueprint.post("/cases/<number>/say/<kind>")
def say(number: str, kind: str) -> Response:
    """Write an entry of this kind: reply, call, note, customer, technical, approval."""
    text, login, work = request.form.get("text", ""), signed_in().login, services().desk.work
    ways: dict[str, Callable[[], object]] = {
        "reply": lambda: work.reply(number, text, by=login, message_id=_message_id(login, kind)),
        "call": lambda: work.log_call(number, text, by=login, message_id=_message_id(login, kind)),
        "note": lambda: work.note(number, text, by=login, message_id=_message_id(login, kind)),
        "customer": lambda: _from_customer(number, text, login),
        "technical": lambda: work.request_technical_help(number, reason=text, by=login, message_id=_message_id(login, kind)),
        "approval": lambda: work.request_approval(
            number,
            reason=text,
            by=login,
            message_id=_message_id(login, kind),
            kind=request.form.get("kind", ""),
            amount=_amount(),
        ),
    }
    if kind not in ways:
        raise BodyUnreadable(f"there is no kind of entry {kind!r}")
    said = ways[kind]()
    if isinstance(said, Received) and said.number != number:
        return _elsewhere(number, said)
    return _back(number, kind)


def _amount() -> Decimal | None:
    """The amount for which approval is asked; none when the field is empty."""
    given = request.form.get("amount", "").strip().replace(",", "")
    try:
        return Decimal(given) if given else None
    except InvalidOperation:
        raise AnswersInvalid({"amount": NO_AMOUNT}) from None


def _from_customer(number: str, text: str, login: str) -> Received:
    """Note what the customer told somebody who may read the case."""
    services().desk.cases.case(number, viewer=login)
    message_id = _message_id(login, "customer") or services().chance.token()
    return services().desk.incoming.take(number, text, message_id=message_id)


def _elsewhere(number: str, received: Received) -> Response:
    """To the case that took the message instead, where the viewer may read it."""
    try:
        services().desk.cases.case(received.number, viewer=signed_in().login)
    except CaseNotFound:
        flash(gettext("The message went to case %(number)s, which another team has.", number=received.number), "good")
        return go_to(f"{url_for('cases.show', number=number)}?done=customer")
    told = mark("The message opened this case.") if received.opened else mark("The message went to this case, which goes on.")
    flash(gettext(told), "good")
    return go_to(f"{url_for('cases.show', number=received.number)}?done=customer")


def _message_id(login: str, kind: str) -> str | None:
    """The id that the page gave its form, so that a second click sends nothing twice."""
    given = request.form.get("message_id", "")[:60]
    return f"web:{login}:{kind}:{given}" if given else None


@blueprint.post("/cases/<number>/progress")
def log_progress(number: str) -> Response:
    """Add a row to the progress table; the task stays open."""
    data = {name: request.form.get(name, "") for name in PROGRESS_FIELDS}
    login = signed_in().login
    services().desk.work.log_progress(number, data, by=login, message_id=_message_id(login, "progress"))
    return _back(number, "progress")


@blueprint.post("/cases/<number>/contact")
def reveal(number: str) -> str:
    """Show the customer's full contact to who may see it; who looked and why is logged."""
    contact = services().desk.cases.reveal_contact(number, by=signed_in().login, reason=request.form.get("reason", ""))
    return render_template(
        "cases/_contact.html" if request.headers.get("HX-Request") else "cases/contact.html", contact=contact, number=number
    )


def _back(number: str, kind: str) -> Response:
    """Back to the page of the form, which then forgets the draft."""
    is_unsent = kind == "reply" and services().desk.choosing.way_to_customer(number, viewer=signed_in().login) is None
    flash(gettext(TOLD_BY_PERSON if is_unsent else SAID[kind]), "warn" if is_unsent else "good")
    came_from = own_path(request.form.get("back"), url_for("cases.show", number=number)).partition("?")[0]
    return go_to(f"{came_from}?done={kind}")
