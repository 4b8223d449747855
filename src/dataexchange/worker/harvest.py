"""Harvests of a worker: every night all sources of `HOME/sources.toml`, and meanwhile what an office asked for.

Both are wishes, rows in the database, so that a wish is done once whoever comes first; a run that was cut off with its worker is wished
for again, unless that happened too often.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from dataexchange.door.harvesting import Manner, Stopped, harvest
from dataexchange.door.log import about
from dataexchange.errors import Conflict, InvalidRequest, NotFound, Unreachable
from dataexchange.model.harvest import Harvest, Outcome
from dataexchange.model.source import Source
from dataexchange.store import harvests, releases
from dataexchange.store.database import Connection, Engine, reading, writing
from dataexchange.worker.outage import Outage
from dataexchange.worker.shift import Shift
from dataexchange.workflow.sources import FILE, load_sources

log = logging.getLogger("dataexchange.worker")

ACTOR = "worker"

#: So many runs of a source may be cut off one after the other before it is left alone until the next night.
_CUT_OFF = 3

#: Seconds between two looks for wishes.
_EVERY = 10.0

#: When nightly harvests begin, in UTC: other clocks leave out an hour in spring.
_NIGHT = 2


def watch(engine: Engine, home: Path, shift: Shift) -> Thread:
    """Begin to look for wishes, in a thread of its own: a slow service far away keeps no city waiting."""

    def look() -> None:
        told = ""
        outage = Outage("Harvests wait", "Harvests go on")
        while True:
            told = _nightly(engine, home, told)
            with outage.told(Exception):
                take_wanted(engine, home, shift)
            if shift.stopping.wait(_EVERY):
                return

    thread = Thread(target=look, name="harvests", daemon=True)
    thread.start()
    return thread


def take_wanted(engine: Engine, home: Path, shift: Shift | None = None) -> int:
    """Do what is wished for, the oldest first; how many harvests that were."""
    shift = shift or Shift()
    _again(engine)
    with reading(engine) as conn:
        wanted = harvests.latest(conn, outcome=Outcome.WANTED, limit=1000)
    done = 0
    for wish in reversed(wanted):
        if shift.stopping.is_set():
            break
        done += _take(engine, home, wish, shift)
    return done


def _nightly(engine: Engine, home: Path, told: str) -> str:
    """Why there are no nightly wishes, "" where there are; said in the log where it is not what was `told` before."""
    try:
        wish_nightly(engine, home)
    except Unreachable:
        # Whoever looks for wishes next tells of it.
        return told
    except Exception as error:
        if str(error) != told:
            log.warning("nightly harvests wait: %s", error)
        return str(error)
    return ""


def wish_nightly(engine: Engine, home: Path, now: datetime | None = None) -> None:
    """From two o'clock UTC on, leave a wish for every source that nobody has looked at since."""
    now = now or datetime.now(UTC)
    night = now.replace(hour=_NIGHT, minute=0, second=0, microsecond=0)
    if now < night:
        return
    sources = list(_sources(home))
    with reading(engine) as conn:
        due = [source for source in sources if _is_due(conn, source, night)]
    for source in due:
        with writing(engine) as conn:
            # Another worker may have been here since.
            releases.lock(conn)
            if _is_due(conn, source, night):
                harvests.wish(conn, source, asked_by=ACTOR, facts={})


def _is_due(conn: Connection, source: str, night: datetime) -> bool:
    last = next(iter(harvests.latest(conn, source=source, limit=1)), None)
    if last is None:
        return True
    return last.outcome not in (Outcome.WANTED, Outcome.RUNNING) and last.started_at < night


def _take(engine: Engine, home: Path, wish: Harvest, shift: Shift) -> bool:
    try:
        source = _sources(home).get(wish.source)
    except InvalidRequest as error:
        return _drop(engine, wish, str(error))
    if source is None:
        return _drop(engine, wish, f"There is no source {wish.source} in {FILE}.")

    def tell(_step: str) -> None:
        if shift.stopping.is_set():
            raise Stopped

    def sleep(seconds: float) -> None:
        if shift.stopping.wait(seconds):
            raise Stopped

    manner = Manner(lease=shift.lease, sleep=sleep, progress=tell, wished=True)
    try:
        run = harvest(engine, home, source, asked_by=wish.asked_by, manner=manner)
    except Conflict as error:
        log.info("nothing to do: %s", error)
        return False
    _log(run.harvest)
    if run.harvest.outcome is Outcome.INTERRUPTED:
        with writing(engine) as conn:
            harvests.wish(conn, source.id, asked_by=wish.asked_by, facts={})
    return True


def _log(run: Harvest) -> None:
    """Nobody sits before a worker: that a source failed is a warning, so that its log says so at whatever level operators keep it."""
    with about(harvest=run.id, source=run.source):
        if run.outcome is Outcome.FAILED:
            log.warning("harvest of %s failed, what was served before is served still: %s", run.source, run.message)
        else:
            log.info("harvested %s: %s", run.source, run.outcome)


def _again(engine: Engine) -> None:
    """Note runs whose process died; those of workers are wished for again."""
    with reading(engine) as conn:
        if not harvests.latest(conn, outcome=Outcome.RUNNING, limit=1):
            return
    with writing(engine) as conn:
        for run in harvests.interrupt(conn):
            last = harvests.latest(conn, source=run.source, limit=_CUT_OFF)
            cut_off = sum(h.outcome is Outcome.INTERRUPTED for h in last)
            if run.facts.get("wished") and cut_off < _CUT_OFF:
                harvests.wish(conn, run.source, asked_by=run.asked_by, facts={})
            log.warning("a harvest of %s was cut off", run.source)


def _drop(engine: Engine, wish: Harvest, reason: str) -> bool:
    with writing(engine) as conn:
        harvests.drop(conn, wish.id, reason)
    log.warning("not harvested: %s", reason)
    return False


def _sources(home: Path) -> Mapping[str, Source]:
    try:
        return {source.id: source for source in load_sources(home / FILE)}
    except NotFound:
        return {}
