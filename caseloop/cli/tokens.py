"""`caseloop token`: by which programs come in, and for whom they act."""

from __future__ import annotations

from datetime import datetime, timedelta

import click

from caseloop.cli.product import built
from caseloop.settings import Settings
from caseloop.text import table
from desk.model import ApiToken, Scope


@click.group()
def token() -> None:
    """Keep the API tokens by which programs act for agents, with their rights.

    \b
    Example:
      caseloop token create shipping --as robot --scope external
    """


@token.command()
@click.argument("name")
@click.option("--as", "login", required=True, help="Login of the agent for whom the program acts.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in Scope]),
    default=[Scope.READ.value],
    show_default=True,
    help="What it is for; may be given several times.",
)
@click.option("--expires", "days", type=click.IntRange(1, 3650), help="After how many days it ends; without, never.")
@click.pass_obj
def create(settings: Settings, name: str, login: str, scopes: tuple[str, ...], days: int | None) -> None:
    """Make a token called NAME and print its secret, this once.

    \b
    Example, for a program that does external tasks until the year is over:
      caseloop token create shipping --as robot --scope external --scope read --expires 365
    """
    services = built(settings)
    expires_at = services.clock.now() + timedelta(days=days) if days else None
    made, secret = services.desk.tokens.create(
        name, login=login, scopes=[Scope(scope) for scope in scopes], expires_at=expires_at, by=None
    )
    click.echo(f"Token {made.id} ({made.name}) acts for {made.login}. Its secret is shown this once:", err=True)
    click.echo(secret)


@token.command("list")
@click.pass_obj
def list_tokens(settings: Settings) -> None:
    """List all tokens, the newest first; no secrets are known.

    \b
    Example:
      caseloop token list
    """
    services = built(settings)
    now = services.clock.now()
    rows = [
        {
            "token": each.id,
            "name": each.name,
            "as": each.login,
            "scopes": ",".join(each.scopes),
            "state": _state(each, now),
            "last used": _day(each.last_used_at, settings),
            "ends": _day(each.expires_at, settings),
        }
        for each in services.desk.tokens.all(by=None)
    ]
    click.echo(table(rows, empty="There are no API tokens."))


@token.command()
@click.argument("token_id", type=click.IntRange(1, 2**63 - 1))
@click.pass_obj
def revoke(settings: Settings, token_id: int) -> None:
    """End the token with the number TOKEN_ID for good.

    \b
    Example:
      caseloop token revoke 3
    """
    ended = built(settings).desk.tokens.revoke(token_id, by=None)
    click.echo(f"Token {ended.id} ({ended.name}) is revoked.")


def _state(each: ApiToken, now: datetime) -> str:
    if each.revoked_at is not None:
        return "revoked"
    return "valid" if each.valid_at(now) else "over"


def _day(at: datetime | None, settings: Settings) -> str:
    return at.astimezone(settings.time_zone).isoformat(" ", timespec="minutes") if at else "–"
