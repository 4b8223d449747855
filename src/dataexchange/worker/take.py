"""One submission at a time, as far as it goes without a person: checked, and published where it was accepted.

A worker claims it, works, and moves its status in one transaction; then it, or another one, claims the next step. Whatever happens
to a worker, a step is done once: the status moves only from where it was. What cannot be done is returned with the reason, never tried
for ever.
"""

from __future__ import annotations

import errno
import logging
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from dataexchange.door.log import about
from dataexchange.errors import ExchangeError, Unreachable
from dataexchange.model.submission import Status, Submission
from dataexchange.store import submissions
from dataexchange.store.claims import Claim
from dataexchange.store.database import Engine, reading, writing
from dataexchange.worker.shift import Shift
from dataexchange.workflow import publish, submit
from dataexchange.workflow.progress import Progress

log = logging.getLogger("dataexchange.worker")

ACTOR = "worker"

#: So many workers may die over a file, of memory for instance, before it is returned.
ATTEMPTS = 5

#: Trouble of the machine that passes, or that its operator mends: the submission waits meanwhile.
_PASSING = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE)

#: Submissions that one look goes through; the next one, a minute later, goes on.
_MOST = 10_000


def take_waiting(engine: Engine, home: Path, shift: Shift | None = None) -> int:
    """Every submission whose next step is a worker's and that nobody holds, the oldest first; how many moved on."""
    shift = shift or Shift()
    if not shift.looking.acquire(blocking=False):
        return 0
    try:
        seen: set[str] = set()
        moved = 0
        while len(seen) < _MOST and not shift.stopping.is_set():
            with reading(engine) as conn:
                found = submissions.oldest_waiting(conn, without=seen)
            if found is None:
                break
            seen.add(found)
            moved += take(engine, home, found, shift)
        return moved
    finally:
        shift.looking.release()


def take(engine: Engine, home: Path, submission_id: str, shift: Shift | None = None) -> bool:
    """Bring one submission as far as it goes; False where another worker holds it or there is nothing to do."""
    shift = shift or Shift()
    moved = False
    with about(submission=submission_id):
        while not shift.stopping.is_set() and _step(engine, home, submission_id, shift):
            moved = True
    return moved


def _step(engine: Engine, home: Path, submission_id: str, shift: Shift) -> bool:
    """The next step, under a claim; whether its status moved."""
    with writing(engine) as conn:
        claim = submissions.claim(conn, submission_id, shift.lease)
    if claim is None:
        return False
    with shift.hold(engine, claim):
        try:
            return _done(engine, home, claim)
        except Unreachable as error:
            log.warning("put back: %s", error)
            return False


def _done(engine: Engine, home: Path, claim: Claim) -> bool:
    """Do the step, or return the submission with the reason why it cannot be done. Raises Unreachable."""
    with reading(engine) as conn:
        submission = submissions.get(conn, claim.id)
    step = publish_one if submission.status is Status.ACCEPTED else check_one
    try:
        if claim.attempt > ATTEMPTS:
            raise RuntimeError(f"{ATTEMPTS} workers died over it")
        step(engine, home, submission)
    except Unreachable:
        raise
    except ExchangeError as error:
        return _return(engine, submission, str(error))
    except FileNotFoundError as error:
        log.error("a kept file is missing", exc_info=error)
        return _return(engine, submission, "Its file is no longer kept here: send it again.")
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _PASSING:
            raise Unreachable(f"The disk does not do as it is told: {error}") from error
        fault = uuid4().hex[:12]
        log.error("unexpected error", exc_info=error, extra={"fields": {"error_id": fault}})
        return _return(engine, submission, f"Something went wrong here; when you report it, name error {fault}.")
    return True


def _return(engine: Engine, submission: Submission, reason: str) -> bool:
    with writing(engine) as conn:
        returned = publish.refuse_unmoved(conn, submission, actor=ACTOR, reason=reason)
    log.info("returned: %s" if returned else "nothing to do: %s", reason)
    return returned


def check_one(engine: Engine, home: Path, submission: Submission) -> None:
    with reading(engine) as conn:
        assessment = submit.examine(conn, home, submission, progress=_told(engine, submission.id))
    with writing(engine) as conn:
        submit.conclude(conn, submission.id, assessment, actor=ACTOR)
    log.info("checked: %d errors, %d warnings", assessment.report.errors, assessment.report.warnings)


def publish_one(engine: Engine, home: Path, submission: Submission) -> None:
    """The assessment is made before the transaction, so that other publishers need not wait for it."""
    progress = _told(engine, submission.id)
    with reading(engine) as conn:
        assessment = submit.assess_kept(conn, home, submission, progress=progress)
    progress("Publishing")
    with writing(engine) as conn:
        release = publish.publish(conn, home, submission.id, actor=ACTOR, assessment=assessment)
    log.info("published in release %s", release.number if release else "none: returned with errors")


def _told(engine: Engine, submission_id: str) -> Progress:
    def tell(step: str) -> None:
        # A note, nothing more: where others keep the database busy, the work goes on without it.
        with suppress(ExchangeError), writing(engine) as conn:
            submissions.set_step(conn, submission_id, step)

    return tell
