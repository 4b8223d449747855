"""`diff`: what publishing a submission, or a file that is not sent yet, would change in what is published."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import session
from dataexchange.cli.tables import DataflowOption, MappingOption, ProviderOption

if TYPE_CHECKING:
    from dataexchange.cli.session import Session
    from dataexchange.model.difference import Difference
    from dataexchange.model.schema import Schema
    from dataexchange.store.database import Connection
    from dataexchange.workflow.assess import Assessment
    from dataexchange.workflow.filled import Filled


def add_to(app: typer.Typer) -> None:
    app.command("diff", epilog="Example: dataexchange diff pm25.csv --mapping mappings/bristol/pm25.yaml")(diff)


def diff(
    what: Annotated[
        str,
        typer.Argument(
            help="id of a submission, a table with --mapping, an SDMX message, or a filled template", show_default=False
        ),
    ],
    mapping: MappingOption = None,
    provider: ProviderOption = None,
    dataflow: DataflowOption = None,
    json: Annotated[bool, typer.Option("--json", help="everything, as JSON")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="every change, as CSV")] = False,
) -> None:
    """What publishing would change: added, revised (old and new value), deleted, unchanged."""
    import orjson

    from dataexchange.messages import difference_list
    from dataexchange.messages.difference_text import as_text
    from dataexchange.store.database import reading

    if json and csv:
        raise typer.BadParameter("ask for --json or for --csv, not for both")
    if (provider or dataflow) and mapping:
        raise typer.BadParameter("the mapping says provider and dataflow: leave out --provider and --dataflow")
    with session() as here, reading(here.engine) as conn:
        if mapping is not None or Path(what).is_file():
            dataset, found, schema, outdated = _of_file(here, conn, Path(what), mapping, provider, dataflow)
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


def _of_file(
    here: Session, conn: Connection, path: Path, mapping: Path | None, provider: str | None, dataflow: str | None
) -> tuple[str, Difference, Schema, bool]:
    from dataexchange.cli.tables import exit_code
    from dataexchange.messages.report import as_text

    dataset, assessed = _assessed(here, conn, path, mapping, provider, dataflow)
    report = assessed.report
    if report.findings:
        typer.echo(as_text(report), err=True)
    if assessed.difference is None:
        typer.echo("dataexchange: nothing of this file could be published: correct what the report names.", err=True)
        raise typer.Exit(exit_code(report))
    return dataset, assessed.difference, assessed.schema, False


def _assessed(
    here: Session, conn: Connection, path: Path, mapping: Path | None, provider: str | None, dataflow: str | None
) -> tuple[str, Assessment]:
    """A file by its mapping, as the template that it is, or as an SDMX message."""
    from dataexchange.cli.tables import need_no_mapping
    from dataexchange.pipeline.mapping_file import load_mapping
    from dataexchange.workflow.assess import assess, assess_message
    from dataexchange.workflow.filled import filled, is_template
    from dataexchange.workflow.form_findings import for_a_workbook
    from dataexchange.workflow.outlook import Title, with_outlook
    from dataexchange.workflow.submit import named_after
    from dataexchange.workflow.unmapped import address

    form: Filled | None = None
    with progress() as step:
        if mapping is None and not is_template(path):
            need_no_mapping([path])
            to = address(conn, path, path.name, here.caller, provider=provider, dataflow=dataflow)
            title = Title(to.dataflow, to.provider, named_after(to.provider, path.name), path.name)
            assessed = assess_message(conn, path, to.provider, to.dataflow, name=path.name, progress=step)
        else:
            if mapping is None:
                form = filled(conn, path, path.name)
                loaded, dataset = form.mapping, form.dataset
            else:
                loaded, _, dataset = load_mapping(mapping)
            title = Title(loaded.dataflow_ref, loaded.provider, dataset, path.name)
            assessed = assess(conn, path, loaded, name=path.name, progress=step)
        found = with_outlook(conn, title, assessed)
        return title.dataset, found if form is None else replace(found, report=for_a_workbook(found.report))


def _of_submission(conn: Connection, home: Path, name: str) -> tuple[str, Difference, Schema, bool]:
    from dataexchange.errors import NotFound
    from dataexchange.store import structures, submissions
    from dataexchange.workflow.changes import changes_of

    submission = submissions.get(conn, name)
    found = changes_of(conn, home, submission)
    if found is None:
        raise NotFound(f"What submission {name} changes is not known: it has not been checked, or has errors.")
    return submission.dataset, found.difference, structures.schema(conn, submission.dataflow), found.outdated
