"""A workbook before its cells are read: is it what it says, and what will it become when unpacked?

XLSX and ODS are zips of XML parts, so a file of a megabyte may hold a gigabyte, or one cell in the last corner of a sheet that makes
a reader allocate the whole of it. Every part is therefore inflated once and counted; nothing the zip directory claims
is believed. Entities and document types, which no spreadsheet program writes, are refused.
"""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from xml.parsers import expat

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.reading import FINDINGS_NAME
from dataexchange.model.sentence import say
from dataexchange.model.table import Limits

_CHUNK = 1 << 18
_DIRECTORY = 4 << 20
_SMALL = 10_000_000  #: a part below this may be packed as well as it likes
WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"

Attributes = dict[str, str]


@contextmanager
def open_package(path: Path, name: str, kind: str = "XLSX") -> Iterator[zipfile.ZipFile]:
    """The zip, with what breaks in it turned into a sentence."""
    what = say("{kind} file", kind=kind)
    again = say("save the workbook again") if kind != "zip" else say("make the zip file again")
    try:
        if _directory(path) > _DIRECTORY:
            raise TooLarge(say("{file}: the {what} has far too many parts; {again}", file=name, what=what, again=again))
        with zipfile.ZipFile(path) as package:
            yield package
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError, NotImplementedError) as error:
        raise Unreadable(
            say(
                "{file}: the {what} is damaged ({reason}); {again}",
                file=name,
                what=what,
                reason=str(error),
                again=again,
            )
        ) from None
    except expat.ExpatError as error:
        raise Unreadable(
            say(
                "{file}: the {what} holds broken XML ({reason}); save the workbook again",
                file=name,
                what=what,
                reason=str(error),
            )
        ) from None


