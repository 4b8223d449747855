"""Commands that run something: the service, the worker, the demonstration."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dataexchange.cli.progress import progress
from dataexchange.cli.session import session

if TYPE_CHECKING:
    from dataexchange.cli.session import Session
    from dataexchange.settings import Settings

Port = Annotated[
    int | None,
    typer.Option("--port", "-p", min=1, max=65535, help="port; default: DATAEXCHANGE_PORT or 8000", show_default=False),
]


def add_to(app: typer.Typer) -> None:
    app.command("serve", epilog="Example: dataexchange serve --port 8000 --workers 2")(serve)
    app.command("worker", epilog="Example: dataexchange worker")(worker)
    app.command("demo", epilog="Example: dataexchange demo --port 8080")(demo)


def serve(
    host: Annotated[str | None, typer.Option("--host", help="address; default: 127.0.0.1", show_default=False)] = None,
    port: Port = None,
    workers: Annotated[int | None, typer.Option("--workers", help="API processes", min=1, show_default=False)] = None,
    worker: Annotated[
        bool | None,
        typer.Option("--worker/--no-worker", help="run a worker, too", show_default="where the database is SQLite"),
    ] = None,
) -> None:
    """Serve the exchange over HTTP until Ctrl-C."""
    from dataexchange.cli.alongside import worker_alongside
    from dataexchange.cli.serving import serve_http
    from dataexchange.settings import load_settings

    settings = load_settings()
    # Tables, structures and the first key are made once, before several processes start.
    with session(settings) as here:
        _first_key(here)
    alone = settings.database_url.startswith("sqlite") if worker is None else worker
    with worker_alongside(alone):
        serve_http(settings, host=host, port=port, workers=workers)


def worker(
    threads: Annotated[int, typer.Option("--threads", help="submissions checked at once", min=1)] = 1,
    ping: Annotated[
        bool, typer.Option("--ping", help="only see whether a worker runs here, and database and queue answer")
    ] = False,
    ends_with: Annotated[int | None, typer.Option("--ends-with", hidden=True, help="process id of the parent")] = None,
) -> None:
    """Check submissions, and publish what was accepted, in the background until Ctrl-C."""
    from datetime import timedelta

    from dataexchange.cli.alongside import end_with
    from dataexchange.cli.extracting import extracting
    from dataexchange.door.log import log_to_stderr
    from dataexchange.worker.run import run

    if ping:
        _ping()
        return
    with session() as here:
        log_to_stderr(here.settings.log_level)
        if ends_with is not None:
            end_with(ends_with)
        lease = timedelta(seconds=here.settings.lease_seconds)
        with extracting(here) as extracts:
            run(here.engine, here.home, here.settings.queue_url, threads=threads, lease=lease, extracting=extracts)


def _ping() -> None:
    """Looks and changes nothing: tables are made by whoever serves or works."""
    from dataexchange.settings import load_settings
    from dataexchange.store.backup import revision
    from dataexchange.store.database import open_database, reading
    from dataexchange.worker.heart import require_beat
    from dataexchange.worker.queue import queue

    settings = load_settings()
    # First of all: where no worker runs, looking for database and queue could make empty ones.
    require_beat(settings.home)
    engine = open_database(settings.database_url)
    try:
        with reading(engine) as conn:
            revision(conn)
    finally:
        engine.dispose()
    queue(settings.queue_url).pending_count()
    typer.echo("ok")


def demo(
    port: Port = None,
    serve_: Annotated[bool, typer.Option("--serve/--no-serve", help="serve when the data are loaded")] = True,
) -> None:
    """Load real figures of Bristol and the United Kingdom, print what the checks found, and serve them."""
    from dataexchange.cli.alongside import worker_alongside
    from dataexchange.cli.demonstration import examples_folder, load, summary
    from dataexchange.cli.serving import require_free, serve_http

    settings = _demo_settings()
    root = examples_folder()
    if serve_:
        require_free(settings.host, port or settings.port)
    with session(settings) as here:
        with progress() as step:
            story = load(here, root, step)
        typer.echo(summary(story, port=port or settings.port, home=settings.home))
        if serve_:
            _first_key(here)
    if serve_:
        typer.echo("Serving until Ctrl-C.\n")
        with worker_alongside(True):
            serve_http(settings, host=None, port=port, workers=1)


def _first_key(here: Session) -> None:
    """An exchange without a key is new: its operator gets one, printed this once."""
    from dataexchange.model.access import Scope
    from dataexchange.store import keys as kept
    from dataexchange.store.database import reading, writing
    from dataexchange.workflow import keys

    with reading(here.engine) as conn:
        if kept.any_there(conn):
            return
    with writing(here.engine) as conn:
        _, text = keys.create_key(conn, "DX", [Scope.ADMIN], caller=here.caller, label="made at the first start")
    typer.echo("This exchange is new. Its administrator's key, shown this once:\n")
    typer.echo(f"  {text}\n")
    typer.echo("Sign in with it. Keys for offices and cities are made for this exchange with:\n")
    typer.echo(f"  {here.variables} {sys.argv[0]} keys create BRISTOL --scope submit\n")


def _demo_settings() -> Settings:
    """The demonstration has a home of its own, made anew each time, unless DATAEXCHANGE_HOME names one."""
    from dataexchange.settings import load_settings

    if "DATAEXCHANGE_HOME" in os.environ or "DATAEXCHANGE_DATABASE_URL" in os.environ:
        return load_settings()
    home = Path("var/demo")
    if home.exists():
        shutil.rmtree(home)
    os.environ["DATAEXCHANGE_HOME"] = str(home)
    return load_settings()
