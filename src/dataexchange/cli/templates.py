"""`dataexchange template`: a workbook for a city to fill."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataexchange.cli.session import session


def add_to(app: typer.Typer) -> None:
    app.command(
        "template", epilog="Example: dataexchange template PA_BRISTOL_SDG_LOCAL --period 2024 --output bristol.xlsx"
    )(template)


def template(
    agreement: Annotated[
        str, typer.Argument(help="id of the provision agreement; `agreements list` shows them", show_default=False)
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="the workbook to write")] = Path("template.xlsx"),
    period: Annotated[
        list[str] | None,
        typer.Option(help="a period to fill; without it, the one after the last of each series", show_default=False),
    ] = None,
    filled: Annotated[
        bool, typer.Option("--filled", help="with the published observations too, to correct them")
    ] = False,
) -> None:
    """Write an XLSX workbook to fill: published keys, drop-downs from the code lists, last values. What comes back needs no mapping."""
    from dataexchange.messages.write_template import write_template
    from dataexchange.store.database import reading
    from dataexchange.workflow.template import template_for

    with session(there=True) as here, reading(here.engine) as conn:
        made = template_for(conn, agreement, periods=period or (), filled=filled)
    with output.open("wb") as stream:
        write_template(made, stream)
    typer.echo(f"{output}: {made.rows.num_rows:,} rows to fill, for {made.provider} and {made.dataflow.short}")
