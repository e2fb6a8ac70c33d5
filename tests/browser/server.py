"""A server around an application, for as long as a browser looks at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, g
from werkzeug.serving import make_server

from webui import access
from webui.context import Viewer


def seen_by(app: Flask, viewer: Viewer) -> Flask:
    """Let every request of an application without a desk come from this viewer, who has no notices."""
    before = app.before_request_funcs[None]
    before[before.index(access.recognise)] = lambda: setattr(g, "viewer", viewer)
    app.view_functions["notices.bell"] = lambda: ""
    app.jinja_env.globals["stream_url"] = lambda: None
    return app


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """Serve an application on a free port of this machine; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
