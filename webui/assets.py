"""Find the built browser assets and serve them: hashed names, so they may be cached for ever, and gzip twins."""

from __future__ import annotations

import json
import mimetypes
import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, send_from_directory, url_for
from markupsafe import Markup

DIST = Path(str(files("webui"))) / "static" / "dist"
ONE_YEAR_SECONDS = 365 * 24 * 3600

blueprint = Blueprint("assets", __name__)


class AssetsMissing(RuntimeError):
    """The front end was not built; the message names the command that builds it."""


@cache
def manifest() -> dict[str, dict[str, Any]]:
    """Return entry name -> {"js": file, "css": file or None, "preload": [files]}. Raises AssetsMissing."""
    try:
        return json.loads((DIST / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise AssetsMissing(
            "The browser assets are not built. Run: python build_backend/frontend_build.py (or pip install again)"
        ) from None


def asset_tags(*entries: str) -> Markup:
    """Return the <link> and <script> tags of these entries, in order, shared chunks once."""
    found = [manifest()[entry] for entry in entries]
    chunks = dict.fromkeys(chunk for entry in found for chunk in entry["preload"])
    tags = [Markup('<link rel="stylesheet" href="{}">').format(_url(entry["css"])) for entry in found if entry["css"]]
    tags += [Markup('<link rel="modulepreload" href="{}">').format(_url(chunk)) for chunk in chunks]
    tags += [Markup('<script type="module" src="{}"></script>').format(_url(entry["js"])) for entry in found]
    return Markup("\n").join(tags)


def _url(file: str) -> str:
    return url_for("assets.serve", file=file)


@blueprint.get("/assets/<path:file>")
def serve(file: str) -> Response:
    """Serve one built file, from its .gz twin where the browser takes gzip."""
    zipped = request.accept_encodings["gzip"] > 0 and os.path.isfile(DIST / f"{file}.gz")
    response = send_from_directory(
        DIST,
        f"{file}.gz" if zipped else file,
        mimetype=mimetypes.guess_type(file)[0] or "application/octet-stream",
        max_age=ONE_YEAR_SECONDS,
        etag=False,
    )
    response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR_SECONDS}, immutable"
    response.headers["Vary"] = "Accept-Encoding"
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    return response
