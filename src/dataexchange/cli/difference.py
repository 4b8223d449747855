"""`diff`: what publishing a submission, or a file that is not sent yet, would change in what is published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import session

if TYPE_CHECKING:
    from dataexchange.model.difference import Difference
    from dataexchange.model.schema import Schema
    from dataexchange.store.database import Connection


def add_to(app: typer.Typer) -> None:
    app.command("diff", epilog="Example: dataexchange diff pm25.csv --mapping mappings/bristol/pm25.yaml")(diff)


def diff(
    what: Annotated[
        str, typer.Argument(help="id of a submission, a table with --mapping, or a filled template", show_default=False)
    ],
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", "-m", help="mapping file, for a table that is not sent yet", show_default=False),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="everything, as JSON")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="every change, as CSV")] = False,
) -> None:
    """What publishing would change: added, revised (old and new value), deleted, unchanged."""
    import orjson

    from dataexchange.messages import difference_list
    from dataexchange.messages.difference_text import as_text
    from dataexchange.store.database import reading
    from dataexchange.workflow.filled import is_template

    if json and csv:
        raise typer.BadParameter("ask for --json or for --csv, not for both")
    with session() as here, reading(here.engine) as conn:
        if mapping is not None or (Path(what).is_file() and is_template(Path(what))):
            dataset, found, schema, outdated = _of_file(conn, Path(what), mapping)
        else:
            dataset, found, schema, outdated = _of_submission(conn, here.home, what)
    if csv:
        for portion in difference_list.csv(found, schema):
            typer.echo(portion.decode(), nl=False)
    elif json:
        told = {"dataset": dataset, "outdated": outdated, **difference_list.document(found, schema)}
        typer.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())
    else:
        if outdated:
            typer.echo(
                "Another release came since this was checked: it is compared again when it is published.\n", err=True
            )
        typer.echo(as_text(found, schema, dataset))


def _of_file(conn: Connection, path: Path, mapping: Path | None) -> tuple[str, Difference, Schema, bool]:
    from dataexchange.cli.tables import _show, exit_code
    from dataexchange.pipeline.mapping_file import load_mapping
    from dataexchange.workflow.assess import assess
    from dataexchange.workflow.filled import filled
    from dataexchange.workflow.outlook import Title, with_outlook

    if mapping is None:
        form = filled(conn, path, path.name)
        loaded, dataset = form.mapping, form.dataset
    else:
        loaded, _, dataset = load_mapping(mapping)
    with progress() as step:
        assessed = assess(conn, path, loaded, name=path.name, progress=step)
        assessed = with_outlook(conn, Title(loaded.dataflow_ref, loaded.provider, dataset, path.name), assessed)
    if assessed.difference is None:
        _show(assessed.report)
        typer.echo("dataexchange: nothing of this table could be published: correct what the report names.", err=True)
        raise typer.Exit(exit_code(assessed.report) or 1)
    return dataset, assessed.difference, assessed.schema, False


def _of_submission(conn: Connection, home: Path, name: str) -> tuple[str, Difference, Schema, bool]:
    from dataexchange.errors import NotFound
    from dataexchange.store import structures, submissions
    from dataexchange.workflow.changes import changes_of

    if Path(name).is_file():
        raise typer.BadParameter(f"{name} is a file: name its mapping with --mapping mappings/<city>/<dataset>.yaml")
    submission = submissions.get(conn, name)
    found = changes_of(conn, home, submission)
    if found is None:
        raise NotFound(f"What submission {name} changes is not known: it has not been checked, or has errors.")
    return submission.dataset, found.difference, structures.schema(conn, submission.dataflow), found.outdated
