"""Reading: a city's file as tables of text.

The first bytes say what a file is, not its name: a zip is a workbook (XLSX, ODS) or holds several files, Parquet begins with its
mark, everything else is CSV. What stops the reading is an error with place and remedy; what is wrong with single rows or headers
is a finding, and the rest is read.

>>> read_table(Path("safety.csv"), Reading()).description        # doctest: +SKIP
"read as CSV, ',' separated, utf-8, header in row 1, 3 rows"
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from dataexchange.errors import InvalidRequest, TooLarge, Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import say
from dataexchange.model.table import Limits, SourceTable
from dataexchange.pipeline.reading_archive import unpacked
from dataexchange.pipeline.reading_csv import read_csv
from dataexchange.pipeline.reading_package import kind_of
from dataexchange.pipeline.reading_parquet import read_parquet
from dataexchange.pipeline.reading_workbook import read_workbook

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_PARQUET = b"PAR1"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SPREADSHEETS = (".xlsx", ".xlsm", ".ods")
_LIMITS = Limits()


def read_table(path: Path, reading: Reading, *, name: str | None = None, limits: Limits = _LIMITS) -> SourceTable:
    """The table in a file, or the first of several."""
    return read_tables(path, reading, name=name, limits=limits)[0]


def read_tables(
    path: Path, reading: Reading, *, name: str | None = None, limits: Limits = _LIMITS
) -> tuple[SourceTable, ...]:
    """The tables in a file: one for each sheet that is meant, and for each file in a zip. `name` is what the sender calls the
    file, where it is kept under another one."""
    name = name or path.name
    head = _head(path, name)
    if not head.startswith((_ZIP, _EMPTY_ZIP)) or kind_of(path, name) or name.lower().endswith(_SPREADSHEETS):
        return _of_file(path, reading, name, limits)
    _check_size(name, path.stat().st_size, limits.csv_bytes)
    with unpacked(path, reading, name, limits) as archive:
        inner = reading.model_copy(update={"file": None})
        tables = [t for m in archive.members for t in _of_file(m.path, inner, m.name, limits)]
    first = replace(tables[0], findings=(*archive.findings, *tables[0].findings))
    return (first, *tables[1:])


def _of_file(path: Path, reading: Reading, name: str, limits: Limits) -> tuple[SourceTable, ...]:
    head, size = _head(path, name), path.stat().st_size
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        _check_size(name, size, limits.xlsx_bytes)
        if not (kind := kind_of(path, name)):
            raise Unreadable(
                say(
                    "{file}: this is a zip file but no XLSX workbook; send the workbook itself, saved as .xlsx",
                    file=name,
                )
            )
        return read_workbook(path, reading, name, limits, kind)
    if head == _OLE:
        raise Unreadable(_ole_sentence(path, name))
    if name.lower().endswith(_SPREADSHEETS):
        ending = name.rpartition(".")[2].lower()
        kind = "ODS" if ending == "ods" else "XLSX"
        raise Unreadable(
            say(
                "{file}: the name says {kind} but the file is none; save the workbook again as .{ending}",
                file=name,
                kind=kind,
                ending=kind.lower(),
            )
        )
    if reading.sheet is not None:
        raise InvalidRequest(
            say(
                "{file} is read as {kind}, which has no sheets; leave read.sheet out, or send the workbook as .xlsx",
                file=name,
                kind="Parquet" if head.startswith(_PARQUET) else "CSV",
            ),
            parameter="read.sheet",
            value=str(reading.sheet),
        )
    if head.startswith(_PARQUET):
        _check_size(name, size, limits.parquet_bytes)
        return (read_parquet(path, reading, name, limits),)
    _check_size(name, size, limits.csv_bytes)
    return (read_csv(path, reading, name, limits),)


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise Unreadable(
            say(
                "{file}: the file cannot be opened ({reason}); check that it is there",
                file=name,
                reason=str(error.strerror),
            )
        ) from None
    if not head:
        raise Unreadable(say("{file}: the file is empty (0 bytes); send the table itself", file=name))
    return head


def _check_size(name: str, size: int, limit: int) -> None:
    if size > limit:
        raise TooLarge(
            say(
                "{file}: {size} bytes are over the limit of {limit}; send the table in parts",
                file=name,
                size=size,
                limit=limit,
            )
        )


def _ole_sentence(path: Path, name: str) -> str:
    """Old .xls files and encrypted .xlsx files share one container; its directory names what is in it."""
    with path.open("rb") as stream:
        start = stream.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in start:
        return f"{name}: the workbook is protected by a password; save it without one as .xlsx"
    return f"{name}: this is a workbook of the old Excel format (.xls); save it as .xlsx"
