"""Back up an exchange, and make one from a backup: the same for SQLite and PostgreSQL, and the way from the one to the other.

A backup is one view of the database, taken while others write, and the files that this view names: a file is kept before a row names
it, so what was kept until the view began is enough. Who signed in, and what the queue says, are not part of it.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path

from dataexchange import __version__
from dataexchange.errors import Conflict, NotFound, Unreadable
from dataexchange.store import audit, backup, files
from dataexchange.store.database import Connection, newest_revision, revisions
from dataexchange.workflow.archive import Manifest, Reader, TableEntry, Writer
from dataexchange.workflow.progress import Progress, silent


@dataclass(frozen=True, slots=True)
class Counted:
    """What was written or restored. `missing`: files that rows name and that are not in the archive."""

    release: int
    tables: int
    rows: int
    files: int
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """What `back_up_tables` wrote, and the kept files that its rows name."""

    revision: str
    release: int
    entries: Sequence[TableEntry]
    named: Set[str]


def back_up_tables(conn: Connection, archive: Writer, *, progress: Progress = silent) -> Tables:
    """Every row that this transaction sees, into an archive."""
    revision = backup.revision(conn)
    entries = []
    for table in backup.tables(conn):
        progress(f"Table {table.name}")
        columns = table.columns.keys()
        entries.append(archive.table(table.name, columns, backup.binary(table), backup.rows(conn, table)))
    return Tables(revision, backup.last_release(conn), entries, backup.kept_files(conn))


def back_up_files(tables: Tables, home: Path, archive: Writer, *, progress: Progress = silent) -> Counted:
    """The kept files that the tables name, and the manifest. No transaction stays open for it: a file that a row names does not go."""
    progress("Files")
    missing = [digest for digest in sorted(tables.named) if not _copied(archive, digest, home)]
    manifest = Manifest(
        format=1,
        product=__version__,
        revision=tables.revision,
        made_at=datetime.now(UTC),
        release=tables.release,
        tables=list(tables.entries),
        files=archive.files,
        missing=missing,
    )
    archive.manifest(manifest)
    return _counted(manifest)


def restore(conn: Connection, home: Path, archive: Reader, *, actor: str, progress: Progress = silent) -> Counted:
    """An exchange as the archive has it, in an empty database and home, all in this transaction; files stand first.

    Files that a restore left behind when it was killed are taken as they are. Raises Conflict where anything else is here.
    """
    manifest = archive.manifest
    if manifest.revision not in revisions():
        raise Conflict(
            f"This backup was made by dataexchange {manifest.product}, whose tables ({manifest.revision}) this version ({__version__}, "
            f"{newest_revision()}) does not know: restore it with that version or a later one."
        )
    backup.require_empty(conn)
    _require_room(home, archive)
    progress("Files")
    for digest in archive.files:
        with archive.file(digest) as stream:
            files.keep(stream, home)
    backup.make_tables(conn, manifest.revision)
    _load(conn, archive, progress)
    backup.bring_up_to_date(conn)
    missing = _missing(conn, archive)
    detail = {"release": manifest.release, "made_at": manifest.made_at, "made_by": manifest.product}
    audit.record(conn, actor=actor, action="exchange.restore", subject="exchange", detail=detail)
    return replace(_counted(manifest), missing=missing)


def _missing(conn: Connection, archive: Reader) -> tuple[str, ...]:
    """The files that rows name and that the backup could not have; Unreadable where it lacks others."""
    absent = backup.kept_files(conn) - set(archive.files)
    if lost := sorted(absent - set(archive.manifest.missing)):
        raise Unreadable(
            f"The backup lacks {len(lost)} files that its tables name ({lost[0][:12]}…): take another one."
        )
    return tuple(sorted(absent))


def _load(conn: Connection, archive: Reader, progress: Progress) -> None:
    """The fixed tables, then those that one of them names."""
    entries = {entry.name: entry for entry in archive.manifest.tables}
    fixed = backup.fixed_tables(conn)
    if missing := [name for name in fixed if name not in entries]:
        raise Unreadable(f"The backup lacks the table {missing[0]}: take another one.")
    for name in fixed:
        progress(f"Table {name}")
        backup.load(conn, name, entries[name].columns, archive.rows(entries[name]))
    series = backup.make_series_tables(conn)
    if set(series) != entries.keys() - set(fixed):
        raise Unreadable("The backup's series tables are not those that it names: take another one.")
    for name in series:
        progress(f"Table {name}")
        backup.load(conn, name, entries[name].columns, archive.rows(entries[name]))


def _require_room(home: Path, archive: Reader) -> None:
    ours = set(archive.files)
    if any(digest not in ours for digest in files.kept(home)):
        raise Conflict(f"There are files of an exchange in {home}: name an empty folder with DATAEXCHANGE_HOME.")


def _copied(archive: Writer, digest: str, home: Path) -> bool:
    """False for a file that is gone, or whose bytes are no longer those of its name."""
    try:
        with files.path_of(digest, home).open("rb") as stream:
            if file_digest(stream, "sha256").hexdigest() != digest:
                return False
            stream.seek(0)
            archive.file(digest, stream)
    except (NotFound, OSError):
        return False
    return True


def _counted(manifest: Manifest) -> Counted:
    rows = sum(entry.rows for entry in manifest.tables)
    return Counted(manifest.release, len(manifest.tables), rows, manifest.files, tuple(manifest.missing))
