"""What the viewer was told: the bell in the bar, the list, marking as read."""

from __future__ import annotations

from flask import Blueprint, Flask, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.collaboration.suggestions import HANDED_OVER
from desk.notices import Notice
from webui import live
from webui.access import go_to, signed_in
from webui.context import services
from webui.i18n import gettext, mark
from webui.refusals import BodyUnreadable

blueprint = Blueprint("notices", __name__)
HUB = "caseloop-live"
WITHOUT_TEXT = {
    HANDED_OVER: mark("Customers' suggestions were handed to your team for assessment"),
    "customer_message": mark("The customer wrote in case %(number)s"),
    "answering": mark("You answer for case %(number)s until somebody takes it"),
    "left_untouched": mark("Nobody works on case %(number)s"),
    "reassigned": mark("A task of case %(number)s was handed to you"),
    "dissatisfied_late": mark("Dissatisfied after the case was closed: %(number)s"),
}


@blueprint.get("/notices")
def show() -> str:
    """All notices of the viewer, the newest first."""
    notices = services().desk.notices.of(signed_in().login, limit=100)
    overtaken = services().desk.notices.overtaken(notices)
    taken = services().desk.notices.taken(notices)
    return render_template("notices/show.html", notices=notices, overtaken=overtaken, taken=taken, subject_of=subject_of)


@blueprint.get("/notices/bell")
def bell() -> str:
    """The bell with the number of unread notices, for the bar of every page."""
    return render_template("notices/_bell.html", unread=services().desk.notices.unread(signed_in().login))


@blueprint.get("/notices/stream")
def stream() -> Response:
    """Server-sent events "notice" for the viewer, from the one on that the browser saw last. 429 when all streams are taken."""
    login, notices = signed_in().login, services().desk.notices
    seen = request.headers.get("Last-Event-ID", "")
    missed = seen.isascii() and seen.isdigit() and len(seen) < 15 and bool(notices.after(int(seen), login=login))
    hub = _hub()
    opened = hub.open(login, notices.newest())
    if opened is None:
        return Response("All live connections are taken; ask again later.", status=429, headers={"Retry-After": "60"})
    told = live.events(hub, opened, missed=missed)
    answer = Response(told, mimetype="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
    # a generator that was never begun wouldn't free its place
    answer.call_on_close(lambda: hub.close(opened))
    return answer


@blueprint.app_template_global("stream_url")
def stream_url() -> str | None:
    """Where pages listen; None when there are no streams, and they ask now and then."""
    return url_for("notices.stream") if getattr(services().settings, "streams", 0) else None


def _hub() -> live.Hub:
    """The application's hub, made at its first use."""
    return current_app.extensions.setdefault(HUB, live.Hub(services().desk.notices.after, most=services().settings.streams))


def end_streams(app: Flask) -> None:
    """Let go of all pages that listen; they ask again later, another process perhaps. For the end of this one."""
    with app.app_context():
        _hub().end()


@blueprint.post("/notices/read")
def mark_read() -> Response:
    """Mark one notice (`id`) or all as read, and go to the case of the one."""
    chosen = request.form.get("id", "")
    if chosen and not (chosen.isascii() and chosen.isdigit() and len(chosen) < 12):
        raise BodyUnreadable("the notice's id is not a number")
    login, notices = signed_in().login, services().desk.notices
    notices.mark_read(login, [int(chosen)] if chosen else None)
    found = next((each for each in notices.of(login, limit=500) if chosen and each.id == int(chosen)), None)
    if found and found.case_number and "open" in request.form:
        return go_to(url_for("cases.show", number=found.case_number))
    return go_to(url_for("notices.show"))


def subject_of(notice: Notice) -> str:
    """The notice's subject; one that an earlier version wrote without gets it here, in the viewer's language."""
    if notice.template in WITHOUT_TEXT and notice.subject in ("", notice.case_number):
        return gettext(WITHOUT_TEXT[notice.template], number=notice.case_number)
    return notice.subject
