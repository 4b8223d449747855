"""`dataexchange mapping open-sdg`: the two mapping files of an Open SDG site, as a mapping file for each of its tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.session import session

if TYPE_CHECKING:
    from dataexchange.model.schema import Schema

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
        str | None,
        typer.Option("--dataflow", help="where they go, where the provider sends to several", show_default=False),
    ] = None,
    default: Annotated[
        list[str] | None,
        typer.Option(
            "--default", help="what a component is where a table says nothing: REF_AREA=GB", show_default=False
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="write over mapping files that are there already")] = False,
) -> None:
    """Write a mapping file for each table of an Open SDG site, from the site's own two mapping files."""
    from dataexchange.errors import Conflict
    from dataexchange.model.mapping import Source
    from dataexchange.model.reading import Reading
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.pipeline.mapping_text import mapping_text
    from dataexchange.pipeline.open_sdg import misfits, open_sdg_mapping, read_open_sdg
    from dataexchange.pipeline.reading import read_table
    from dataexchange.store import structures
    from dataexchange.store.database import reading
    from dataexchange.workflow.suggest import sole_agreement

    defaults = dict(_pair(text) for text in default or ())
    described = read_open_sdg((site / COLUMNS).read_bytes(), (site / CODES).read_bytes())
    targets = {path: output / f"{path.stem}.yaml" for path in tables}
    if not force and (there := [target for target in targets.values() if target.exists()]):
        raise Conflict(
            f"{there[0]} is there already: name another folder, or write over what was corrected with --force."
        )
    with session() as here, reading(here.engine) as conn:
        wanted = parse_short(dataflow, Kind.DATAFLOW) if dataflow else None
        flow = sole_agreement(conn, provider, wanted).dataflow
        schema = structures.schema(conn, flow)
    _require_codes(defaults, schema)
    output.mkdir(parents=True, exist_ok=True)
    for path, target in targets.items():
        table = read_table(path, Reading())
        made = open_sdg_mapping(
            described,
            table,
            schema,
            title=path.stem,
            source=Source(name=provider),
            provider=provider,
            dataflow=flow.short,
            defaults=defaults,
        )
        target.write_text(mapping_text(made), encoding="utf-8")
        beyond = f"; left out where they say something: {', '.join(made.beyond)}" if made.beyond else ""
        typer.echo(f"{target}: {len(made.columns)} columns mapped{beyond}")
        for misfit in misfits(described, table, schema):
            typer.echo(f"  {misfit}", err=True)


def _require_codes(defaults: dict[str, str], schema: Schema) -> None:
    known = [component.id for component in schema.structure.components()]
    for component, code in defaults.items():
        if component not in known:
            raise typer.BadParameter(
                f"--default {component}={code}: the data structure has no {component}; it has {', '.join(known)}"
            )
        if code not in schema.codes.get(component, {code: None}):
            raise typer.BadParameter(
                f"--default {component}={code}: {code!r} is no code of {component}; `dataexchange codes list` finds the one you mean"
            )


def _pair(text: str) -> tuple[str, str]:
    component, mark, code = text.partition("=")
    if not (component and mark and code):
        raise typer.BadParameter(f"write a component and its code, such as REF_AREA=826, in place of {text!r}")
    return component, code
