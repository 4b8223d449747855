"""Commands of a city: check a table, submit it, publish it, withdraw it, see what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.failing import returned_where_it_fails
from dataexchange.cli.language import LanguageOption, language_of
from dataexchange.cli.marking import MarkedOption, require_ending, write_marked
from dataexchange.cli.progress import progress
from dataexchange.cli.sending import (
    KEY_VARIABLE,
    WARNINGS_FIRST,
    KeyOption,
    Named,
    ToOption,
    new_warnings,
    node_at,
    publish_at,
    returned,
    submit_to,
    withdraw_at,
)
from dataexchange.cli.session import session
from dataexchange.cli.stored import check_stored
from dataexchange.errors import InvalidRequest

if TYPE_CHECKING:
    from dataexchange.cli.session import Session
    from dataexchange.model.finding import Report
    from dataexchange.model.sentence import Language
    from dataexchange.workflow.assess import Assessment

MappingOption = Annotated[
    Path | None, typer.Option("--mapping", "-m", help="mapping file: how the columns become SDMX", show_default=False)
]
ProviderOption = Annotated[
    str | None, typer.Option("--provider", help="without a mapping: whose figures they are", show_default=False)
]
DataflowOption = Annotated[
    str | None,
    typer.Option(
        "--dataflow",
        help="without a mapping: where the figures belong, where the message does not say it",
        show_default=False,
        metavar="AGENCY:ID(VERSION)",
    ),
]
ReportOption = Annotated[
    Path | None,
    typer.Option(
        "--report",
        help="also write the report here: .json (ESS validation report 1.0.1), .html or .txt",
        show_default=False,
    ),
]


ReasonOption = Annotated[
    list[str] | None,
    typer.Option(
        "--reason",
        help="why warnings may stand: RULE=text for those of a rule (again for more), or a text for all that have none yet",
        show_default=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    app.command("check", epilog="Example: dataexchange check pm25.csv --mapping mappings/bristol/pm25.yaml")(check)
    app.command(
        "submit", epilog="Example: dataexchange submit pm25.csv --mapping mappings/bristol/pm25.yaml --publish"
    )(submit)
    app.command("publish", epilog="Example: dataexchange publish 3f2a9c81d04e")(publish)
    app.command("withdraw", epilog='Example: dataexchange withdraw 3f2a9c81d04e --reason "sensor fault in 2019"')(
        withdraw
    )
    app.command("submissions", epilog="Example: dataexchange submissions")(list_submissions)
    app.command("releases", epilog="Example: dataexchange releases")(list_releases)


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="tables (CSV, XLSX, ODS, Parquet, or a zip of them), or, without a mapping, SDMX data messages and filled templates",
            show_default=False,
        ),
    ] = None,
    mapping: MappingOption = None,
    report: ReportOption = None,
    marked: MarkedOption = None,
    language: LanguageOption = None,
    dataflow: DataflowOption = None,
    stored: Annotated[
        bool,
        typer.Option("--stored", help="instead of files: everything that is published here, by country and series"),
    ] = False,
    country: Annotated[
        str | None, typer.Option("--country", help="with --stored: of this outermost area", show_default=False)
    ] = None,
    area: Annotated[
        str | None, typer.Option("--area", help="with --stored: of this area and those within it", show_default=False)
    ] = None,
    indicator: Annotated[
        str | None, typer.Option("--indicator", help="with --stored: of this indicator, 16.1.1", show_default=False)
    ] = None,
    series: Annotated[
        str | None, typer.Option("--series", help="with --stored: of this code of SERIES", show_default=False)
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", help="with --stored: draw local against national, .svg or .html", show_default=False),
    ] = None,
) -> None:
    """Run every rule over tables or SDMX messages and store nothing; or, with --stored, over everything that is published."""
    from dataexchange.model.structure import Kind, parse_short
    from dataexchange.pipeline.mapping_file import load_mapping
    from dataexchange.store.database import reading
    from dataexchange.workflow.assess import assess, assess_messages
    from dataexchange.workflow.filled import filled, is_template
    from dataexchange.workflow.form_findings import for_a_workbook

    tongue = language_of(language)
    flow = parse_short(dataflow, Kind.DATAFLOW) if dataflow else None
    if stored:
        if files or mapping or marked:
            raise typer.BadParameter("--stored is about what is published: leave out files, --mapping and --marked")
        from dataexchange.model.overview import Wanted

        return check_stored(Wanted(flow, country, area, indicator, series), report, plot, tongue)
    if any((country, area, indicator, series, plot)):
        raise typer.BadParameter("--country, --area, --indicator, --series and --plot go with --stored")
    if not files:
        raise typer.BadParameter("name a file to check, or write --stored for everything that is published")
    if marked is not None and len(files) > 1:
        raise typer.BadParameter("one table at a time is marked: check the others by themselves", param_hint="--marked")
    require_ending(files[0], marked)
    loaded = load_mapping(mapping)[0] if mapping else None
    with session() as here:
        with progress() as step, reading(here.engine) as conn:
            if loaded:
                reports = [assess(conn, path, loaded, name=path.name, progress=step).report for path in files]
            else:
                need_no_mapping(files)
                messages = [path for path in files if not is_template(path)]
                own = {path: filled(conn, path, path.name).mapping for path in files if path not in messages}
                reports = [
                    for_a_workbook(assess(conn, path, made, name=path.name, progress=step).report)
                    for path, made in own.items()
                ]
                if messages:
                    reports.append(assess_messages(conn, messages, dataflow=flow, progress=step))
        for found in reports:
            _show(found, tongue)
    _write(reports, report, tongue)
    write_marked(files[0], mapping, reports[0], marked, tongue)
    raise typer.Exit(max(exit_code(r) for r in reports))


def submit(
    file: Annotated[
        Path,
        typer.Argument(
            help="the table as you have it (CSV, XLSX, ODS, Parquet, or a zip of them), an SDMX message, or a filled template",
            show_default=False,
        ),
    ],
    mapping: MappingOption = None,
    report: ReportOption = None,
    marked: MarkedOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check only; store nothing")] = False,
    publish: Annotated[bool, typer.Option("--publish", help="publish at once when nothing stands in the way")] = False,
    reason: ReasonOption = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="check now, or leave it to the worker")] = True,
    to: ToOption = None,
    mapping_id: Annotated[
        str | None,
        typer.Option("--mapping-id", help="with --to: a mapping that was sent there before", show_default=False),
    ] = None,
    provider: ProviderOption = None,
    dataflow: DataflowOption = None,
    key_env: KeyOption = KEY_VARIABLE,
    language: LanguageOption = None,
) -> None:
    """Send a table or an SDMX message: it is kept, mapped, checked and compared with national series."""
    if (provider or dataflow) and (mapping or mapping_id):
        raise typer.BadParameter("the mapping says provider and dataflow: leave out --provider and --dataflow")
    _require_place_for(reason, publish=publish, to=to)
    if dry_run and to is not None:
        raise typer.BadParameter(
            "--dry-run checks here, against what is loaded here: leave out --to; or send it without --publish and take it back"
        )
    if dry_run:
        return check([file], mapping, report, marked, language, dataflow)
    require_ending(file, marked)
    if to is not None:
        if mapping_id is None and mapping is None:
            need_no_mapping([file])
        elif mapping is not None and mapping_id is not None:
            raise typer.BadParameter("name the mapping by --mapping or by --mapping-id, not both")
        named = Named(mapping, mapping_id, provider, dataflow)
        return submit_to(node_at(to, key_env), file, named, report, marked, publish=publish, wait=wait)
    if mapping_id is not None:
        raise typer.BadParameter("--mapping-id is for --to; here, name the mapping file with --mapping")
    if publish and not wait:
        raise typer.BadParameter(
            "--publish needs the check at once: leave out --no-wait, or publish when the worker has checked it"
        )
    from dataexchange.store.database import reading, writing
    from dataexchange.workflow import submit as submitting

    if mapping is None:
        need_no_mapping([file])
    with session() as here:
        parcel = submitting.keep_parcel(here.home, file, mapping, provider=provider, dataflow=dataflow)
        with reading(here.engine) as conn:
            announced = submitting.read_parcel(conn, here.home, parcel, caller=here.caller)
        with writing(here.engine) as conn:
            received = submitting.accept_parcel(conn, announced, caller=here.caller)
        if not wait:
            from dataexchange.worker import enqueue

            enqueue(here.settings.queue_url, received.id)
            typer.echo(f"Submission {received.id} received; the worker checks it.")
            return None
        with returned_where_it_fails(here, received):
            with progress() as step, reading(here.engine) as conn:
                assessment = submitting.examine(conn, here.home, received, progress=step)
            with writing(here.engine) as conn:
                submitting.conclude(conn, received.id, assessment, actor=here.actor)
        found, tongue = assessment.report, language_of(language)
        _show(found, tongue)
        _write([found], report, tongue)
        write_marked(file, mapping, found, marked, tongue)
        typer.echo(f"\nSubmission {received.id}: {'checked' if found.publishable else returned(found, received.id)}.")
        if not found.publishable:
            raise typer.Exit(exit_code(found))
        if publish:
            _publish(here, received.id, assessment, reason or ())
        else:
            typer.echo(f"Publish it with: dataexchange publish {received.id}")
            if found.warnings:
                typer.echo(WARNINGS_FIRST)
    return None


def _require_place_for(reason: list[str] | None, *, publish: bool, to: str | None) -> None:
    """Reasons are given where the check is read and publication asked for."""
    if reason and to is not None:
        raise typer.BadParameter("with --to, publish afterwards: dataexchange publish ID --to URL --reason TEXT")
    if reason and not publish:
        raise typer.BadParameter("--reason goes with --publish; without it: dataexchange reasons give")


def publish(
    submission: Annotated[str, typer.Argument(help="id that `submit` printed", show_default=False)],
    reason: ReasonOption = None,
    to: ToOption = None,
    key_env: KeyOption = KEY_VARIABLE,
) -> None:
    """Publish a checked submission as a release, or lay it before the office that reviews it; each warning wants a reason first."""
    if to is not None:
        return publish_at(node_at(to, key_env), submission, reason or ())
    with session(there=True) as here:
        _publish(here, submission, None, reason or ())
    return None


def _publish(here: Session, submission_id: str, assessment: Assessment | None, reasons: Sequence[str]) -> None:
    """Ask for it, and publish at once where no office reviews."""
    from dataexchange.cli.justifying import justify
    from dataexchange.model.submission import Status
    from dataexchange.store.database import writing
    from dataexchange.workflow import review

    if reasons:  # kept also where others are still missing
        with writing(here.engine) as conn:
            justify(conn, submission_id, reasons, here.caller)
    with writing(here.engine) as conn:
        asked = review.ask_for_publication(conn, submission_id, caller=here.caller)
    if asked.status is Status.IN_REVIEW:
        typer.echo(f"Submission {submission_id} lies before {asked.reviewer}, which accepts or returns it.")
    elif asked.status is Status.RECEIVED:
        typer.echo(f"Submission {submission_id} goes on to publication when the worker has checked it.")
    else:
        publish_accepted(here, submission_id, assessment)


def publish_accepted(here: Session, submission_id: str, assessment: Assessment | None = None) -> None:
    """The release, or the reason why there is none. A Conflict returns the submission, as the worker would."""
    from dataexchange.model.submission import Status
    from dataexchange.store import submissions
    from dataexchange.store.database import reading, writing
    from dataexchange.workflow import publish as publishing

    with reading(here.engine) as conn:
        accepted = submissions.get(conn, submission_id)
    with returned_where_it_fails(here, accepted), progress() as step, writing(here.engine) as conn:
        release = publishing.publish(
            conn, here.home, submission_id, actor=here.actor, assessment=assessment, progress=step
        )
    if release is None:
        with reading(here.engine) as conn:
            stopped = submissions.get(conn, submission_id).status
        if stopped is Status.CHECKED:
            typer.echo(new_warnings(submission_id))
        else:
            typer.echo(f"Submission {submission_id} was returned: errors stand in the way now; check the file again.")
        raise typer.Exit(1)
    typer.echo(_released(release))


def withdraw(
    submission: Annotated[str, typer.Argument(help="id of a published submission", show_default=False)],
    reason: Annotated[str, typer.Option("--reason", help="why; stands in the public record", show_default=False)],
    to: ToOption = None,
    key_env: KeyOption = KEY_VARIABLE,
) -> None:
    """Take the series of a published submission out of what is served; its releases stay on record."""
    if to is not None:
        return withdraw_at(node_at(to, key_env), submission, reason)
    from dataexchange.store.database import writing
    from dataexchange.workflow import publish as publishing

    with session(there=True) as here:
        with writing(here.engine) as conn:
            release = publishing.withdraw(conn, submission, caller=here.caller, reason=reason)
        if release is None:
            typer.echo(f"Submission {submission} was taken back; nothing of it was published.")
        else:
            typer.echo(f"Withdrawn in release {release.number}: {release.series_closed} series closed.")
    return None


def list_submissions() -> None:
    """Submissions, newest first."""
    from dataexchange.store import submissions
    from dataexchange.store.database import reading

    with session(there=True) as here, reading(here.engine) as conn:
        rows = [
            (s.id, s.status.value, f"{s.received_at:%Y-%m-%d %H:%M}", s.provider, s.dataset, s.file_name)
            for s in submissions.latest(conn)
        ]
    _table(("id", "status", "received", "provider", "dataset", "file"), rows)


def list_releases() -> None:
    """Releases, newest first, with what each changed."""
    from dataexchange.store import releases
    from dataexchange.store.database import reading

    with session(there=True) as here, reading(here.engine) as conn:
        rows = [
            (
                str(r.number),
                f"{r.published_at:%Y-%m-%d %H:%M}",
                r.dataflow.id,
                r.provider,
                r.dataset,
                str(r.series_added),
                str(r.series_revised),
                str(r.series_closed),
                str(r.observations),
            )
            for r in releases.latest(conn)
        ]
    _table(
        ("release", "published", "dataflow", "provider", "dataset", "added", "revised", "closed", "observations"), rows
    )


def exit_code(report: Report) -> int:
    """0 where nothing stands in the way of publication, 1 for errors in the data, 2 for a file that cannot be read."""
    if any(f.rule == "FILE-READ" for f in report.findings):
        return 2
    return 0 if report.publishable else 1


def need_no_mapping(files: Sequence[Path]) -> None:
    """An SDMX message says itself what it holds, and so does a filled template; any other table needs a mapping."""
    from dataexchange.workflow.filled import is_template
    from dataexchange.workflow.unmapped import messages_in

    for path in files:
        if path.stat().st_size == 0:
            raise typer.BadParameter(f"{path.name} is empty: send the table itself")
        if is_template(path):
            continue
        try:
            with messages_in(path, path.name):
                pass
        except InvalidRequest:
            message = "is no SDMX message: name its mapping file with --mapping mappings/<city>/<dataset>.yaml"
            raise typer.BadParameter(f"{path.name} {message}") from None


def _show(report: Report, language: Language | None = None) -> None:
    from dataexchange.messages.report import as_text

    typer.echo(as_text(report, language=language or language_of()), nl=False)


def _write(reports: list[Report], path: Path | None, language: Language | None = None) -> None:
    if path is None:
        return
    from dataexchange.messages.report import as_json, as_text
    from dataexchange.messages.report_html import as_html

    tongue = language or language_of()
    if path.suffix == ".json":
        path.write_bytes(as_json(reports, language=tongue))
    elif path.suffix == ".html":
        path.write_text(as_html(reports, tongue), encoding="utf-8")
    else:
        path.write_text("\n".join(as_text(r, limit=10_000, language=tongue) for r in reports), encoding="utf-8")
    typer.echo(f"Report written to {path}")


def _released(release: object) -> str:
    from dataexchange.model.submission import Release

    assert isinstance(release, Release)
    return (
        f"Release {release.number} of {release.dataflow}: {release.series_added} series added, {release.series_revised} revised, "
        f"{release.series_closed} closed; {release.observations} observations."
    )


def _table(headers: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A plain table: columns as wide as they need, readable in a terminal, a pipe and a mail."""
    if not rows:
        typer.echo("None yet.")
        return
    widths = [max(len(row[i]) for row in (headers, *rows)) for i in range(len(headers))]
    for row in (headers, *rows):
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
