"""Lists of areas and of their other codes, read from CSV as offices keep them: any of ',' ';' and tabs between cells, UTF-8.

A header that is not as expected is a fault of row 1; so are cells beyond the header of the row they stand in.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from dataexchange.errors import TooLarge, Unreadable
from dataexchange.model.area_rows import COLUMNS, OPTIONAL, AreaFault, AreaRow
from dataexchange.model.nearest import nearest
from dataexchange.model.other_codes import CODE_COLUMNS, OtherCode

#: A list of every municipality of a large country has some 10,000 rows and 1 MB.
MOST_BYTES = 20_000_000
MOST_ROWS = 200_000

_BETWEEN = ",;\t"


def read_areas(path: Path) -> tuple[list[AreaRow], list[AreaFault]]:
    """The rows, and what keeps the file from being read as rows of areas."""
    faults: list[AreaFault] = []
    rows = [AreaRow(row=line, **cells) for line, cells in _rows(path, COLUMNS, ("area",), OPTIONAL, faults)]
    return rows, faults


def read_codes(path: Path) -> tuple[list[OtherCode], list[AreaFault]]:
    """Other codes of areas."""
    faults: list[AreaFault] = []
    rows = [OtherCode(row=line, **cells) for line, cells in _rows(path, CODE_COLUMNS, CODE_COLUMNS, (), faults)]
    return rows, faults


def _rows(
    path: Path, known: Sequence[str], needed: Sequence[str], more: Sequence[str], faults: list[AreaFault]
) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by column) of each row that says anything."""
    text = _text(path)
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_BETWEEN, key=head.count))
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        faults += _header_faults(header, known, needed, more)
        if faults:
            return
        for number, cells in enumerate(reader, start=2):
            if number > MOST_ROWS:
                raise TooLarge(f"{path.name} has more than {MOST_ROWS:,} rows: send the areas in several files.")
            if not any(cell.strip() for cell in cells):
                continue
            if any(cell.strip() for cell in cells[len(header) :]):
                beyond = f"there are {len(cells)} cells and {len(header)} columns: put texts with a comma in quotes"
                faults.append(AreaFault(reader.line_num, header[-1], beyond))
            else:
                # A short row leaves the cells at its end empty.
                yield reader.line_num, {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
    except csv.Error as error:
        raise Unreadable(
            f"{path.name} is no CSV: {error} in line {reader.line_num}. Save it as CSV.", row=reader.line_num
        ) from None


def _text(path: Path) -> str:
    if path.stat().st_size > MOST_BYTES:
        raise TooLarge(f"{path.name} is larger than {MOST_BYTES:,} bytes: send the areas in several files.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{path.name} is not in UTF-8: save it as 'CSV UTF-8'.") from None
    if "\0" in text:
        raise Unreadable(f"{path.name} is no text: save it as 'CSV UTF-8'.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _header_faults(
    header: Sequence[str], usual: Sequence[str], needed: Sequence[str], more: Sequence[str]
) -> Iterator[AreaFault]:
    known = (*usual, *more)
    for name in (name for name in needed if name not in header):
        yield AreaFault(1, name, f"the column is missing: write {','.join(usual)} in the first row")
    for n, name in enumerate(header, start=1):
        if name not in known:
            like = nearest(name, known, 0.6)
            meant = f"call it {like}" if like else f"leave it out, or call it one of {', '.join(known)}"
            yield AreaFault(1, name or f"column {n}", f"no such column: {meant}")
        elif name in header[: n - 1]:
            yield AreaFault(1, name, "the column is there twice: take one out")
