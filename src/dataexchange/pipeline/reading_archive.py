"""A zip of files as a city sends it: unpacked into a folder that is gone afterwards, within limits, one level deep.

Nothing that the zip says of itself is believed: names become plain names of ours, bytes are counted as they come out. A file
that is no table by its name (a PDF beside the figures) is left out and named.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.finding import Finding, Place
from dataexchange.model.reading import Reading
from dataexchange.model.rules import finding
from dataexchange.model.sentence import say, says
from dataexchange.model.table import Limits
from dataexchange.pipeline.reading_package import inflated, open_package

_TABLES = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xlsm", ".ods", ".xls", ".parquet", ".xml", ".json")
#: What programs put into a zip without being asked.
_UNASKED = re.compile(r"(.*/)?(__MACOSX/.*|\.DS_Store|Thumbs\.db|desktop\.ini|\._[^/]*)")
#: Texts that people put beside their tables.
_PROSE = re.compile(r"(.*/)?(read[ _-]?me|licen[cs]e|lis(ez)?[ _-]?moi|l[eé]eme)[^/]*\.txt", re.IGNORECASE)
_UNWANTED = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SMALL = 10_000_000
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Member:
    """`name` is what people call it: "tables.zip/2019/wards.csv"."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class Archive:
    members: tuple[Member, ...]
    findings: tuple[Finding, ...] = ()


@contextmanager
def unpacked(path: Path, reading: Reading, name: str, limits: Limits) -> Iterator[Archive]:
    """The files of a zip that are meant, in the order of their names."""
    with open_package(path, name, "zip") as package, tempfile.TemporaryDirectory(prefix="dataexchange-") as folder:
        entries = [e for e in package.infolist() if not e.is_dir() and not _UNASKED.fullmatch(e.filename)]
        if len(entries) > limits.zip_files:
            raise TooLarge(
                say(
                    "{file}: the zip file has {count} files, over the limit of {limit}; send it in parts",
                    file=name,
                    count=len(entries),
                    limit=limits.zip_files,
                )
            )
        chosen = sorted(_chosen(entries, reading, name), key=lambda entry: entry.filename)
        members, left = [], limits.zip_inflated
        for number, entry in enumerate(chosen):
            inner = f"{name}/{_plain(entry.filename, name)}"
            target = Path(folder) / f"{number}{Path(entry.filename).suffix[:10] if _is_table(entry) else ''}"
            left -= _unpack(package, entry, target, inner, left, limits)
            members.append(Member(target, inner))
        others = [e for e in entries if not any(e is c for c in chosen)] if reading.file is None else []
        yield Archive(tuple(members), tuple(_left_out(others, name)))


def _chosen(entries: list[zipfile.ZipInfo], reading: Reading, name: str) -> list[zipfile.ZipInfo]:
    listed = ", ".join(repr(e.filename[:100]) for e in entries[:20]) or "nothing"
    if len({e.filename for e in entries}) < len(entries):
        raise Unreadable(
            say("{file}: two files in the zip file have the same name; make the zip file again", file=name)
        )
    if reading.file is not None:
        names = pa.array([e.filename for e in entries], pa.string())
        found = pc.match_substring_regex(names, f"^(?:{reading.file})$").to_pylist()
        chosen = [e for e, is_it in zip(entries, found, strict=True) if is_it]
        if not chosen:
            raise Unreadable(
                say(
                    "{file}: no file in the zip file matches {pattern}; it holds {listed}: correct read.file",
                    file=name,
                    pattern=repr(reading.file),
                    listed=listed,
                )
            )
        return chosen
    if nested := next((e for e in entries if e.filename.lower().endswith(".zip")), None):
        raise Unreadable(
            say(
                "{file}: {part} is a zip file within the zip file; put the tables themselves into one zip file",
                file=name,
                part=repr(nested.filename[:100]),
            )
        )
    chosen = [e for e in entries if _is_table(e)]
    if not chosen:
        raise Unreadable(
            say(
                "{file}: this is a zip file but no table is in it ({listed}); send the table itself",
                file=name,
                listed=listed,
            )
        )
    return chosen


def _unpack(
    package: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path, inner: str, left: int, limits: Limits
) -> int:
    """Bytes written."""
    if entry.flag_bits & 1:
        raise Unreadable(say("{file}: the file is protected by a password; make the zip file without one", file=inner))
    size = 0
    with target.open("wb") as out:
        for chunk in inflated(package, entry.filename):
            size += len(chunk)
            if size > left:
                raise TooLarge(
                    say(
                        "{file}: the zip file unpacks to more than {limit} bytes; send its files one by one",
                        file=inner,
                        limit=limits.zip_inflated,
                    )
                )
            if size > _SMALL and size > limits.xlsx_ratio * max(entry.compress_size, 1):
                raise TooLarge(
                    say(
                        "{file}: the file unpacks to more than {limit} times its size, as a zip bomb does; send it by itself",
                        file=inner,
                        limit=limits.xlsx_ratio,
                    )
                )
            out.write(chunk)
        if size and shutil.disk_usage(target.parent).free < _SMALL:
            raise TooLarge(
                say("{file}: there is no room to unpack the zip file; send its files one by one", file=inner)
            )
    return size


def _plain(filename: str, name: str) -> str:
    """As it is called in the zip; it is never written under that name."""
    parts = filename.replace("\\", "/").split("/")
    if filename.startswith("/") or ".." in parts or ":" in parts[0]:
        raise Unreadable(
            say(
                "{file}: the file {part} would lie outside of the zip file; make the zip file again",
                file=name,
                part=repr(filename[:100]),
            )
        )
    return _UNWANTED.sub("", filename)[:300]


def _is_table(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.lower().endswith(_TABLES) and not _PROSE.fullmatch(entry.filename)


def _left_out(others: list[zipfile.ZipInfo], name: str) -> Iterator[Finding]:
    if others:
        shown = ", ".join(repr(_UNWANTED.sub("", e.filename)[:100]) for e in others[:_SHOWN])
        text = says(
            "{n} file in the zip file is no table by its name, and left out: {names}; `read.file` says which files are tables.",
            "{n} files in the zip file are no tables by their names, and left out: {names}; `read.file` says which files are tables.",
            len(others),
            names=shown + (", …" if len(others) > _SHOWN else ""),
        )
        yield finding("FILE-SHEET", text, Place(name), count=len(others))
