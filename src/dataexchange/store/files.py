"""Bytes under their SHA-256: `<home>/files/ab/abcdef…`, written once and never changed.

A file is written beside its place, flushed to the disk and then renamed, so that a name always has all of its bytes; what a
killed process left half-written, `sweep` takes away.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from dataexchange.errors import NotFound

_PORTION = 1 << 20
_HASH = re.compile(r"[0-9a-f]{64}")
_DAY = 86_400.0


def keep(source: Path | IO[bytes], home: Path) -> str:
    """Copy a file or stream in; its SHA-256."""
    folder = home / "files"
    folder.mkdir(parents=True, exist_ok=True)
    digest = sha256()
    with NamedTemporaryFile(dir=folder, prefix="part-", delete=False) as part:
        try:
            for portion in _portions(source):
                digest.update(portion)
                part.write(portion)
            part.flush()
            os.fsync(part.fileno())
            return _put(Path(part.name), digest.hexdigest(), home)
        finally:
            Path(part.name).unlink(missing_ok=True)


def _put(part: Path, name: str, home: Path) -> str:
    place = path_of(name, home)
    if not place.exists():
        place.parent.mkdir(exist_ok=True)
        part.replace(place)
        _flush_folder(place.parent)
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


def sweep(home: Path, *, older_than: float = _DAY) -> int:
    """Remove half-written files that nobody has touched for that many seconds; how many there were."""
    limit = time.time() - older_than
    stale = [part for part in (home / "files").glob("part-*") if _touched(part) < limit]
    for part in stale:
        part.unlink(missing_ok=True)
    return len(stale)


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


def _flush_folder(folder: Path) -> None:
    """A rename lasts once its folder is on the disk; Windows has no such call and needs none."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
