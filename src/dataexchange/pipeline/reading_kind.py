"""What a file is, by its first bytes and never by its name: a table of a kind that is read, a zip of them, or something else.

    safety.xlsx that is a saved web page   ->  "this is a web page (HTML), no table; open it in a spreadsheet program …"

What a mapping says under `read` is for some kinds only; said of another it is refused, so that nobody relies on it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum
from pathlib import Path

from dataexchange.errors import InvalidRequest, NoTable, Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import Sentence, Value, either, say
from dataexchange.pipeline.reading_package import kind_of, open_package

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_PARQUET = b"PAR1"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SPREADSHEETS = (".xlsx", ".xlsm", ".ods")
#: Around the first mark of a text: byte-order marks, spaces, and the zero bytes of UTF-16.
_AROUND = b"\xef\xbb\xbf\xff\xfe \t\r\n"


class Kind(StrEnum):
    CSV = "CSV"
    XLSX = "XLSX"
    ODS = "ODS"
    PARQUET = "Parquet"
    ZIP = "zip"


_SHEETS = frozenset((Kind.XLSX, Kind.ODS))
_ROWS = _SHEETS | {Kind.CSV}
#: Word under `read` -> the kinds of which it says something.
_USED_BY: Mapping[str, Collection[Kind]] = {
    "file": (Kind.ZIP,),
    "sheet": _SHEETS,
    "hidden": _SHEETS,
    "header_row": _ROWS,
    "header_rows": _ROWS,
    "last_row": _ROWS | {Kind.PARQUET},
    "encoding": (Kind.CSV,),
    "delimiter": (Kind.CSV,),
    "quote": (Kind.CSV,),
}

_FROM_WHICH = say("send the table from which it was made, as CSV or .xlsx")
_WORD, _SLIDES = say("a text document"), say("a presentation")
#: How other files begin, what they are, and what to do.
_OTHERS: tuple[tuple[re.Pattern[bytes], Sentence, Sentence], ...] = (
    (
        re.compile(rb"(?i)<(!doctype html|html|head|body|table|meta)\b"),
        say("a web page (HTML)"),
        say("open it in a spreadsheet program and save the table as .xlsx or CSV"),
    ),
    (
        re.compile(rb"<(\?xml|[A-Za-z]+:[A-Za-z]+[\s>])"),
        say("XML"),
        say("send the table as CSV or .xlsx; an SDMX-ML message is sent without a mapping"),
    ),
    (
        re.compile(rb"\{\s*[\"'}]|\[\s*[\[{]"),
        say("JSON"),
        say("send the table as CSV or .xlsx; an SDMX-JSON message is sent without a mapping"),
    ),
    (re.compile(rb"%PDF-"), say("a PDF"), _FROM_WHICH),
    (re.compile(rb"\{\\rtf"), _WORD, _FROM_WHICH),
    (re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8"), say("a picture"), _FROM_WHICH),
)
#: A part of a package -> what the package is.
_PACKAGES: Mapping[str, Sentence] = {"word/document.xml": _WORD, "ppt/presentation.xml": _SLIDES}
_OPEN_DOCUMENTS: Mapping[bytes, Sentence] = {
    b"application/vnd.oasis.opendocument.text": _WORD,
    b"application/vnd.oasis.opendocument.presentation": _SLIDES,
}


def file_kind(path: Path, name: str) -> Kind:
    """Raises NoTable for what is no table of any kind, Unreadable for a workbook that cannot be one."""
    head = _head(path, name)
    if head.startswith(_ZIP):
        if kind := kind_of(path, name):
            return Kind(kind)
        _refuse_document(path, name)
        if name.lower().endswith(_SPREADSHEETS):
            raise no_workbook(name)
        return Kind.ZIP
    if head.startswith(_OLE):
        raise _ole_fault(path, name)
    if head.startswith(_PARQUET):
        return Kind.PARQUET
    text = head.lstrip(_AROUND).replace(b"\0", b"")
    for begins, what, remedy in _OTHERS:
        if begins.match(text) or begins.match(head):
            raise _no_table(name, what, remedy)
    if name.lower().endswith(_SPREADSHEETS):
        kind = Kind.ODS if name.lower().endswith(".ods") else Kind.XLSX
        raise Unreadable(
            say(
                "{file}: the name says {kind} but the file is none; save the workbook again as .{ending}",
                file=name,
                kind=kind,
                ending=kind.lower(),
            )
        )
    return Kind.CSV


def require_used(reading: Reading, kinds: Collection[Kind], name: str) -> None:
    """Everything that the mapping says under `read` says something of one of these kinds."""
    for word, used_by in _USED_BY.items():
        value = getattr(reading, word)
        if word not in reading.model_fields_set or value is None or not set(kinds).isdisjoint(used_by):
            continue
        what: dict[str, Value] = {"file": name, "kind": either(sorted(set(kinds) - {Kind.ZIP}))}
        if word == "sheet":
            text = say(
                "{file} is read as {kind}, which has no sheets; leave read.sheet out, or send the workbook as .xlsx",
                **what,
            )
        else:
            text = say(
                "{file} is read as {kind}, for which this says nothing; leave read.{word} out", word=word, **what
            )
        raise InvalidRequest(text, parameter=f"read.{word}", value=str(value))


def no_workbook(name: str) -> Unreadable:
    return Unreadable(
        say("{file}: this is a zip file but no XLSX workbook; send the workbook itself, saved as .xlsx", file=name)
    )


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(1024)
    except OSError as error:
        raise Unreadable(
            say(
                "{file}: the file cannot be opened ({reason}); check that it is there",
                file=name,
                reason=str(error.strerror),
            )
        ) from None
    if not head:
        raise NoTable(say("{file}: the file is empty (0 bytes); send the table itself", file=name))
    return head


def _no_table(name: str, what: Sentence, remedy: Sentence) -> NoTable:
    return NoTable(say("{file}: this is {what}, no table; {remedy}", file=name, what=what, remedy=remedy))


def _refuse_document(path: Path, name: str) -> None:
    """A document that is a zip of its parts, as Word and Writer save it."""
    with open_package(path, name, "zip file") as package:
        parts = set(package.namelist())
        what = next((what for part, what in _PACKAGES.items() if part in parts), None)
        if "mimetype" in parts and package.getinfo("mimetype").file_size < 200:
            what = what or _OPEN_DOCUMENTS.get(package.read("mimetype").strip())
    if what:
        raise _no_table(name, what, _FROM_WHICH)


def _ole_fault(path: Path, name: str) -> Unreadable:
    """Old .xls and .doc files and encrypted .xlsx files share one container; its directory names what is in it."""
    with path.open("rb") as stream:
        start = stream.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in start:
        return Unreadable(
            say("{file}: the workbook is protected by a password; save it without one as .xlsx", file=name)
        )
    if "WordDocument".encode("utf-16-le") in start:
        return _no_table(name, _WORD, _FROM_WHICH)
    return Unreadable(say("{file}: this is a workbook of the old Excel format (.xls); save it as .xlsx", file=name))
