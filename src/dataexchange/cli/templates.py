"""`dataexchange template`: a workbook for a city to fill."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataexchange.cli.language import language_of
from dataexchange.cli.session import session


def add_to(app: typer.Typer) -> None:
    app.command(
        "template",
        epilog="Example: dataexchange template PA_BRISTOL_SDG_LOCAL --table bristol/pm25 --output pm25.xlsx",
    )(template)


def template(
    agreement: Annotated[
        str, typer.Argument(help="id of the provision agreement; `agreements list` shows them", show_default=False)
    ],
    table: Annotated[
        str | None,
        typer.Option(
            help="which table, such as bristol/pm25, where several are published; a new name is for a new table",
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="the workbook to write")] = Path("template.xlsx"),
    period: Annotated[
        list[str] | None,
        typer.Option(help="a period to fill; without it, the one after the last of each series", show_default=False),
    ] = None,
    filled: Annotated[
        bool, typer.Option("--filled", help="with the published observations too, to correct them")
    ] = False,
    language: Annotated[
        str | None,
        typer.Option(
            "--language", help="of names and notes, such as es or fr; default: that of LANG", show_default=False
        ),
    ] = None,
) -> None:
    """Write an XLSX workbook to fill: published keys, drop-downs from the code lists, last values. What comes back needs no mapping."""
    from dataexchange.messages.write_template import write_template
    from dataexchange.store.database import reading
    from dataexchange.workflow.template import Wish, template_for

    tongue = language_of(language)
    wish = Wish(table, period or (), filled, tuple(filter(None, (language, "en"))))
    with session(there=True) as here, reading(here.engine) as conn:
        made = template_for(conn, here.home, agreement, wish)
    with output.open("wb") as stream:
        write_template(made, stream, tongue)
    n, form = made.rows.num_rows, made.form
    rows = f"{n:,} {'row' if n == 1 else 'rows'}" if n else "no rows yet, nothing is published under this name"
    typer.echo(f"{output}: {form.dataset} of {form.provider} for {form.dataflow}, {rows}")
