"""`caseloop audit`: prove that nobody changed a history outside the program."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import IO, TYPE_CHECKING

import click

from caseloop.cli.product import built
from caseloop.settings import Settings

if TYPE_CHECKING:
    from engine.proof import Verdict

PROGRESS_EVERY = 1000


@click.group()
def audit() -> None:
    """Prove the history of cases, and take anchors of it to keep elsewhere.

    \b
    Example:
      caseloop audit verify
    """


@audit.command()
@click.argument("numbers", nargs=-1)
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M"]), help="Only cases with something recorded since.")
@click.option("--anchor", type=click.File("r", encoding="utf-8"), help="A file of `audit anchor`: cases must go on from it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def verify(settings: Settings, numbers: Sequence[str], since: datetime | None, anchor: IO[str] | None, as_json: bool) -> None:
    """Check the histories of all cases, or of NUMBERS, against their chain. Exit status 1 when one is broken.

    Reads only; may run beside web and workers. Events that were written before histories were chained are counted, not proved.

    \b
    Examples:
      caseloop audit verify
      caseloop audit verify NR20231001001
      caseloop audit verify --since 2026-11-01 --json
      caseloop audit verify --anchor anchor-2026-11-01.jsonl
    """
    from engine import audit as histories

    if since is not None and anchor is not None:
        raise click.UsageError("An anchor knows all cases: leave out --since.")
    services = built(settings)
    start = since.replace(tzinfo=settings.time_zone) if since else None
    seen = histories.read_anchor(anchor) if anchor else ()
    report = _Report(as_json)
    report.take(histories.verify(services.db, services.vault, keys=numbers, since=start, anchor=seen))
    report.end()


class _Report:
    """Counts verdicts, and prints breaks as they come (JSON at the end)."""

    def __init__(self, as_json: bool) -> None:
        self.as_json = as_json
        self.cases = self.events = self.older = 0
        self.breaks: list[dict] = []

    def take(self, verdicts: Iterable[Verdict]) -> None:
        for verdict in verdicts:
            self.cases += 1
            self.events += verdict.events
            self.older += verdict.older
            for each in verdict.breaks:
                self.breaks.append(asdict(each))
                if not self.as_json:
                    click.echo(str(each))
            if self.cases % PROGRESS_EVERY == 0:
                click.echo(f"… {self.cases} cases", err=True)

    def end(self) -> None:
        """Print the sum; exit with status 1 when there is a break."""
        if self.as_json:
            found = {"cases": self.cases, "events": self.events, "older_than_the_chain": self.older, "breaks": self.breaks}
            click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        else:
            older = f", {self.older} of them older than the chain and so not proved" if self.older else ""
            click.echo(f"verified {self.cases} cases, {self.events} events{older}: {self._outcome()}")
        if self.breaks:
            sys.exit(1)

    def _outcome(self) -> str:
        if not self.breaks:
            return "no break"
        count = len(self.breaks)
        return f"{count} {'break' if count == 1 else 'breaks'}. Compare with a back-up, and find out who had access."


@audit.command("anchor")
@click.pass_obj
def take_anchor(settings: Settings) -> None:
    """Print an anchor of all histories as they stand: keep it where nobody who has the database can write.

    The last line has the digest of all others; noted on paper it is enough to know the file again.

    \b
    Example:
      caseloop audit anchor > anchor-2026-11-01.jsonl
    """
    from engine import audit as histories

    services = built(settings)
    for line in histories.take_anchor(services.db, now=services.clock.now()):
        click.echo(line)
