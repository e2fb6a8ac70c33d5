"""The customer's survey: a link without a login. Looking records nothing, sending records once; it works without JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from bpmn.forms.fields import Field
from desk.casework.surveys import RATINGS, SurveyView
from desk.errors import SurveyOver, SurveyUnknown
from engine.errors import FormInvalid
from webui.context import services
from webui.i18n import speak
from webui.processes.process_texts import form_schema
from webui.security import csrf_exempt
from webui.wording import sentence

blueprint = Blueprint("survey", __name__)
CHOICES, TEXTS = ("radio", "select"), ("textfield", "textarea")


@blueprint.after_request
def keep_to_yourself(response: Response) -> Response:
    """The link is a key: no search engine should keep it."""
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@blueprint.get("/survey/<token>")
def show(token: str) -> Response:
    """The questions; `rating` in the address only marks an answer, the customer still has to send it."""
    rating = request.args.get("rating", "")
    return _answered(token, {"rating": rating} if rating in RATINGS else {})


@blueprint.post("/survey/<token>")
@csrf_exempt
def take(token: str) -> Response:
    """Record the answer once. The unguessable token is the proof that a CSRF token would be."""
    given = {name: value for name, value in request.form.items() if value.strip() and name != "csrf_token"}
    try:
        _view(token)
        services().desk.surveys.answer(token, given)
    except FormInvalid as error:
        return _answered(token, given, {key: sentence(each) for key, each in error.errors.items()}, 422)
    except (SurveyOver, SurveyUnknown) as error:
        return _over(error)
    return make_response(render_template("survey/thanks.html", rating=given.get("rating", "")))


def _answered(token: str, given: Mapping[str, str], errors: Mapping[str, str] | None = None, status: int = 200) -> Response:
    try:
        view = _view(token)
    except (SurveyOver, SurveyUnknown) as error:
        return _over(error)
    questions = _questions(view)
    homeless = [text for key, text in (errors or {}).items() if key not in {question["key"] for question in questions}]
    page = render_template(
        "survey/show.html", questions=questions, given=given, errors=errors or {}, homeless=homeless, until=view.expires_at
    )
    return make_response(page, status)


def _view(token: str) -> SurveyView:
    """The survey, from here on in its customer's language. Raises SurveyOver, SurveyUnknown."""
    view = services().desk.surveys.show(token)
    speak(view.language)
    return view


def _questions(view: SurveyView) -> list[dict[str, Any]]:
    """What the form asks, in the customer's language: texts, choices and fields for words."""
    schema = form_schema(view.form.schema, view.texts)
    shown = {component["id"]: component for component in schema["components"] if "id" in component}
    return [_question(field, shown.get(field.component.get("id", ""), field.component)) for field in view.form.fields]


def _question(field: Field, shown: Mapping[str, Any]) -> dict[str, Any]:
    kind = "choice" if field.type in CHOICES else "words" if field.type in TEXTS else "text" if field.type == "text" else ""
    return {
        "key": field.key,
        "kind": kind,
        "label": shown.get("label") or shown.get("text") or "",
        "required": bool((field.component.get("validate") or {}).get("required")),
        "values": shown.get("values") or [],
        "long": field.type == "textarea",
    }


def _over(error: SurveyOver | SurveyUnknown) -> Response:
    why = error.details.get("why", "unknown")
    return make_response(render_template("survey/over.html", why=why), 410 if why != "unknown" else 404)
