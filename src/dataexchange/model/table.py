"""A city's table as it stands in its file: text cells, each with the row and column a spreadsheet shows.

Reading makes it, mapping turns it into a Dataset. Every cell is text ("" where empty), so that codes such as "007" and
periods such as "2018-19" come through untouched; where the file itself held a number (XLSX), `numbers` marks the cell,
because its text then has a decimal point whatever the city's own habit is.

    SourceTable(columns=<Year, Ward, Value>, rows=[2, 3, 4], file="safety.csv",
                description="read as CSV, ',' separated, utf-8, header in row 1, 3 rows")
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dataexchange.model.finding import Finding
from dataexchange.model.sentence import Sentence, chained, say, together

#: What spreadsheets show where a formula failed.
FORMULA_ERRORS = frozenset(
    (
        "#REF!",
        "#DIV/0!",
        "#N/A",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#VALUE!",
        "#GETTING_DATA",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
    )
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be before it is refused. Nothing is read past a limit."""

    csv_bytes: int = 1_000_000_000
    line_bytes: int = 1_048_576
    xlsx_bytes: int = 200_000_000
    #: All parts of an XLSX file after inflating.
    xlsx_inflated: int = 500_000_000
    #: Largest inflated size over packed size, of a part that is not small.
    xlsx_ratio: int = 200
    xlsx_parts: int = 2_000
    #: The used area of a sheet.
    xlsx_cells: int = 5_000_000
    parquet_bytes: int = 1_000_000_000
    #: Text of all cells of a Parquet file, once it is laid out.
    parquet_text: int = 500_000_000
    parquet_cells: int = 100_000_000
    #: Files in a zip, and bytes of all of them.
    zip_files: int = 200
    zip_inflated: int = 2_000_000_000
    columns: int = 2_000
    #: Characters in one cell; spreadsheets themselves stop at 32,767.
    cell: int = 32_767


@dataclass(frozen=True, slots=True)
class SourceTable:
    """`columns`: string columns under their headers; `rows`: the spreadsheet row of each, from 1."""

    columns: pa.Table
    rows: npt.NDArray[np.int32]
    file: str
    sheet: str | None = None
    #: One line that says how the file was read, and what was found out on the way.
    description: Sentence | str = ""
    findings: tuple[Finding, ...] = ()
    #: XLSX: column -> which of its cells are numbers of the file itself. Columns without any are absent.
    numbers: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    #: Column -> its letter in a spreadsheet, so that a finding can name the cell: C12.
    letters: Mapping[str, str] = field(default_factory=dict)
    #: Column -> what stands in each of its header rows, top first, merged cells filled; empty where the header is one row.
    heads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: The row of the names, the last of several; 0 where it is not known.
    header_row: int = 0
    #: Texts of the rows above the names, a title and notes mostly; only the first few.
    above: tuple[str, ...] = ()
    #: Cells, by row and column, that are empty because they are merged with another one: the one of them that is told of.
    covered: Mapping[tuple[int, str], tuple[int, str]] = field(default_factory=dict)


def column_letter(index: int) -> str:
    """0 -> A, 25 -> Z, 26 -> AA: how spreadsheets name a column that has no header."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def header_text(text: str) -> str:
    """A header as it is compared: without line breaks, double spaces and spaces around it."""
    return " ".join(text.split())


def described(tables: Sequence[SourceTable]) -> Sentence:
    """How a file was read; of several files a sentence each, with its name; of several sheets a clause each."""
    told = tuple(dict.fromkeys((table.file, table.description) for table in tables))
    if len({file for file, _ in told}) == 1:
        return together(chained([description for _, description in told]))
    return together(*(say("In {file}: {reading}.", file=file, reading=reading) for file, reading in told))
