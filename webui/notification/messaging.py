"""What leaves the house: the log of deliveries for supervisors, the texts of templates for analysts."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from desk.errors import AnswersInvalid
from desk.masking import mask_contact
from desk.notification.log import PAGE, RETRIED
from desk.notification.templates import PARTS, Texts
from webui.access import for_roles, go_to, requires, signed_in
from webui.context import services, viewer
from webui.i18n import LANGUAGES, gettext
from webui.labels import choices
from webui.notification import notice_words as words
from webui.notification.delivery_words import last_word
from webui.refusals import BodyUnreadable
from webui.staffing.people_names import name_of
from webui.wording import sentence

blueprint = Blueprint("messaging", __name__)
for_roles(blueprint, "supervisor", "analyst")
MOST_PAGES = 100_000


@blueprint.get("/messages")
def show() -> Response:
    """Lead to what the viewer may see."""
    seen_by = viewer()
    return redirect(url_for("messaging.log" if seen_by and seen_by.has_role("supervisor") else "messaging.templates"))


@blueprint.get("/messages/deliveries")
@requires("supervisor")
def log() -> str:
    """What was sent, what waits, what failed: by channel, state and case."""
    asked = {name: request.args.get(name, "").strip()[:60] for name in ("channel", "state", "case")}
    page, login, deliveries = _page_asked(), signed_in().login, services().desk.deliveries
    chosen = {"channel": asked["channel"] or None, "state": asked["state"] or None, "case_number": asked["case"] or None}
    found = deliveries.page(by=login, **chosen, page=page)
    return render_template(
        "messaging/deliveries.html",
        deliveries=found.deliveries,
        total=found.total,
        stuck=deliveries.stuck(by=login),
        now=services().clock.now(),
        asked=asked,
        states=choices(words.DELIVERY_STATES),
        channels=[("", gettext("any")), *((name, name) for name in services().desk.channels.names())],
        page=page,
        pages=max(1, -(-found.total // PAGE)),
        page_url=lambda number: url_for("messaging.log", page=number, **{k: v for k, v in asked.items() if v}),
        retried=RETRIED,
        mask=mask_contact,
        last_word=last_word,
        words=words,
    )


def _page_asked() -> int:
    text = request.args.get("page", "1")
    return min(max(int(text), 1), MOST_PAGES) if text.isascii() and text.isdigit() and len(text) < 9 else 1


@blueprint.post("/messages/deliveries/<reference>/retry")
@requires("supervisor")
def retry(reference: str) -> Response:
    """Send one again."""
    services().desk.deliveries.retry(reference[:40], by=signed_in().login)
    flash(gettext("It is sent again: in a moment, or with the next try of its channel when that rests."), "good")
    return go_to(url_for("messaging.log", state=request.form.get("state") or None))


@blueprint.get("/messages/templates")
@requires("analyst")
def templates() -> str:
    """All templates, and which were edited."""
    return render_template(
        "messaging/templates.html", templates=services().desk.template_texts.all(by=signed_in().login), **_said()
    )


@blueprint.get("/messages/templates/<name>/<code>")
@requires("analyst")
def template(name: str, code: str) -> Response:
    """One template in one language, with a preview and its former versions."""
    return _template_page(name, code, None, {}, 200)


@blueprint.post("/messages/templates/<name>/<code>")
@requires("analyst")
def edit(name: str, code: str) -> Response:
    """Show how an edit would look (`preview`), keep it, or go back to what was shipped (`reset`)."""
    texts, login, desk_texts = _sent(), signed_in().login, services().desk.template_texts
    try:
        if "preview" in request.form:
            desk_texts.preview(name, code, texts)
            return _template_page(name, code, texts, {}, 200)
        if "reset" in request.form:
            desk_texts.reset(name, code, by=login)
        else:
            desk_texts.edit(name, code, texts, by=login)
    except AnswersInvalid as error:
        return _template_page(name, code, texts, {key: sentence(each) for key, each in error.errors.items()}, 422)
    flash(gettext("The changes are saved."), "good")
    return go_to(url_for("messaging.template", name=name, code=code))


def _sent() -> Texts:
    texts = {part: request.form.get(part, "") for part in PARTS}
    if any("\x00" in text for text in texts.values()):
        raise BodyUnreadable("a text holds a character that cannot be kept")
    return texts


def _template_page(name: str, code: str, texts: Texts | None, errors: Mapping[str, str], status: int) -> Response:
    desk_texts, login = services().desk.template_texts, signed_in().login
    found = desk_texts.one(name, code, by=login)
    page = render_template(
        "messaging/template.html",
        template=found,
        texts=texts or found.texts,
        preview=desk_texts.preview(name, code, (texts or found.texts) if not errors else found.texts),
        previewed=texts is not None and not errors,
        versions=desk_texts.versions(name, code, by=login),
        errors=errors,
        parts=[(part, gettext(words.PARTS[part])) for part in PARTS],
        **_said(),
    )
    return make_response(page, status)


def _said() -> dict[str, object]:
    return {"words": words, "languages": LANGUAGES, "name_of": name_of}
