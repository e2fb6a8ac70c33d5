"""`caseloop messages`: what came before anybody awaited it."""

from __future__ import annotations

import json

import click

from caseloop.cli.product import built
from caseloop.settings import Settings
from caseloop.text import table


@click.command()
@click.option("--limit", default=200, show_default=True, help="At most so many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def messages(settings: Settings, limit: int, as_json: bool) -> None:
    """List messages that came before anybody awaited them, the first in front. What they bring stays sealed.

    \b
    Example:
      caseloop messages
    """
    from engine.db import queries

    with built(settings).db.reading() as tx:
        found = queries.buffered_messages(tx, limit)
    rows = [
        {
            "name": message.name,
            "key": message.correlation_key,
            "id": message.message_id or "",
            "by": message.by,
            "published": message.published_at.astimezone(settings.time_zone).isoformat(timespec="seconds"),
            "expires": message.expires_at.astimezone(settings.time_zone).isoformat(timespec="seconds"),
        }
        for message in found
    ]
    click.echo(json.dumps(rows, ensure_ascii=False, indent=1) if as_json else table(rows, empty="No messages are buffered."))
