"""Commands around mapping files."""

from __future__ import annotations

import os.path
from pathlib import Path
from typing import Annotated

import typer

from dataexchange.cli import mapping_bundle
from dataexchange.cli.language import LanguageOption, language_of
from dataexchange.cli.mapping_check import check
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
        epilog="Example: dataexchange mapping open-sdg site/ site/indicator_1-1-1.csv --provider UK_ONS --default REF_AREA=GB",
    )(open_sdg)
    mapping.command("check", epilog="Example: dataexchange mapping check mappings/bristol/pm25.yaml --table pm25.csv")(
        check
    )
    mapping.command("schema", epilog="Example: dataexchange mapping schema --output mappings/mapping.schema.json")(
        schema
    )
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
    language: LanguageOption = None,
) -> None:
    """Propose a mapping file for a table: what is sure as facts, the rest as questions."""
    import orjson

    from dataexchange.errors import Conflict
    from dataexchange.messages.suggestion_document import suggestion_document
    from dataexchange.model.reading import Reading
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.pipeline.suggestion_file import mapping_text, questions_in
    from dataexchange.store.database import reading
    from dataexchange.workflow.suggest import suggest as propose

    if output is not None and output.exists():
        raise Conflict(f"{output} is there already: name another file, or move that one away.")
    flow = parse_short(dataflow, Kind.DATAFLOW) if dataflow else None
    tongue = language_of(language)
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
        text = mapping_text(made, tongue, schema=_schema_for(output, here.settings.base_url))
    if output is not None:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
    if json:
        typer.echo(orjson.dumps(suggestion_document(made, text, tongue), option=orjson.OPT_INDENT_2).decode())
    elif output is None:
        typer.echo(text, nl=False)
    else:
        n = questions_in(text)
        questions = f"{n} question{'' if n == 1 else 's'} to answer in it"
        typer.echo(f"{output} is written, with {questions}. Then: dataexchange check {file} --mapping {output}")


def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="write here instead of the terminal", show_default=False)
    ] = None,
) -> None:
    """Write the JSON Schema of mapping files, by which editors complete them."""
    from dataexchange.messages.mapping_json_schema import mapping_json_schema_text

    text = mapping_json_schema_text()
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
        typer.echo(f"Written to {output}.")


def _schema_for(output: Path | None, base_url: str) -> str:
    """Where the editor of a new mapping finds the schema: in a folder above it, at the exchange, else beside it."""
    from dataexchange.messages.mapping_json_schema import FILE

    folder = output.resolve().parent if output is not None else Path.cwd()
    for above in (folder, *folder.parents):
        for found in (above / FILE, above / "docs" / FILE):
            if found.is_file():
                return Path(os.path.relpath(found, folder)).as_posix()
    return f"{base_url}/api/v1/mappings/schema" if base_url else FILE
