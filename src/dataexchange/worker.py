"""The door for background work: a Huey consumer that checks submissions and publishes those that were accepted.

The queue only says that there is something to do; what is to be done is a row in the database. So a job may run twice, and one
that was lost with its worker is found again: at start, soon after, and every minute, submissions whose next step is a worker's are
looked for. A worker holds what it works on by a lease that it renews; where it dies, the next one takes over when the lease is over.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from urllib.parse import urlsplit

from huey import Huey, PostgresHuey, SqliteHuey, crontab

from dataexchange.door.log import about
from dataexchange.errors import Conflict, ExchangeError, Forbidden
from dataexchange.model.submission import WAITING, Status
from dataexchange.store import files, submissions
from dataexchange.store.database import Engine, reading, writing
from dataexchange.workflow import publish, submit
from dataexchange.workflow.progress import Progress

log = logging.getLogger(__name__)

ACTOR = "worker"

#: How long a worker that died keeps others from what it held.
LEASE = timedelta(seconds=20)


def queue(url: str) -> Huey:
    """The job queue at `sqlite:///path` or `postgresql://…`."""
    parts = urlsplit(url)
    if parts.scheme.startswith("postgresql"):
        return PostgresHuey("dataexchange", dsn=url.replace("postgresql+psycopg://", "postgresql://"), utc=True)
    return SqliteHuey("dataexchange", filename=url.removeprefix("sqlite:///"), utc=True, fsync=True)


def enqueue(url: str, submission_id: str) -> None:
    """Tell a worker, wherever it runs, that a submission waits."""
    work = queue(url)

    @work.task(name="step")  # type: ignore[untyped-decorator]
    def step(_submission_id: str) -> None:
        raise AssertionError("runs in the worker, which registers a task of the same name")

    step(submission_id)


def run(engine: Engine, home: Path, queue_url: str, *, threads: int) -> None:
    """Work until stopped."""
    work = queue(queue_url)

    @work.task(name="step")  # type: ignore[untyped-decorator]
    def step(submission_id: str) -> None:
        take(engine, home, submission_id)

    @work.task(name="after-lease")  # type: ignore[untyped-decorator]
    def after_lease() -> None:
        take_waiting(engine, home)

    @work.periodic_task(crontab(minute="*"), name="sweep")  # type: ignore[untyped-decorator]
    def sweep() -> None:
        take_waiting(engine, home)

    @work.periodic_task(crontab(minute="17", hour="3"), name="tidy")  # type: ignore[untyped-decorator]
    def tidy() -> None:
        files.sweep(home)

    take_waiting(engine, home)
    # What a worker held that was killed just now comes free when its lease is over.
    after_lease.schedule(delay=LEASE.total_seconds() + 1)
    work.create_consumer(workers=threads, worker_type="thread", periodic=True).run()


def take_waiting(engine: Engine, home: Path) -> int:
    """Every submission whose next step is a worker's and that nobody holds, the oldest first; how many there were."""
    with reading(engine) as conn:
        waiting = [s.id for s in submissions.latest(conn, status=WAITING, limit=10_000)]
    return sum(take(engine, home, submission_id) for submission_id in reversed(waiting))


def take(engine: Engine, home: Path, submission_id: str) -> bool:
    """Bring one submission as far as it goes without a person; False where another worker holds it or there is nothing to do."""
    with writing(engine) as conn:
        if not submissions.claim(conn, submission_id, LEASE):
            return False
    with _held(engine, submission_id), about(submission=submission_id):
        try:
            with reading(engine) as conn:
                status = submissions.get(conn, submission_id).status
            if status is Status.RECEIVED:
                status = check_one(engine, home, submission_id)
            if status is Status.ACCEPTED:
                publish_one(engine, home, submission_id)
        except Conflict as error:
            log.info("nothing to do: %s", error)
        finally:
            with writing(engine) as conn:
                submissions.release_claim(conn, submission_id)
    return True


def check_one(engine: Engine, home: Path, submission_id: str) -> Status:
    """Check it; where it stands then."""
    with reading(engine) as conn:
        submission = submissions.get(conn, submission_id)
        assessment = submit.assess_kept(conn, home, submission, progress=_told(engine, submission_id))
    with writing(engine) as conn:
        after = submit.conclude(conn, submission_id, assessment, actor=ACTOR)
    log.info("checked: %d errors, %d warnings", assessment.report.errors, assessment.report.warnings)
    return after.status


def publish_one(engine: Engine, home: Path, submission_id: str) -> None:
    """Publish it, or return it with the reason why it cannot be."""
    progress = _told(engine, submission_id)
    with reading(engine) as conn:
        assessment = submit.assess_kept(conn, home, submissions.get(conn, submission_id), progress=progress)
    progress("Publishing")
    try:
        with writing(engine) as conn:
            release = publish.publish(conn, home, submission_id, actor=ACTOR, assessment=assessment)
    except (Conflict, Forbidden) as error:
        with writing(engine) as conn:
            publish.refuse(conn, submission_id, actor=ACTOR, reason=str(error))
        log.info("returned: %s", error)
    else:
        log.info("published in release %s", release.number if release else "none: returned with errors")


def _told(engine: Engine, submission_id: str) -> Progress:
    def tell(step: str) -> None:
        with writing(engine) as conn:
            submissions.set_step(conn, submission_id, step)

    return tell


@contextmanager
def _held(engine: Engine, submission_id: str) -> Iterator[None]:
    """Renew the claim for as long as the work takes."""
    done = Event()

    def renew() -> None:
        while not done.wait(LEASE.total_seconds() / 4):
            with suppress(ExchangeError), writing(engine) as conn:
                submissions.renew(conn, submission_id, LEASE)

    thread = Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
