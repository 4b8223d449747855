"""Commands of whoever keeps an exchange running: back it up, make one from a backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import actor

if TYPE_CHECKING:
    from dataexchange.workflow.backup import Counted


def add_to(app: typer.Typer) -> None:
    app.command("backup", epilog="Example: dataexchange backup /backups/exchange-2026-11-22.zip")(backup)
    app.command("restore", epilog="Example: dataexchange restore /backups/exchange-2026-11-22.zip")(restore)


def backup(
    file: Annotated[
        Path, typer.Argument(help="the archive to write; one of that name is replaced", show_default=False)
    ],
) -> None:
    """Write everything to one archive while the exchange goes on working: tables, releases, reports, files, keys."""
    from dataexchange.settings import load_settings
    from dataexchange.store.database import open_database, reading
    from dataexchange.workflow.archive import writing_archive
    from dataexchange.workflow.backup import back_up

    settings = load_settings()
    _refuse_missing(settings.database_url)
    engine = open_database(settings.database_url)
    try:
        with progress() as step, reading(engine) as conn, writing_archive(file) as archive:
            counted = back_up(conn, settings.home, archive, progress=step)
    finally:
        engine.dispose()
    typer.echo(f"Written to {file}: {_told(counted)}.")
    if counted.missing:
        shown = ", ".join(digest[:12] for digest in counted.missing[:5])
        typer.echo(
            f"dataexchange: {len(counted.missing)} kept files are gone or damaged and not in it ({shown}): look for them in an older "
            "backup, and look after the disk.",
            err=True,
        )
        raise typer.Exit(1)


def restore(
    file: Annotated[Path, typer.Argument(help="an archive that `backup` wrote", show_default=False)],
) -> None:
    """Make an exchange from an archive, in an empty home and database of either kind."""
    from dataexchange.settings import load_settings
    from dataexchange.store.database import open_database, writing
    from dataexchange.workflow import backup as verbs
    from dataexchange.workflow.archive import reading_archive

    settings = load_settings()
    with progress() as step:
        step("Looking the archive over")
        with reading_archive(file) as archive:
            settings.home.mkdir(parents=True, exist_ok=True)
            engine = open_database(settings.database_url)
            try:
                with writing(engine) as conn:
                    counted = verbs.restore(conn, settings.home, archive, actor=actor(), progress=step)
            finally:
                engine.dispose()
    typer.echo(f"Restored from {file}: {_told(counted)}.")
    typer.echo("Keys are valid as before. Start it with `dataexchange serve` and `dataexchange worker`.")


def _told(counted: Counted) -> str:
    rows, files = f"{counted.rows:,} rows", f"{counted.files:,} files"
    return f"everything up to release {counted.release}, {rows} in {counted.tables} tables, {files}"


def _refuse_missing(url: str) -> None:
    """Looking for an SQLite database makes an empty one."""
    from dataexchange.errors import NotFound

    if url.startswith("sqlite:///") and not Path(url.removeprefix("sqlite:///")).exists():
        raise NotFound("There is no exchange here: check DATAEXCHANGE_HOME and DATAEXCHANGE_DATABASE_URL.")
