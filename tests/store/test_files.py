from __future__ import annotations

import io
import os
from hashlib import sha256
from pathlib import Path

import pytest

from dataexchange.errors import NotFound
from dataexchange.store import files


def test_bytes_are_kept_once_under_their_hash(tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    source = tmp_path / "table.csv"
    source.write_bytes(content)
    digest = files.keep(source, tmp_path / "home")
    assert digest == sha256(content).hexdigest()
    assert files.keep(io.BytesIO(content), tmp_path / "home") == digest
    place = files.path_of(digest, tmp_path / "home")
    assert place == tmp_path / "home" / "files" / digest[:2] / digest
    with files.open_file(digest, tmp_path / "home") as kept:
        assert kept.read() == content
    assert [p for p in (tmp_path / "home").rglob("*") if p.is_file()] == [place]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "/", "0" * 64 + "\n"])
def test_only_a_hash_makes_a_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotFound, match="SHA-256"):
        files.path_of(name, tmp_path)


def test_what_was_never_kept_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="No file"):
        files.open_file("0" * 64, tmp_path)


def test_a_stream_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    class Broken(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        files.keep(Broken(), tmp_path)  # type: ignore[arg-type]
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_only_stale_parts_are_swept(tmp_path: Path) -> None:
    digest = files.keep(io.BytesIO(b"x"), tmp_path)
    old, new = tmp_path / "files" / "part-old", tmp_path / "files" / "part-new"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    assert files.sweep(tmp_path) == 1
    assert (old.exists(), new.exists(), files.path_of(digest, tmp_path).exists()) == (False, True, True)
    assert files.sweep(tmp_path / "empty") == 0
