"""Extracts of a worker: answers to data queries made as files, one after the other, in a thread of its own.

An extract is a row that waits. A worker holds it by a lease that it renews while it writes; the file is kept under its SHA-256 before
the row says that it is there. A worker that dies leaves a row that is free when its lease is over, and half a file that is cleared away.
"""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from uuid import uuid4

from dataexchange.door.log import about
from dataexchange.errors import ExchangeError, TooLarge, Unreachable
from dataexchange.model.extract import Question
from dataexchange.store import extracts, files
from dataexchange.store.claims import Claim
from dataexchange.store.database import Engine, reading, writing
from dataexchange.worker.hold import hold
from dataexchange.worker.outage import Outage
from dataexchange.worker.shift import Shift

log = logging.getLogger("dataexchange.worker")

#: (media type, bytes) of the answer to a question.
Make = Callable[[Question], tuple[str, Iterator[bytes]]]

#: So many workers may die over an extract before it fails.
ATTEMPTS = 5

#: Seconds between two looks, and between two clearings away.
_EVERY, _CLEARED = 1.0, 60.0

#: How long an extract that is no longer kept is known as such: then it is as if it had never been.
_REMEMBERED = timedelta(days=30)

#: Trouble of the machine that passes, or that its operator mends.
_PASSING = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE)


class _Stopped(Exception):
    """The worker is to end: the extract is put back."""


@dataclass(frozen=True, slots=True)
class Extracting:
    """How extracts are made, and how long and how many bytes of them are kept."""

    make: Make
    keep: timedelta = timedelta(days=1)
    most_bytes: int = 20 * 2**30


def watch(engine: Engine, home: Path, shift: Shift, extracting: Extracting) -> Thread:
    """Begin to look for extracts that wait."""

    def look() -> None:
        outage = Outage("Extracts wait", "Extracts go on")
        cleared = 0.0
        while True:
            with outage.told(Exception):
                while take(engine, home, shift, extracting):
                    pass
                if time.monotonic() - cleared > _CLEARED:
                    clear(engine, home, extracting)
                    cleared = time.monotonic()
            if shift.stopping.wait(_EVERY):
                return

    thread = Thread(target=look, name="extracts", daemon=True)
    thread.start()
    return thread


def take(engine: Engine, home: Path, shift: Shift, extracting: Extracting) -> bool:
    """Make the one that has waited longest; False where none waits, or this one has to wait on."""
    if shift.stopping.is_set():
        return False
    with reading(engine) as conn:
        if not extracts.is_any_free(conn):
            return False
    with writing(engine) as conn:
        claim = extracts.claim(conn, shift.lease)
    if claim is None:
        return False
    with about(extract=claim.id), hold(engine, shift, claim, extracts.renew) as held:
        try:
            if claim.attempt > ATTEMPTS:
                return _fail(engine, held(), f"{ATTEMPTS} workers died over it: ask for less at once.")
            return _make(engine, home, shift, extracting, claim.id, held)
        except (_Stopped, Unreachable) as error:
            log.info("put back: %s", error or "this worker ends")
            with suppress(ExchangeError), writing(engine) as conn:
                extracts.put_back(conn, held())
            return False


def _make(
    engine: Engine, home: Path, shift: Shift, extracting: Extracting, extract_id: str, held: Callable[[], Claim]
) -> bool:
    with reading(engine) as conn:
        extract = extracts.find(conn, extract_id)
    assert extract is not None
    try:
        media, blocks = extracting.make(extract.question)
        sha256, size = _kept(extracts.folder(home), blocks, shift, extracting)
    except (_Stopped, Unreachable):
        raise
    except ExchangeError as error:
        return _fail(engine, held(), str(error))
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _PASSING:
            raise Unreachable(f"The disk does not do as it is told: {error}") from error
        fault = uuid4().hex[:12]
        log.error("unexpected error", exc_info=error, extra={"fields": {"error_id": fault}})
        return _fail(engine, held(), f"Something went wrong here; when you report it, name error {fault}.")
    with writing(engine) as conn:
        made = extracts.finish(conn, held(), sha256, size, media, extracting.keep)
    log.info("extract made: %d bytes" if made else "extract made, but another worker was quicker: %d bytes", size)
    return True


def _kept(folder: Path, blocks: Iterator[bytes], shift: Shift, extracting: Extracting) -> tuple[str, int]:
    """Write the blocks to a file; its SHA-256 and size."""
    with files.incoming(folder) as file:
        for block in blocks:
            if shift.stopping.is_set():
                raise _Stopped
            file.write(block)
            if file.size > extracting.most_bytes:
                raise TooLarge(
                    f"It would have more than the {extracting.most_bytes:,} bytes that are kept here: ask for less at once."
                )
        return file.keep(), file.size


def _fail(engine: Engine, claim: Claim, reason: str) -> bool:
    with writing(engine) as conn:
        extracts.fail(conn, claim, reason)
    log.info("extract failed: %s", reason)
    return True


def clear(engine: Engine, home: Path, extracting: Extracting) -> int:
    """End extracts that are kept too long or take too much room, and take their files away; how many files."""
    folder = extracts.folder(home)
    # Before the rows are read: what is kept from now on is not among them.
    there = set(files.kept(folder))
    with writing(engine) as conn:
        extracts.clear(conn, most_bytes=extracting.most_bytes, forgotten_before=datetime.now(UTC) - _REMEMBERED)
        unnamed = there - extracts.named(conn)
    # A file is kept before its row names it; that takes no time, and a worker that holds its row longer has died.
    return files.drop(folder, unnamed, older_than=60) + files.sweep(folder)
