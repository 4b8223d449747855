"""The door for background work: a Huey consumer that checks submissions.

The queue only says that there is something to do; what is to be done is a row in the database. So a job may run twice, and one
that was lost with its worker is found again: every minute, submissions that are still RECEIVED are checked.
"""

from __future__ import annotations

import logging
from pathlib import Path
from urllib.parse import urlsplit

from huey import Huey, PostgresHuey, SqliteHuey, crontab

from dataexchange.errors import Conflict
from dataexchange.model.submission import Status
from dataexchange.store import files, submissions
from dataexchange.store.database import Engine, reading, writing
from dataexchange.workflow import submit

log = logging.getLogger(__name__)

ACTOR = "worker"


def queue(url: str) -> Huey:
    """The job queue at `sqlite:///path` or `postgresql://…`."""
    parts = urlsplit(url)
    if parts.scheme.startswith("postgresql"):
        return PostgresHuey("dataexchange", dsn=url.replace("postgresql+psycopg://", "postgresql://"), utc=True)
    return SqliteHuey("dataexchange", filename=url.removeprefix("sqlite:///"), utc=True, fsync=True)


def enqueue(url: str, submission_id: str) -> None:
    """Tell a worker, wherever it runs, that a submission waits."""
    work = queue(url)

    @work.task(name="check")  # type: ignore[untyped-decorator]
    def check(_submission_id: str) -> None:
        raise AssertionError("runs in the worker, which registers a task of the same name")

    check(submission_id)


def run(engine: Engine, home: Path, queue_url: str, *, threads: int) -> None:
    """Work until stopped."""
    work = queue(queue_url)

    @work.task(name="check")  # type: ignore[untyped-decorator]
    def check(submission_id: str) -> None:
        check_one(engine, home, submission_id)

    @work.periodic_task(crontab(minute="*"), name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        check_waiting(engine, home)

    @work.periodic_task(crontab(minute="17", hour="3"), name="tidy")  # type: ignore[untyped-decorator]
    def tidy() -> None:
        files.sweep(home)

    check_waiting(engine, home)
    work.create_consumer(workers=threads, worker_type="thread", periodic=True).run()


def check_waiting(engine: Engine, home: Path) -> int:
    """Check every submission that is still RECEIVED; how many there were."""
    with reading(engine) as conn:
        waiting = [s.id for s in submissions.latest(conn, status=Status.RECEIVED)]
    for submission_id in reversed(waiting):
        check_one(engine, home, submission_id)
    return len(waiting)


def check_one(engine: Engine, home: Path, submission_id: str) -> None:
    """Check one submission; a second run of the same job finds it checked and does nothing."""
    try:
        with writing(engine) as conn:
            report = submit.check(conn, home, submission_id, actor=ACTOR).report
    except Conflict:
        log.info("submission %s was checked already", submission_id)
    else:
        log.info("submission %s: %d errors, %d warnings", submission_id, report.errors, report.warnings)
