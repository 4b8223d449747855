"""One harvest from beginning to end: what the command and the worker share.

Each step opens the database for itself and none while anything is fetched or read. A run holds its source by a lease; whatever ends it, its
row says what became of it, and what was served before goes on being served unless a whole new vintage took its place.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from uuid import uuid4

from dataexchange.door.log import about
from dataexchange.errors import ExchangeError, InvalidRequest, Unreadable
from dataexchange.model.finding import Report
from dataexchange.model.harvest import Harvest
from dataexchange.model.source import Source
from dataexchange.store import harvests
from dataexchange.store.database import Engine, reading, writing
from dataexchange.workflow import harvest as verbs
from dataexchange.workflow.gather import Asker, Gathered, gather, gather_structures
from dataexchange.workflow.progress import Progress, silent

log = logging.getLogger("dataexchange.harvest")

#: How long a run whose process died keeps others from its source.
LEASE = timedelta(seconds=20)


class Stopped(Exception):
    """Raised by a progress that is told to stop: the run is noted as interrupted."""


class NotWhole(Unreadable):
    """Observations that cannot be read stand in the way; the report names them."""


@dataclass(frozen=True, slots=True)
class Run:
    """What became of it. `error` is why there is no new vintage, `report` what was found in the messages where they were read."""

    harvest: Harvest
    report: Report | None = None
    error: ExchangeError | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How to run. With `force` everything is fetched and read again, and no loss is refused."""

    force: bool = False
    #: To meet a wish, and nothing if another process has met it: a worker takes it up again where this one dies.
    wished: bool = False
    lease: timedelta = LEASE
    environment: Mapping[str, str] | None = None
    sleep: Callable[[float], None] = time.sleep
    progress: Progress = silent


def harvest(engine: Engine, home: Path, source: Source, *, asked_by: str, manner: Manner | None = None) -> Run:
    """Raises Conflict where another process runs the source, and Unreachable where our own database is not; else the run tells."""
    manner = manner or Manner()
    with writing(engine) as conn:
        run = verbs.begin(conn, source, manner.lease, asked_by=asked_by, wished=manner.wished)
    gathered = Gathered()
    with about(harvest=run.id, source=source.id), _held(engine, run, manner) as tell:
        try:
            return _run(engine, home, source, run, gathered, manner, tell)
        except Stopped:
            with writing(engine) as conn:
                return Run(verbs.interrupt(conn, run, gathered))
        except ExchangeError as error:
            return _failed(engine, run, gathered, error)
        except Exception as error:
            fault = uuid4().hex[:12]
            log.error("unexpected error", exc_info=error, extra={"fields": {"error_id": fault}})
            with writing(engine) as conn:
                verbs.fail(conn, run, gathered, f"Something went wrong here; when you report it, name error {fault}.")
            raise


def _run(
    engine: Engine, home: Path, source: Source, run: Harvest, gathered: Gathered, manner: Manner, tell: Progress
) -> Run:
    asker = Asker(_token(source, manner.environment), manner.sleep)
    with reading(engine) as conn:
        last = harvests.last_good(conn, source.id)
        lacking = verbs.lacks_structure(conn, source)
    if lacking:
        tell("Fetching structures")
        gather_structures(home, source, gathered, asker)
        with writing(engine) as conn:
            verbs.register_structures(conn, home, source, gathered, actor=run.asked_by)
    gather(home, source, last, gathered, asker, force=manner.force, progress=tell)
    with reading(engine) as conn:
        served = not manner.force and verbs.is_served(conn, source, last, gathered)
        if not served:
            vintage, report = verbs.lay(conn, home, source, gathered, progress=tell)
    if served:
        return _unchanged(engine, run, source, gathered, last)
    if not report.publishable:
        error = NotWhole(
            f"{source.title}: {report.errors} faults keep observations from being read; the report names them."
        )
        return _failed(engine, run, gathered, error, report)
    tell("Publishing")
    try:
        with writing(engine) as conn:
            return Run(verbs.publish(conn, run, source, gathered, vintage, report, force=manner.force), report)
    except verbs.NothingNew:
        return _unchanged(engine, run, source, gathered, last, report)
    except ExchangeError as error:
        return _failed(engine, run, gathered, error, report)


def _unchanged(
    engine: Engine,
    run: Harvest,
    source: Source,
    gathered: Gathered,
    last: Harvest | None,
    report: Report | None = None,
) -> Run:
    with writing(engine) as conn:
        return Run(verbs.leave_as_is(conn, run, source, gathered, last), report)


def _failed(
    engine: Engine, run: Harvest, gathered: Gathered, error: ExchangeError, report: Report | None = None
) -> Run:
    with writing(engine) as conn:
        return Run(verbs.fail(conn, run, gathered, str(error), report=report), report, error)


def _token(source: Source, environment: Mapping[str, str] | None) -> str | None:
    if source.key_env is None:
        return None
    token = (os.environ if environment is None else environment).get(source.key_env, "").strip()
    if not token:
        raise InvalidRequest(
            f"the variable {source.key_env} holds no token; set it where the harvest runs", parameter=source.id
        )
    if not token.isascii() or not token.isprintable() or " " in token:
        raise InvalidRequest(f"what the variable {source.key_env} holds is no bearer token", parameter=source.id)
    return token


@contextmanager
def _held(engine: Engine, run: Harvest, manner: Manner) -> Iterator[Progress]:
    """Renew the lease for as long as the work takes, and note what is being done."""
    done, step = Event(), [""]

    def renew() -> None:
        while not done.wait(manner.lease.total_seconds() / 4):
            with suppress(ExchangeError), writing(engine) as conn:
                harvests.renew(conn, run.id, manner.lease, step[0])

    def tell(text: str) -> None:
        step[0] = text
        manner.progress(text)

    thread = Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield tell
    finally:
        done.set()
        thread.join()
