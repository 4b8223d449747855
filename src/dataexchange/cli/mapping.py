"""Commands around mapping files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataexchange.cli import mapping_bundle
from dataexchange.cli.open_sdg import open_sdg
from dataexchange.cli.progress import progress
from dataexchange.cli.session import session


def add_to(app: typer.Typer) -> None:
    mapping = typer.Typer(help="Mapping files: how a table becomes SDMX.", no_args_is_help=True)
    mapping.command(
        "suggest", epilog="Example: dataexchange mapping suggest pm25.csv --output mappings/bristol/pm25.yaml"
    )(suggest)
    mapping.command(
        "open-sdg",
        epilog="Example: dataexchange mapping open-sdg site/ site/indicator_1-1-1.csv --provider UK_ONS --default REF_AREA=826",
    )(open_sdg)
    mapping_bundle.add_to(mapping)
    app.add_typer(mapping, name="mapping")


def suggest(
    file: Annotated[Path, typer.Argument(help="the table (CSV, XLSX) as you have it", show_default=False)],
    provider: Annotated[
        str | None, typer.Option("--provider", help="who sends it, where more than one may", show_default=False)
    ] = None,
    dataflow: Annotated[
        str | None, typer.Option("--dataflow", help="where it goes: agency:id(version)", show_default=False)
    ] = None,
    sheet: Annotated[
        str | None, typer.Option("--sheet", help="of a workbook: the sheet it is about", show_default=False)
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help="of a CSV that is not UTF-8, such as cp1252", show_default=False)
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="write the mapping file here", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print every candidate as JSON")] = False,
) -> None:
    """Propose a mapping file for a table: what is sure as facts, the rest as questions."""
    import orjson

    from dataexchange.errors import Conflict
    from dataexchange.messages.suggestion_document import suggestion_document
    from dataexchange.model.reading import Reading
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.pipeline.suggestion_file import mapping_text
    from dataexchange.store.database import reading
    from dataexchange.workflow.suggest import suggest as propose

    if output is not None and output.exists():
        raise Conflict(f"{output} is there already: name another file, or move that one away.")
    flow = parse_short(dataflow, Kind.DATAFLOW) if dataflow else None
    with session() as here, progress() as step, reading(here.engine) as conn:
        made = propose(
            conn,
            here.home,
            file,
            name=file.name,
            caller=here.caller,
            provider=provider,
            dataflow=flow,
            reading=Reading(sheet=sheet, encoding=encoding),
            progress=step,
        )
    text = mapping_text(made)
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    if json:
        typer.echo(orjson.dumps(suggestion_document(made, text), option=orjson.OPT_INDENT_2).decode())
    elif output is None:
        typer.echo(text, nl=False)
    else:
        questions = f"{made.questions} question{'' if made.questions == 1 else 's'} to answer in it"
        typer.echo(f"{output} is written, with {questions}. Then: dataexchange check {file} --mapping {output}")
