"""`--marked`: the city's own table with its cells marked, beside the report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from dataexchange.model.finding import Report
    from dataexchange.model.sentence import Language

MarkedOption = Annotated[
    Path | None,
    typer.Option(
        "--marked",
        help="also write the table here with its cells marked: .xlsx, .csv, or what it was itself",
        show_default=False,
    ),
]


def require_ending(file: Path, marked: Path | None) -> None:
    """Before anything is checked: a name that says what comes back."""
    from dataexchange.workflow.marked import Form, Source, ending

    if marked is None:
        return
    form = Form.CSV if marked.suffix.lower() == ".csv" else Form.XLSX
    fits = ending(Source(file, file.name), form)
    if marked.suffix.lower() != fits:
        raise typer.BadParameter(
            f"{file.name} comes back as a {fits} file: name it {marked.stem}{fits}", param_hint="--marked"
        )
    if marked.resolve() == file.resolve():
        raise typer.BadParameter("this is the table itself: name another file", param_hint="--marked")


def write_marked(file: Path, mapping: Path | None, report: Report, marked: Path | None, language: Language) -> None:
    from dataexchange.model.reading import Reading
    from dataexchange.pipeline.mapping_file import load_mapping
    from dataexchange.workflow.marked import Form, Source, readable, send_back

    if marked is None:
        return
    if not readable(report):
        typer.echo("No marked table was written: the file could not be read.", err=True)
        return
    reading = load_mapping(mapping)[0].read if mapping else Reading()
    form = Form.CSV if marked.suffix.lower() == ".csv" else Form.XLSX
    try:
        with marked.open("wb") as out:
            send_back(Source(file, file.name, reading), report, out, language, form)
    except BaseException:
        marked.unlink(missing_ok=True)
        raise
    typer.echo(f"Marked table written to {marked}")
