"""`caseloop db`: the tables and the keys."""

from __future__ import annotations

from pathlib import Path

import click

from caseloop.settings import Settings


@click.group()
def db() -> None:
    """Keep the database: its tables, its keys, its backups.

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
    from caseloop import bootstrap
    from engine.db.database import Database

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
    from caseloop.rotation import rotate_keys

    count = rotate_keys(settings)
    click.echo(f"{count} values are sealed with the new key. Back up {settings.key_file} now.")


@db.command("backup")
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def back_up(settings: Settings, target: Path) -> None:
    """Copy the database to the file TARGET while everything runs. On PostgreSQL this calls pg_dump.

    The copy can be read only together with keys.json: keep that one too, in another place.

    \b
    Example:
      caseloop db backup /backups/caseloop-2026-11-21.db
    """
    from caseloop import backup

    with click.progressbar(length=0, label="Copying", show_eta=False) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        backup.back_up(settings, target, progress=show)
    click.echo(f"{target} holds the database as it was just now. It can be read only with {settings.key_file}.")


@db.command("restore")
@click.argument("source", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_obj
def restore(settings: Settings, source: Path) -> None:
    """Bring the back-up SOURCE into an empty database, with the key file of its time in the home folder.

    Timers that became due meanwhile fire when a worker starts, each with its due instant as its time.

    \b
    Example, after the old file was moved away:
      caseloop db restore /backups/caseloop-2026-11-21.db
    """
    from caseloop import backup

    backup.restore(settings, source)
    click.echo("Restored, and brought up to date. Now: caseloop audit verify, then start web and workers.")
