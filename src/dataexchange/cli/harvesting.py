"""The command that harvests national series from the services that `sources.toml` names."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import Session, on_terminal, session
from dataexchange.cli.tables import ReportOption, _table, _write

if TYPE_CHECKING:
    from dataexchange.door.harvesting import Run
    from dataexchange.errors import ExchangeError
    from dataexchange.model.source import Source


def add_to(app: typer.Typer) -> None:
    app.command("harvest", epilog="Example: dataexchange harvest kyrgyzstan --report kyrgyzstan.json")(harvest)


def harvest(
    source: Annotated[
        list[str] | None, typer.Argument(help="sources, by their names in brackets", show_default="all")
    ] = None,
    sources: Annotated[
        Path | None, typer.Option("--sources", help="the file that describes them", show_default="HOME/sources.toml")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="only show them, and what became of their last run")] = False,
    report: ReportOption = None,
    force: Annotated[
        bool, typer.Option("--force", help="fetch everything anew, and take it even where most series are gone")
    ] = False,
) -> None:
    """Fetch national series from SDMX services and publish what is new, each source whole or not at all."""
    from dataexchange.errors import NotFound
    from dataexchange.store import files
    from dataexchange.workflow.sources import FILE, chosen, load_sources

    with session() as here:
        asked = chosen(load_sources(sources or here.home / FILE), source or ())
        if not asked:
            raise NotFound(
                f"There are no sources in {sources or here.home / FILE}: docs/harvest.md shows how to write one."
            )
        if list_:
            _list(here, asked)
            return
        codes, reports = [0], []
        for one in asked:
            started = time.monotonic()
            run, error = _harvest(here, one, force=force)
            typer.echo(_line(one, run, error, time.monotonic() - started), err=error is not None)
            codes.append(_exit_code(run, error))
            if run is not None and run.report is not None:
                reports.append(run.report)
        # What a harvest that was killed left half-written: where cron harvests, no worker may ever run.
        files.sweep(here.home)
        _write(reports, report)
        if max(codes):
            raise typer.Exit(max(codes))


def _harvest(here: Session, source: Source, *, force: bool) -> tuple[Run | None, ExchangeError | None]:
    """The run, and why there is no new vintage. One source does not keep the others from being harvested."""
    from dataexchange.door.harvesting import Manner
    from dataexchange.door.harvesting import harvest as run
    from dataexchange.errors import Conflict

    try:
        # A nightly job wants the outcome, not hundreds of addresses.
        with progress(quiet=not on_terminal()) as step:
            told = lambda text: step(f"{source.id}: {text}")  # noqa: E731
            done = run(here.engine, here.home, source, asked_by=here.actor, manner=Manner(force=force, progress=told))
    except Conflict as error:
        return None, error
    return done, done.error


def _line(source: Source, run: Run | None, error: ExchangeError | None, seconds: float) -> str:
    if run is None:
        return f"{source.id}: not harvested. {error}"
    facts = run.harvest.facts
    traffic = (
        f"{facts['requests']} requests ({facts['not_modified']} not modified), {facts['received']:,} bytes, "
        f"{facts['retries']} retries, {seconds:.1f} s"
    )
    return f"{source.id}: {run.harvest.outcome}. {run.harvest.message}\n  {traffic}"


def _exit_code(run: Run | None, error: ExchangeError | None) -> int:
    """1 for data that are refused; 3 for a source that does not answer, or answers with no SDMX at all, such as a page of its proxy;
    2 for what only a change here mends, and for a source that is being harvested already."""
    from dataexchange.door.harvesting import NotWhole
    from dataexchange.errors import Conflict, Declined, Unreachable, Unreadable

    if error is None:
        return 0
    if run is None or isinstance(error, Declined):
        return 2
    if isinstance(error, Conflict | NotWhole):
        return 1
    return 3 if isinstance(error, Unreachable | Unreadable) else 2


def _list(here: Session, asked: tuple[Source, ...]) -> None:
    from dataexchange.store import harvests
    from dataexchange.store.database import reading

    rows = []
    with reading(here.engine) as conn:
        for source in asked:
            last = next(iter(harvests.latest(conn, source=source.id, limit=1)), None)
            when = f"{last.started_at:%Y-%m-%d %H:%M}" if last else "never"
            outcome, message = (last.outcome.value, last.message) if last else ("", "")
            rows.append((source.id, source.title, str(source.local), when, outcome, message))
    _table(("source", "title", "into", "last run", "outcome", "what came of it"), rows)
