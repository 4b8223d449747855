"""Reading: a city's file as a table of text.

The first bytes say what a file is, not its name: a zip is XLSX, everything else CSV. What stops the reading is an error
with place and remedy; what is wrong with single rows or headers is a finding, and the rest is read.

>>> read_table(Path("safety.csv"), Reading()).description        # doctest: +SKIP
"read as CSV, ',' separated, utf-8, header in row 1, 3 rows"
"""

from __future__ import annotations

from pathlib import Path

from dataexchange.errors import InvalidRequest, TooLarge, Unreadable
from dataexchange.model.reading import Reading
from dataexchange.model.table import Limits, SourceTable
from dataexchange.pipeline.reading_csv import read_csv
from dataexchange.pipeline.reading_xlsx import read_xlsx

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_SPREADSHEETS = (".xlsx", ".xlsm")
_LIMITS = Limits()


def read_table(path: Path, reading: Reading, *, name: str | None = None, limits: Limits = _LIMITS) -> SourceTable:
    """The table in a file. `name` is what the sender calls the file, where it is kept under another one."""
    name = name or path.name
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError as error:
        raise Unreadable(f"{name}: the file cannot be opened ({error.strerror}); check that it is there") from None
    if not head:
        raise Unreadable(f"{name}: the file is empty (0 bytes); send the table itself")
    if head.startswith((_ZIP, _EMPTY_ZIP)):
        _check_size(name, size, limits.xlsx_bytes)
        return read_xlsx(path, reading, name, limits)
    if head == _OLE:
        raise Unreadable(_ole_sentence(path, name))
    if name.lower().endswith(_SPREADSHEETS):
        raise Unreadable(f"{name}: the name says XLSX but the file is none; save the workbook again as .xlsx")
    if reading.sheet is not None:
        raise InvalidRequest(
            f"{name} is read as CSV, which has no sheets; leave read.sheet out, or send the workbook as .xlsx",
            parameter="read.sheet",
            value=reading.sheet,
        )
    _check_size(name, size, limits.csv_bytes)
    return read_csv(path, reading, name, limits)


def _check_size(name: str, size: int, limit: int) -> None:
    if size > limit:
        raise TooLarge(f"{name}: {size:,} bytes are over the limit of {limit:,}; send the table in parts")


def _ole_sentence(path: Path, name: str) -> str:
    """Old .xls files and encrypted .xlsx files share one container; its directory names what is in it."""
    with path.open("rb") as stream:
        start = stream.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in start:
        return f"{name}: the workbook is protected by a password; save it without one as .xlsx"
    return f"{name}: this is a workbook of the old Excel format (.xls); save it as .xlsx"
