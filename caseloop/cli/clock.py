"""`caseloop clock`: why the clocks of a case are due when they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

import click

from caseloop.cli.product import built
from caseloop.settings import Settings
from desk.clocks.state import ClockPhase
from desk.model import Verdict

if TYPE_CHECKING:
    from desk.limits.timing import ClockWhy


@click.command()
@click.argument("numbers", nargs=-1, required=True)
@click.pass_obj
def clock(settings: Settings, numbers: Sequence[str]) -> None:
    """Explain the clocks of the cases NUMBERS: from when each counts, why, and when it is due.

    It names the row that promises each limit, in the words of the process, and what paused it.

    \b
    Examples:
      caseloop clock NR20231001001
    """
    services = built(settings)
    for number in numbers:
        click.echo(number)
        for why in services.desk.timing.why_for_operator(number):
            click.echo("\n".join(lines(why, settings.time_zone)))


def lines(why: ClockWhy, zone: tzinfo) -> Iterator[str]:
    """A clock in English: how it stands, then the steps; instants as wall time of a zone."""
    state = why.state
    verdict = () if state.verdict is Verdict.RUNNING else (str(state.verdict),)
    stands = ", ".join(dict.fromkeys((str(state.phase), *verdict)))
    yield f"  {why.name}, round {why.round}: {stands}; {_due(why, zone)}"
    yield from (f"    {step.text(zone)}" for step in why.steps)
    if len(why.verdicts) > 1:
        yield from (f"    verdict {fact.version}: {fact.verdict} by {fact.by}, {fact.why}" for fact in why.verdicts)


def _due(why: ClockWhy, zone: tzinfo) -> str:
    if why.state.due_at is not None:
        return f"due {_told(why.state.due_at, zone)}"
    if why.state.phase is ClockPhase.VOID:
        return "counts no more"
    if why.due_then is None or why.resumes_at is None:
        return "not due while it is paused"
    return f"not due while it is paused, {_told(why.due_then, zone)} if it goes on at {_told(why.resumes_at, zone)}"


def _told(at: datetime, zone: tzinfo) -> str:
    return at.astimezone(zone).isoformat(timespec="seconds")
