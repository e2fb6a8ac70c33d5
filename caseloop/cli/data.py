"""`caseloop db`: the tables and the keys."""

from __future__ import annotations

import click

from caseloop import bootstrap
from caseloop.rotation import rotate_keys
from caseloop.settings import Settings
from engine.db.database import Database


@click.group()
def db() -> None:
    """Keep the database: its tables and its keys.

    \b
    Example:
      caseloop db upgrade
    """


@db.command()
@click.pass_obj
def upgrade(settings: Settings) -> None:
    """Make home folder, keys and tables, or bring the tables up to date. Safe to run again.

    \b
    Example, on PostgreSQL:
      CASELOOP_DATABASE_URL=postgresql://desk@localhost/desk caseloop db upgrade
    """
    bootstrap.prepare(settings)
    click.echo(f"The database {Database(settings.database_url).url.render_as_string(hide_password=True)} is up to date.")


@db.command("rotate-keys")
@click.pass_obj
def rotate(settings: Settings) -> None:
    """Make a new key, and seal everything in the database with it. Stop web and workers before.

    The old keys stay in the key file, so that back-ups of the database can still be read with it.

    \b
    Example:
      caseloop db rotate-keys
    """
    count = rotate_keys(settings)
    click.echo(f"{count} values are sealed with the new key. Back up {settings.key_file} now.")
