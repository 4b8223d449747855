"""`dataexchange mapping open-sdg`: the two mapping files of an Open SDG site, as a mapping file for each of its tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataexchange.cli.session import session

COLUMNS, CODES = "column_mapping.csv", "code_mapping.csv"


def open_sdg(
    site: Annotated[
        Path,
        typer.Argument(help=f"folder with {COLUMNS} and {CODES}", show_default=False, exists=True, file_okay=False),
    ],
    tables: Annotated[list[Path], typer.Argument(help="tables of the site: indicator_*.csv", show_default=False)],
    provider: Annotated[str, typer.Option("--provider", help="who sends them", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="folder to write the mapping files into")] = Path(
        "mappings"
    ),
    dataflow: Annotated[
        str, typer.Option("--dataflow", help="where they go: agency:id(version)")
    ] = "DX:DF_SDG_LOCAL(1.0.0)",
    default: Annotated[
        list[str] | None,
        typer.Option(
            "--default", help="what a component is where a table says nothing: REF_AREA=826", show_default=False
        ),
    ] = None,
) -> None:
    """Write a mapping file for each table of an Open SDG site, from the site's own two mapping files."""
    from dataexchange.model.mapping import Source
    from dataexchange.model.reading import Reading
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.pipeline.mapping_text import mapping_text
    from dataexchange.pipeline.open_sdg import open_sdg_mapping, read_open_sdg
    from dataexchange.pipeline.reading import read_table
    from dataexchange.store import structures
    from dataexchange.store.database import reading

    defaults = dict(_pair(text) for text in default or ())
    described = read_open_sdg((site / COLUMNS).read_bytes(), (site / CODES).read_bytes())
    with session() as here, reading(here.engine) as conn:
        schema = structures.schema(conn, parse_short(dataflow, Kind.DATAFLOW))
    output.mkdir(parents=True, exist_ok=True)
    for path in tables:
        made = open_sdg_mapping(
            described,
            read_table(path, Reading()),
            schema,
            title=path.stem,
            source=Source(name=provider),
            provider=provider,
            dataflow=dataflow,
            defaults=defaults,
        )
        target = output / f"{path.stem}.yaml"
        target.write_text(mapping_text(made), encoding="utf-8")
        beyond = f"; left out where they say something: {', '.join(made.beyond)}" if made.beyond else ""
        typer.echo(f"{target}: {len(made.columns)} columns mapped{beyond}")


def _pair(text: str) -> tuple[str, str]:
    component, mark, code = text.partition("=")
    if not (component and mark and code):
        raise typer.BadParameter(f"write a component and its code, such as REF_AREA=826, in place of {text!r}")
    return component, code
