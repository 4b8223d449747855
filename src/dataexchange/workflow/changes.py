"""The difference of a submission to what is published, as it was found at its check or its publication: kept, and read again."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from dataexchange.errors import NotFound
from dataexchange.messages import difference as kept_form
from dataexchange.model.difference import Difference, Tally
from dataexchange.model.submission import PUBLIC, Submission
from dataexchange.store import files, releases, submissions
from dataexchange.store.database import Connection


@dataclass(frozen=True, slots=True)
class Changes:
    """`outdated`: another release of the same table was published since, so that publishing it now would change something else."""

    difference: Difference
    outdated: bool


def keep(home: Path, difference: Difference) -> str:
    """Its SHA-256."""
    return files.keep(BytesIO(kept_form.as_bytes(difference)), home)


def changes_of(conn: Connection, home: Path, submission: Submission) -> Changes | None:
    """None before a check, and where errors stood in the way of one."""
    digest = submissions.changes_hash(conn, submission.id)
    if digest is None:
        return None
    path = files.path_of(digest, home)
    if not path.exists():
        raise NotFound(f"What submission {submission.id} changes is no longer kept here.")
    found = kept_form.from_file(path)
    return Changes(found, submission.status not in PUBLIC and found.against != newest(conn, submission))


def tally_of(conn: Connection, home: Path, submission: Submission) -> Tally | None:
    """What the kept difference changes in the observations; None where none is kept that was made against what is published now."""
    digest = submissions.changes_hash(conn, submission.id)
    path = files.path_of(digest, home) if digest else None
    if path is None or not path.exists() or kept_form.against(path) != newest(conn, submission):
        return None
    return kept_form.tally(path)


def newest(conn: Connection, submission: Submission) -> int | None:
    """The number of the last release of its table."""
    found = releases.newest_of(conn, submission.dataflow, submission.provider, submission.dataset)
    return found.number if found else None
