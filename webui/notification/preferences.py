"""What the viewer wants to be told: by which way, when, and when not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time

from flask import Blueprint, flash, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.errors import AnswersInvalid
from desk.notification.kinds import KINDS
from desk.notification.ports import Way
from desk.notification.preferences import WAYS, Digest, Preferences, Quiet, Rhythm, When
from desk.notification.templates import NAMES
from webui.access import go_to, signed_in
from webui.bodies import revision_required
from webui.context import services
from webui.i18n import LANGUAGES, gettext
from webui.labels import label_of
from webui.notification import notice_words as words
from webui.refusals import BodyUnreadable
from webui.wording import sentence

blueprint = Blueprint("preferences", __name__)


@blueprint.get("/me/notifications")
def show() -> Response:
    """The viewer's own choices."""
    return _page(services().desk.choosing.of(signed_in().login), {}, 200)


@blueprint.post("/me/notifications")
def choose() -> Response:
    """Keep them."""
    chosen = _sent()
    try:
        services().desk.choosing.choose(signed_in().login, chosen, language=request.form.get("language") or None)
    except AnswersInvalid as error:
        return _page(chosen, {key: sentence(each) for key, each in error.errors.items()}, 422)
    flash(gettext("The changes are saved."), "good")
    return go_to(url_for("preferences.show"))


def _sent() -> Preferences:
    form = request.form
    choices: dict[str, dict[str, str]] = {}
    for kind in KINDS:
        sent = {way.value: form.get(f"{kind}-{way}", When.AT_ONCE.value) for way in WAYS}
        if not set(sent.values()) <= set(When):
            raise BodyUnreadable("there is no such choice")
        choices[kind] = {way: when for way, when in sent.items() if when != When.AT_ONCE}
    rhythm = form.get("rhythm", Rhythm.DAY.value)
    if rhythm not in list(Rhythm):
        raise BodyUnreadable("there is no such rhythm")
    quiet = Quiet(begins=_time("quiet_from"), ends=_time("quiet_until"), outside_work="outside_work" in form)
    return Preferences(
        choices={kind: ways for kind, ways in choices.items() if ways},
        quiet=quiet,
        digest=Digest(rhythm=Rhythm(rhythm), at=_time("digest_at")),
        im=form.get("im", ""),
        im_address=form.get("im_address", "").strip()[:200],
        revision=revision_required(),
    )


def _time(name: str) -> time:
    try:
        return time.fromisoformat(request.form.get(name, "")[:5])
    except ValueError:
        raise BodyUnreadable(f"{name} is not a time of day") from None


def _page(chosen: Preferences, errors: Mapping[str, str], status: int) -> Response:
    chat = services().desk.choosing.chat_channels()
    ways = [way for way in WAYS if way is not Way.IM or chat]
    page = render_template(
        "me/notifications.html",
        chosen=chosen,
        errors=errors,
        field_names={
            "language": gettext("Language"),
            "im": gettext("Channel"),
            "im_address": gettext("Your id in it"),
            **{kind: label_of(words.TEMPLATES, kind).text for kind in KINDS},
        },
        ways=[(way, label_of(words.WAYS, way).text) for way in ways],
        kinds=[(kind, label_of(words.TEMPLATES, kind).text, about.must, kind in NAMES) for kind, about in KINDS.items()],
        whens=[(when.value, label_of(words.WHEN, when).text) for when in When],
        rhythms=[(rhythm.value, label_of(words.RHYTHMS, rhythm).text) for rhythm in Rhythm],
        chat=[("", "–"), *((name, name) for name in chat)],
        mail_address=signed_in().email,
        languages=[*([] if signed_in().language else [("", gettext("not chosen yet"))]), *LANGUAGES.items()],
        told_in=request.form.get("language", signed_in().language),
    )
    return make_response(page, status)
