"""`dataexchange mapping check`: a mapping in plain words, what is wrong with it, and what a table meets in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataexchange.cli.language import LanguageOption, language_of
from dataexchange.cli.progress import progress
from dataexchange.cli.session import session


def check(
    mapping: Annotated[Path, typer.Argument(help="mapping file", show_default=False)],
    table: Annotated[
        Path | None,
        typer.Option("--table", "-t", help="a table: what of it meets the mapping", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="print it as JSON")] = False,
    language: LanguageOption = None,
) -> None:
    """Explain a mapping file in plain words, and say what is wrong with it."""
    import orjson

    from dataexchange.messages.explanation import explanation_document, explanation_text
    from dataexchange.store.database import reading
    from dataexchange.workflow.explain import explain

    tongue = language_of(language)
    with session() as here, progress() as step, reading(here.engine) as conn:
        told = explain(conn, mapping, table=table, language=tongue.tag, progress=step)
    if json:
        typer.echo(orjson.dumps(explanation_document(told, tongue), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo(explanation_text(told, tongue), nl=False)
    raise typer.Exit(1 if told.faulty else 0)
