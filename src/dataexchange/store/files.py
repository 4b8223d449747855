"""Bytes under their SHA-256: `<home>/files/ab/abcdef…`, written once and never changed.

A file is written beside its place, flushed to the disk and then renamed, so that a name always has all of its bytes; what a
killed process left half-written, `sweep` takes away. One that is kept again is touched, so that `drop` leaves it alone.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO
from uuid import uuid4

from dataexchange.errors import NotFound, Unreachable

_PORTION = 1 << 20
_HASH = re.compile(r"[0-9a-f]{64}")
_DAY = 86_400.0


class Incoming:
    """A file on its way in: written portion by portion, hashed on the way, kept under its hash at the end or not at all."""

    def __init__(self, part: IO[bytes], home: Path) -> None:
        self._part = part
        self._home = home
        self._digest = sha256()
        self.size = 0

    def write(self, portion: bytes | memoryview) -> None:
        self._digest.update(portion)
        self._part.write(portion)
        self.size += len(portion)

    def keep(self) -> str:
        """Its SHA-256. The bytes are on the disk when this returns."""
        self._part.flush()
        os.fsync(self._part.fileno())
        return _put(Path(self._part.name), self._digest.hexdigest(), self._home)


@contextmanager
def incoming(home: Path) -> Iterator[Incoming]:
    """`with incoming(home) as file: file.write(b"a"); digest = file.keep()`. What is not kept leaves nothing behind."""
    folder = home / "files"
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix="part-", delete=False) as part:
        try:
            yield Incoming(part, home)
        finally:
            Path(part.name).unlink(missing_ok=True)


def keep(source: Path | IO[bytes], home: Path) -> str:
    """Copy a file or stream in; its SHA-256."""
    with incoming(home) as file:
        for portion in _portions(source):
            file.write(portion)
        return file.keep()


def _put(part: Path, name: str, home: Path) -> str:
    place = path_of(name, home)
    try:
        os.utime(place)
    except FileNotFoundError:
        if not place.parent.exists():
            place.parent.mkdir(exist_ok=True)
            flush_folder(place.parent.parent)
        part.replace(place)
        flush_folder(place.parent)
    return name


def path_of(digest: str, home: Path) -> Path:
    """Where the bytes of that hash are or would be. Nothing but a hash makes a path."""
    if not _HASH.fullmatch(digest):
        raise NotFound(f"{digest[:80]!r} is not a SHA-256 in hexadecimal digits.")
    return home / "files" / digest[:2] / digest


def open_file(digest: str, home: Path) -> IO[bytes]:
    try:
        return path_of(digest, home).open("rb")
    except FileNotFoundError:
        raise NotFound(f"No file {digest} is kept here.") from None


def kept(home: Path) -> Iterator[str]:
    """The hashes of all files that are kept."""
    for path in (home / "files").glob("[0-9a-f][0-9a-f]/*"):
        if _HASH.fullmatch(path.name):
            yield path.name


def require_room(home: Path) -> None:
    """Raises Unreachable where nothing could be kept: a full disk, a folder that is gone or closed to us."""
    folder = home / "files"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix="part-") as probe:
            probe.write(b"room?")
            probe.flush()
    except OSError as error:
        raise Unreachable(f"Files cannot be kept ({error.strerror}): see to the folder of received files.") from error


def sweep(home: Path, *, older_than: float = _DAY) -> int:
    """Remove half-written files that nobody has touched for that many seconds; how many there were."""
    limit = time.time() - older_than
    stale = [part for part in (home / "files").glob("part-*") if _touched(part) < limit]
    for part in stale:
        part.unlink(missing_ok=True)
    return len(stale)


def drop(home: Path, digests: Collection[str], *, older_than: float = _DAY) -> int:
    """Remove kept files that nobody has kept again for that many seconds; how many there were."""
    limit = time.time() - older_than
    return sum(_dropped(path_of(digest, home), limit) for digest in digests)


def _dropped(place: Path, limit: float) -> bool:
    """Taken aside first: who keeps it from then on puts it anew, and who kept it before has touched it."""
    if _touched(place) >= limit:
        return False
    aside = place.parent.parent / f"part-{uuid4().hex}"
    with suppress(FileNotFoundError):
        place.rename(aside)
        if _touched(aside) < limit:
            aside.unlink()
            return True
        aside.replace(place)
    return False


def _touched(path: Path) -> float:
    with suppress(FileNotFoundError):
        return path.stat().st_mtime
    return time.time()


def _portions(source: Path | IO[bytes]) -> Iterator[bytes]:
    if isinstance(source, Path):
        with source.open("rb") as stream:
            yield from _portions(stream)
    else:
        while portion := source.read(_PORTION):
            yield portion


def flush_folder(folder: Path) -> None:
    """A rename lasts once its folder is on the disk; Windows has no such call and needs none."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
