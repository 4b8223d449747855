"""`inequality`: how unequally a published series is spread inside its area."""

from __future__ import annotations

from typing import Annotated

import typer

from dataexchange.cli.language import LanguageOption, language_of
from dataexchange.cli.session import session


def add_to(app: typer.Typer) -> None:
    app.command(
        "inequality", epilog="Example: dataexchange inequality A.N.SL_TLF_UEM.GB_BRS._T._T._T._T._T._T._T._T._T._T._T"
    )(inequality)


def inequality(
    key: Annotated[str, typer.Argument(help="series key: its codes with dots between them", show_default=False)],
    dataflow: Annotated[
        str, typer.Option("--dataflow", metavar="AGENCY:ID(VERSION)", help="of the series")
    ] = "DX:DF_SDG_LOCAL(1.0.0)",
    period: Annotated[
        str | None, typer.Option("--period", help="default: the latest that most groups have", show_default=False)
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", help="districts, districts:NAME, SEX, AGE …; default: the first that there is", show_default=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="everything, as JSON")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="measures and groups, as CSV")] = False,
    language: LanguageOption = None,
) -> None:
    """Inequality inside an area: difference, ratio, variance, indices, slopes, with 95 % intervals where errors are published."""
    import orjson

    from dataexchange.messages.inequality_document import as_csv, as_document, as_text
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.store.database import reading
    from dataexchange.workflow.inequality import inequality_of

    if json and csv:
        raise typer.BadParameter("ask for --json or for --csv, not for both")
    tongue = language_of(language)
    with session(there=True) as here, reading(here.engine) as conn:
        found = inequality_of(conn, parse_short(dataflow, Kind.DATAFLOW), key, period=period, partition=by)
    if found.found is None:
        typer.echo("Figures are published for no part of this area: what its average hides is not known.", err=True)
        raise typer.Exit(1)
    if csv:
        typer.echo(as_csv(found.found, tongue).decode("utf-8-sig"), nl=False)
    elif json:
        told = {
            "key": key,
            "partitions": [{"id": id, "name": name} for id, name in found.partitions],
            "inequality": as_document(found.found, tongue),
        }
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        for line in as_text(found.found, tongue):
            typer.echo(line)
        others = [id for id, _ in found.partitions if id != found.found.partition.id]
        if others:
            typer.echo(f"Also by: {', '.join(others)}")
