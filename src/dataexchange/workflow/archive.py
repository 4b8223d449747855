"""A backup as a file: a zip that holds a table as lines of JSON each, the files that were kept, and a manifest.

    manifest.json             what is in it, with hashes; written last
    tables/audit.jsonl        [12,"2026-11-22T16:20:00.000000Z","worker",…], one row a line, bytes in base64
    files/3f2a…               by SHA-256

Nothing in a file from elsewhere is trusted: members are known by their names, which lead nowhere; none is larger than it says, nor does
it grow without measure as it is inflated; and every byte is hashed before the first one is used.
"""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Annotated, Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dataexchange.errors import Unreadable
from dataexchange.store.files import flush_folder

FORMAT = 1
_MANIFEST = "manifest.json"
_MEMBER = re.compile(r"manifest\.json|tables/[a-z0-9_]{1,63}\.jsonl|files/[0-9a-f]{64}")

_PORTION = 1 << 20
#: Rows are handed over by so many, or so many bytes.
_ROWS, _BYTES = 2000, 4 << 20
_LONGEST_MANIFEST = 64 << 20
#: How much larger than the archive its contents may be. Reports, the most repetitive that there is, shrink to a thirtieth.
_RATIO, _SMALL = 200, 64 << 20

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Word(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class TableEntry(_Word):
    """`binary` names the columns whose values are bytes."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,63}$")]
    columns: list[str]
    binary: list[str]
    rows: Annotated[int, Field(ge=0)]
    size: Annotated[int, Field(ge=0)]
    sha256: Digest

    @property
    def member(self) -> str:
        return f"tables/{self.name}.jsonl"


class Manifest(_Word):
    format: Literal[1]
    product: str
    revision: Annotated[str, Field(pattern=r"^r[0-9]{4}$")]
    made_at: Annotated[datetime, Field(strict=False)]
    release: Annotated[int, Field(ge=0)]
    tables: list[TableEntry]
    files: Annotated[int, Field(ge=0)]
    #: Files that rows name and that were not there any more, or not as they were kept, when the backup was made.
    missing: list[Digest]


class Writer:
    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.files = 0

    def table(
        self, name: str, columns: Sequence[str], binary: Sequence[str], rows: Iterator[Sequence[Any]]
    ) -> TableEntry:
        places = [i for i, column in enumerate(columns) if column in binary]
        digest, size, n = sha256(), 0, 0
        with self._archive.open(f"tables/{name}.jsonl", "w", force_zip64=True) as member:
            for portion, lines in _portions(_line(row, places) for row in rows):
                digest.update(portion)
                member.write(portion)
                size, n = size + len(portion), n + lines
        return TableEntry(
            name=name, columns=list(columns), binary=list(binary), rows=n, size=size, sha256=digest.hexdigest()
        )

    def file(self, digest: str, stream: IO[bytes]) -> None:
        with self._archive.open(f"files/{digest}", "w", force_zip64=True) as member:
            while portion := stream.read(_PORTION):
                member.write(portion)
        self.files += 1

    def manifest(self, manifest: Manifest) -> None:
        self._archive.writestr(_MANIFEST, manifest.model_dump_json(indent=1))


@contextmanager
def writing_archive(path: Path) -> Iterator[Writer]:
    """The file is there whole or not at all, readable to its owner alone; one of that name is replaced."""
    target = path.resolve()
    part = target.with_name(target.name + ".part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                yield Writer(archive)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
        flush_folder(target.parent)
    finally:
        part.unlink(missing_ok=True)


class Reader:
    """An archive whose every byte was looked at: `reading_archive` makes it."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    @property
    def files(self) -> list[str]:
        return [name.removeprefix("files/") for name in self._archive.namelist() if name.startswith("files/")]

    def file(self, digest: str) -> IO[bytes]:
        return self._archive.open(f"files/{digest}")

    def rows(self, entry: TableEntry) -> Iterator[list[tuple[Any, ...]]]:
        """In batches. Raises Unreadable for lines that are no rows, or another number of them than was said."""
        places = [i for i, column in enumerate(entry.columns) if column in entry.binary]
        n, size = 0, 0
        batch: list[tuple[Any, ...]] = []
        with self._archive.open(entry.member) as member:
            for line in member:
                batch.append(_row(line, places, entry))
                n, size = n + 1, size + len(line)
                if len(batch) >= _ROWS or size >= _BYTES:
                    yield batch
                    batch, size = [], 0
        if batch:
            yield batch
        if n != entry.rows:
            raise Unreadable(f"The backup says {entry.rows} rows of {entry.name} and holds {n}.")


@contextmanager
def reading_archive(path: Path) -> Iterator[Reader]:
    """Raises Unreadable for what is no backup, or not as it was written."""
    try:
        with zipfile.ZipFile(path) as archive:
            _require_plain(archive, path.stat().st_size)
            reader = Reader(archive, _manifest(archive))
            _require_whole(archive, reader)
            yield reader
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise Unreadable(f"{path.name} is no backup, or was cut or changed ({error}): take another one.") from error


def _require_plain(archive: zipfile.ZipFile, size: int) -> None:
    """Members as we write them, each once."""
    seen: set[str] = set()
    total = 0
    for member in archive.infolist():
        if not _MEMBER.fullmatch(member.filename) or member.filename in seen:
            raise Unreadable(f"The backup holds {member.filename[:100]!r}, which belongs into none, or holds it twice.")
        if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable(f"The backup holds {member.filename} in a form that is not ours.")
        seen.add(member.filename)
        total += member.file_size
    if total > _SMALL + size * _RATIO:
        raise Unreadable(f"The backup would grow from {size:,} to {total:,} bytes: it is not one of ours.")


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    if _MANIFEST not in archive.namelist():
        raise Unreadable("This is no backup of an exchange: it has no manifest.")
    with archive.open(_MANIFEST) as member:
        text = member.read(_LONGEST_MANIFEST + 1)
    try:
        said = orjson.loads(text)
        if isinstance(said, dict) and said.get("format") != FORMAT:
            raise Unreadable(
                f"The backup has format {str(said.get('format'))[:20]!r}, this version of the exchange reads {FORMAT}: "
                f"it was made by version {str(said.get('product'))[:40]!r}, use that one."
            )
        return Manifest.model_validate(said)
    except (orjson.JSONDecodeError, ValidationError) as error:
        raise Unreadable(f"The backup's manifest cannot be read ({str(error).partition(chr(10))[0][:200]}).") from None


def _require_whole(archive: zipfile.ZipFile, reader: Reader) -> None:
    """That nothing is missing, and that every hash is right."""
    tables = {entry.member: entry for entry in reader.manifest.tables}
    names = set(archive.namelist())
    if len(tables) != len(reader.manifest.tables) or tables.keys() != {n for n in names if n.startswith("tables/")}:
        raise Unreadable("The backup does not hold the tables that its manifest names: take another one.")
    if len(reader.files) != reader.manifest.files:
        raise Unreadable(f"The backup says {reader.manifest.files} files and holds {len(reader.files)}.")
    for name in names - {_MANIFEST}:
        digest, size = sha256(), 0
        with archive.open(name) as member:
            while portion := member.read(_PORTION):
                digest.update(portion)
                size += len(portion)
        expected = tables[name].sha256 if name in tables else name.removeprefix("files/")
        if digest.hexdigest() != expected or (name in tables and size != tables[name].size):
            raise Unreadable(
                f"{name} in the backup is not what was written: it was changed or damaged; take another one."
            )


def _line(row: Sequence[Any], places: Sequence[int]) -> bytes:
    values = list(row)
    for i in places:
        if values[i] is not None:
            values[i] = b64encode(values[i]).decode()
    return orjson.dumps(values, option=orjson.OPT_APPEND_NEWLINE)


def _row(line: bytes, places: Sequence[int], entry: TableEntry) -> tuple[Any, ...]:
    try:
        row = orjson.loads(line)
        if not isinstance(row, list) or len(row) != len(entry.columns):
            raise ValueError("no row of that table")
        for i in places:
            if row[i] is not None:
                row[i] = b64decode(row[i], validate=True)
    except (ValueError, TypeError) as error:
        raise Unreadable(f"The backup's table {entry.name} holds a line that is no row ({str(error)[:100]}).") from None
    return tuple(row)


def _portions(lines: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    held: list[bytes] = []
    size = 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= _PORTION:
            yield b"".join(held), len(held)
            held, size = [], 0
    if held:
        yield b"".join(held), len(held)
