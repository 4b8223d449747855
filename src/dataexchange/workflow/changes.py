"""The difference of a submission to what is published, as it was found at its check or its publication: kept, and read again."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from dataexchange.errors import NotFound
from dataexchange.messages import difference as kept_form
from dataexchange.model.difference import Difference
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


def is_current(conn: Connection, home: Path, submission: Submission) -> bool:
    """Whether the difference that is kept was made against what is published now."""
    digest = submissions.changes_hash(conn, submission.id)
    if digest is None or not files.path_of(digest, home).exists():
        return False
    return kept_form.against(files.path_of(digest, home)) == newest(conn, submission)


def newest(conn: Connection, submission: Submission) -> int | None:
    """The number of the last release of its table."""
    found = releases.newest_of(conn, submission.dataflow, submission.provider, submission.dataset)
    return found.number if found else None
