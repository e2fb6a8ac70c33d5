"""The web application, put together once in a process: its addresses and templates take longer than most tests."""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import Any

from flask import Flask

from webui import context
from webui.app import create_app


def application(services: Any, *, secret_key: bytes, testing: bool = False) -> Flask:
    """What `create_app` gives. Addresses and templates are shared; what a test may change is its own."""
    made = _made(testing)
    app = copy(made)
    app.config = copy(made.config)
    app.extensions = {**made.extensions, context.EXTENSION: services}
    app.view_functions = dict(made.view_functions)
    app.before_request_funcs = {scope: list(hooks) for scope, hooks in made.before_request_funcs.items()}
    app.secret_key = secret_key
    return app


@cache
def _made(testing: bool) -> Flask:
    return create_app(None, secret_key=b"", testing=testing)
