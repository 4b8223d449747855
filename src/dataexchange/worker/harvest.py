"""Harvests of a worker: every night all sources of `HOME/sources.toml`, and meanwhile what an office asked for.

Both are wishes, rows in the database, so that a wish is done once whoever comes first; a run that was cut off with its worker is wished
for again, unless that happened too often.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

from dataexchange.door.harvesting import Manner, Stopped, harvest
from dataexchange.errors import Conflict, InvalidRequest, NotFound
from dataexchange.model.harvest import Harvest, Outcome
from dataexchange.model.source import Source
from dataexchange.store import harvests
from dataexchange.store.database import Engine, reading, writing
from dataexchange.worker.shift import Shift
from dataexchange.workflow.sources import FILE, load_sources

log = logging.getLogger("dataexchange.worker")

ACTOR = "worker"

#: A source that was looked at so recently is left alone at night.
_RECENT = timedelta(hours=12)

#: So many runs of a source may be cut off one after the other before it is left alone until the next night.
_CUT_OFF = 3


#: Seconds between two looks for wishes.
_EVERY = 10.0

#: When nightly harvests begin, by the clock of the machine.
_NIGHT = 2


def watch(engine: Engine, home: Path, shift: Shift) -> Thread:
    """Begin to look for wishes, in a thread of its own: a slow service far away keeps no city waiting."""

    def look() -> None:
        while True:
            try:
                if datetime.now().astimezone().hour == _NIGHT:
                    wish_nightly(engine, home)
                take_wanted(engine, home, shift)
            except Exception as error:
                log.warning("harvests wait: %s", error)
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


def wish_nightly(engine: Engine, home: Path) -> None:
    """Leave a wish for every source that nobody has looked at since yesterday."""
    for source in _sources(home).values():
        with writing(engine) as conn:
            last = next(iter(harvests.latest(conn, source=source.id, limit=1)), None)
            if last is None or last.started_at < datetime.now(UTC) - _RECENT:
                harvests.wish(conn, source.id, asked_by=ACTOR, facts={})


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
    log.info("harvested %s: %s", source.id, run.harvest.outcome)
    if run.harvest.outcome is Outcome.INTERRUPTED:
        with writing(engine) as conn:
            harvests.wish(conn, source.id, asked_by=wish.asked_by, facts={})
    return True


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
