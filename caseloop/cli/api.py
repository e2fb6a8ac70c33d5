"""`caseloop api`: the REST API described."""

from __future__ import annotations

import json

import click


@click.group()
def api() -> None:
    """Describe the REST API below /api/v1 as an OpenAPI document.

    \b
    Example:
      caseloop api describe > openapi.json
    """


@api.command("describe")
def describe() -> None:
    """Print the OpenAPI description, as /api/v1/openapi.json serves it.

    \b
    Example:
      caseloop api describe > openapi.json
    """
    from webui.api.blueprint import description

    click.echo(json.dumps(description(), ensure_ascii=False, indent=1))