def _directory(path: Path) -> int:
    """Bytes of the list of parts, all of which is in memory once a zip is open."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - (1 << 16) - 100))
        tail = stream.read()
    end = tail.rfind(b"PK\x05\x06")
    size = int.from_bytes(tail[end + 12 : end + 16], "little") if end >= 0 else 0
    large = tail[max(end - 76, 0) : max(end - 20, 0)]  # its place in zip64
    return int.from_bytes(large[40:48], "little") if large.startswith(b"PK\x06\x06") else size


def kind_of(path: Path, name: str) -> str:
    """XLSX, ODS, or "" for a zip of something else."""
    with open_package(path, name, "zip" if name.lower().endswith(".zip") else "XLSX") as package:
        names = {entry.lower() for entry in package.namelist()}
        if WORKBOOK in names:
            return "XLSX"
        if {"mimetype", "content.xml"} <= names and package.getinfo("mimetype").file_size < 200:
            kind = package.read("mimetype")
            return "ODS" if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet") else ""
        return ""


def is_archive(path: Path, name: str) -> bool:
    """Whether a file is a zip of other files."""
    with path.open("rb") as stream:
        return stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06") and not kind_of(path, name)


def check_package(package: zipfile.ZipFile, name: str, limits: Limits, kind: str = "XLSX") -> None:
    """Inflate everything once without keeping it."""
    entries = package.infolist()
    names = [entry.filename.lower() for entry in entries]
    if len(entries) > limits.xlsx_parts:
        raise TooLarge(
            say(
                "{file}: the {kind} file has {count} parts, over the limit of {limit}",
                file=name,
                kind=kind,
                count=len(entries),
                limit=limits.xlsx_parts,
            )
        )
    if len(set(names)) != len(names):
        raise Unreadable(
            say("{file}: the {kind} file has two parts of the same name; save the workbook again", file=name, kind=kind)
        )
    total = 0
    for entry in entries:
        if entry.flag_bits & 1:
            raise Unreadable(say("{file}: the workbook is protected by a password; save it without one", file=name))
        size = 0
        for chunk in inflated(package, entry.filename):
            size += len(chunk)
            total += len(chunk)
            if total > limits.xlsx_inflated:
                raise TooLarge(
                    say(
                        "{file}: the {kind} file unpacks to more than {limit} bytes; send the table as CSV, or fewer sheets and rows",
                        file=name,
                        kind=kind,
                        limit=limits.xlsx_inflated,
                    )
                )
            if size > _SMALL and size > limits.xlsx_ratio * max(entry.compress_size, 1):
                raise TooLarge(
                    say(
                        "{file}: part {part} unpacks to more than {limit} times its size, as a zip bomb does; "
                        "save the workbook again or send CSV",
                        file=name,
                        part=repr(entry.filename),
                        limit=limits.xlsx_ratio,
                    )
                )


def sheet_part(package: zipfile.ZipFile, sheet: str, name: str) -> str:
    """The part that holds a sheet, found as calamine finds it; ambiguous workbooks are refused."""
    relation: list[str] = []
    targets: dict[str, list[str]] = {}

    def in_workbook(tag: str, attributes: Attributes) -> None:
        if tag == "sheet" and attributes.get("name") == sheet:
            relation.append(next((value for key, value in attributes.items() if local(key) == "id"), ""))

    def in_relations(tag: str, attributes: Attributes) -> None:
        if tag == "Relationship":
            targets.setdefault(attributes.get("Id", ""), []).append(attributes.get("Target", ""))

    parse_part(package, WORKBOOK, name, in_workbook)
    parse_part(package, _RELATIONS, name, in_relations)
    found = targets.get(relation[0], []) if len(relation) == 1 else []
    if len(found) != 1:
        raise Unreadable(
            say(
                "{file}: the workbook does not say clearly where sheet {called} is; save it again",
                file=name,
                called=repr(sheet),
            )
        )
    target = found[0].replace("\\", "/")
    part = target[1:] if target.startswith("/") else target if target.startswith("xl/") else f"xl/{target}"
    names = {entry.lower(): entry for entry in package.namelist()}
    if part.lower() not in names or posixpath.normpath(part) != part:
        raise Unreadable(
            say(
                "{file}: the part {part} of sheet {called} is missing; save the workbook again",
                file=name,
                part=repr(part),
                called=repr(sheet),
            )
        )
    return names[part.lower()]


def findings_sheets(package: zipfile.ZipFile, name: str) -> frozenset[str]:
    """Sheets that we put in when we sent the workbook back: a name of the workbook stands for each."""
    sheets: list[str] = []
    ours: set[int] = set()

    def start(tag: str, attributes: Attributes) -> None:
        if tag == "sheet":
            sheets.append(attributes.get("name", ""))
        elif tag == "definedName" and attributes.get("name") == FINDINGS_NAME:
            ours.add(int(number) if (number := attributes.get("localSheetId", "")).isdecimal() else -1)

    parse_part(package, WORKBOOK, name, start)
    return frozenset(sheet for number, sheet in enumerate(sheets) if number in ours)


def parse_part(
    package: zipfile.ZipFile,
    part: str,
    name: str,
    start: Callable[[str, Attributes], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Stream one part through expat. Tags come without their prefix."""
    if part not in package.namelist():
        raise Unreadable(
            say("{file}: the XLSX file has no part {part}; save the workbook again", file=name, part=repr(part))
        )
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise Unreadable(
            say(
                "{file}: part {part} declares a document type, which no workbook does; save it again",
                file=name,
                part=repr(part),
            )
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(local(tag), attributes)
    if end is not None:
        finish = end
        parser.EndElementHandler = lambda tag: finish(local(tag))
    if text is not None:
        parser.CharacterDataHandler = text
    for chunk in inflated(package, part):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


@lru_cache(maxsize=256)
def local(tag: str) -> str:
    """A name without its prefix."""
    return tag.rpartition(":")[2]


def inflated(package: zipfile.ZipFile, part: str, size: int = _CHUNK) -> Iterator[bytes]:
    """The bytes of a part, piece by piece."""
    with package.open(part) as stream:
        while chunk := stream.read(size):
            yield chunk
