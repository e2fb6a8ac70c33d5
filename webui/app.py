"""Build the Flask application around the services that the composition root made."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Map

from webui import assets, context, errors, i18n, labels, navigation, security
from webui.casework import profile_words

# Each of these modules has a `blueprint`; a new page joins the application by its line here
BLUEPRINTS = (
    "webui.assets",
    "webui.pages",
    "webui.notification.template_words",
    "webui.staffing.login",
    "webui.casework.inbox",
    "webui.notification.notices",
    "webui.notification.preferences",
    "webui.notification.messaging",
    "webui.casework.urging",
    "webui.staffing.authority",
    "webui.collaboration.contributing",
    "webui.casework.linking",
    "webui.staffing.assigning",
    "webui.casework.intake",
    "webui.casework.tasks",
    "webui.casework.cases",
    "webui.casework.conversation",
    "webui.limits.timing",
    "webui.casework.exports",
    "webui.casework.survey",
    "webui.staffing.tokens",
    "webui.processes.processes",
    "webui.processes.releasing",
    "webui.processes.rollout",
    "webui.calendars.calendars",
    "webui.calendars.calendar_edits",
    "webui.escalating.escalations",
    "webui.limits.promises",
    "webui.limits.targets",
    "webui.limits.policies",
    "webui.processes.incidents",
    "webui.processes.instances",
    "webui.api.blueprint",
)
ONLY_WHILE_DEVELOPING = ("webui.styleguide",)
LARGEST_ID = 2**63 - 1  # of a database key


class RecordId(IntegerConverter):
    """A whole number in an address that can name a record; a larger one is an address that doesn't exist."""

    def __init__(self, addresses: Map, **options: Any) -> None:
        super().__init__(addresses, max=LARGEST_ID, **options)


def create_app(services: Any, *, secret_key: bytes, testing: bool = False) -> Flask:
    """Return the application. `services` is handed to the views as it is (`webui.context.services`).

    `testing` shows the style guide too, and nothing else: checks stay on, so that tests meet what people meet.
    """
    app = Flask("webui", static_folder=None)
    app.secret_key = secret_key
    app.url_map.converters["int"] = RecordId
    app.extensions[context.EXTENSION] = services
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    security.install(app)
    i18n.install(app)
    errors.install(app)
    app.jinja_env.globals.update(
        asset_tags=assets.asset_tags,
        viewer=context.viewer,
        places=navigation.places,
        has_page=navigation.has_page,
        label_of=labels.label_of,
        labels=labels,
        choices=labels.choices,
        special_tier=profile_words.special,
        known_tier=profile_words.known,
        tier_choices=profile_words.tier_choices,
        tags_text=profile_words.tags_text,
    )
    for module in BLUEPRINTS + (ONLY_WHILE_DEVELOPING if testing else ()):
        app.register_blueprint(import_module(module).blueprint)
    return app
