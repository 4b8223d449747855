"""Commands around reference metadata: reports that say how data were made."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import session
from dataexchange.cli.tables import _table


def add_to(app: typer.Typer) -> None:
    metadata = typer.Typer(help="Reference metadata: reports that say how data were made.", no_args_is_help=True)
    metadata.command("load", epilog="Example: dataexchange metadata load quality-reports.json")(load_metadata)
    metadata.command("list", epilog="Example: dataexchange metadata list")(list_metadata)
    metadata.command("remove", epilog="Example: dataexchange metadata remove 'UK_ONS:QUALITY_PM25(1.0.0)'")(
        remove_metadata
    )
    app.add_typer(metadata, name="metadata")


def load_metadata(
    files: Annotated[
        list[Path], typer.Argument(help="SDMX-JSON 2.x or SDMX-ML 3.x metadata messages", show_default=False)
    ],
) -> None:
    """Register the reports of SDMX metadata messages, all or none, when they are as their metadata structure has it."""
    from dataexchange.store.database import writing
    from dataexchange.workflow.metadata import load_metadata as load

    with session() as here:
        with progress() as step, writing(here.engine) as conn:
            step(f"Loading {len(files)} metadata message(s)")
            loaded = load(conn, files, actor=here.actor)
        for found in loaded:
            typer.echo(f"{found.file}: {found.report.short}, {len(found.report.attributes)} attributes")
            for fault in found.faults:
                typer.echo(f"  {fault}.")
        if any(found.faults for found in loaded):
            typer.echo("\nNothing was loaded: what is told above must be mended first.")
            raise typer.Exit(1)


def list_metadata() -> None:
    """Reports that are registered, and what they describe."""
    from dataexchange.model.metadata import MetadataQuery
    from dataexchange.store import metadata
    from dataexchange.store.database import reading

    with session() as here, reading(here.engine) as conn:
        found = metadata.find(conn, MetadataQuery(by="metadataset"))
        rows = [
            (
                report.short,
                report.names.get("en", report.id),
                ", ".join(urn.partition("=")[2] for urn in report.targets),
            )
            for report in found
        ]
    _table(("report", "name", "describes"), rows)


def remove_metadata(
    report: Annotated[str, typer.Argument(help="agency:id(version)", show_default=False)],
) -> None:
    """Take a report away."""
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.store.database import writing
    from dataexchange.workflow.metadata import remove_metadata as remove

    named = parse_short(report, Kind.METADATAFLOW)  # reports are named as artefacts are
    with session() as here:
        with writing(here.engine) as conn:
            remove(conn, named.agency, named.id, named.version, actor=here.actor)
        typer.echo(f"{report} is removed.")
