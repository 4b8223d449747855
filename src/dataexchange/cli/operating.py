"""Commands of whoever keeps an exchange running: back it up, make one from a backup."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import actor, on_terminal, require_database

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
    from dataexchange.workflow.backup import back_up_files, back_up_tables

    settings = load_settings()
    require_database(settings.database_url)
    engine = open_database(settings.database_url)
    try:
        # A nightly job wants one line.
        with progress(quiet=not on_terminal()) as step, writing_archive(file) as archive:
            with reading(engine) as conn:
                tables = back_up_tables(conn, archive, progress=step)
            counted = back_up_files(tables, settings.home, archive, progress=step)
    finally:
        engine.dispose()
    typer.echo(f"Written to {file}: {_told(counted)}.")
    _tell_missing(counted, "look for them in an older backup, and look after the disk")


def restore(
    file: Annotated[Path, typer.Argument(help="an archive that `backup` wrote", show_default=False)],
) -> None:
    """Make an exchange from an archive, in an empty home and database of either kind."""
    from dataexchange.settings import load_settings
    from dataexchange.store import keys
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
                    valid = sum(key.valid_at(datetime.now(UTC)) for key in keys.latest(conn))
            finally:
                engine.dispose()
    typer.echo(f"Restored from {file}: {_told(counted)}.")
    typer.echo(
        f"{valid} keys are valid, as they were when the backup was made. See `dataexchange keys list`, and before it is started "
        "`dataexchange keys revoke` those that were revoked since."
    )
    typer.echo("Start it with `dataexchange serve` and `dataexchange worker`.")
    _tell_missing(counted, "they were when the backup was made; an older one may have them")


def _tell_missing(counted: Counted, advice: str) -> None:
    """Exit code 1 where files that rows name are not in the archive."""
    if counted.missing:
        shown = ", ".join(digest[:12] for digest in counted.missing[:5])
        typer.echo(
            f"dataexchange: {len(counted.missing)} kept files are gone or damaged and not in it ({shown}): {advice}.",
            err=True,
        )
        raise typer.Exit(1)


def _told(counted: Counted) -> str:
    rows, files = f"{counted.rows:,} rows", f"{counted.files:,} files"
    return f"everything up to release {counted.release}, {rows} in {counted.tables} tables, {files}"
