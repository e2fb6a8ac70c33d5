"""`caseloop explain`: why a case is where it is."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from caseloop.cli.product import built
from caseloop.settings import Settings


@click.command()
@click.argument("numbers", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def explain(settings: Settings, numbers: Sequence[str], as_json: bool) -> None:
    """Explain the cases NUMBERS from their history: why here, why this person, when due.

    It names the rules that decided and what was tried.

    \b
    Examples:
      caseloop explain NR20231001001
      caseloop explain NR20231001001 --json
    """
    from caseloop.explained import as_text, as_values
    from desk.casework.explanation import explanation_of

    services = built(settings)
    with services.db.reading() as tx:
        found = {number: explanation_of(tx, services.desk.context, number) for number in numbers}
    if as_json:
        click.echo(json.dumps([as_values(*each) for each in found.items()], ensure_ascii=False, indent=1))
    else:
        click.echo("\n\n".join(as_text(number, each, settings.time_zone) for number, each in found.items()))
