"""`caseloop bounce`: mails that came back."""

from __future__ import annotations

from typing import BinaryIO

import click

from caseloop.cli.product import built
from caseloop.settings import Settings

LARGEST = 5 * 1024 * 1024


@click.command()
@click.argument("report", type=click.File("rb"))
@click.pass_obj
def bounce(settings: Settings, report: BinaryIO) -> None:
    """Take a mail server's report that a mail couldn't be delivered (RFC 3464).

    REPORT is that whole mail; - reads it from standard input.

    \b
    Example, in the mail server's aliases:
      caseloop-bounces: "|caseloop bounce -"
    """
    ours = built(settings).desk.deliveries.bounced(report.read(LARGEST))
    click.echo("Marked as come back; whom it concerns is told." if ours else "It reports no failure of a mail of ours.")
