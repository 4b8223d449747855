"""Reading: a city's file as tables of text.

The first bytes say what a file is, not its name: a zip is a workbook (XLSX, ODS) or holds several files, Parquet begins with its
mark, everything else is CSV. What stops the reading is an error with place and remedy; what is wrong with single rows or headers
is a finding, and the rest is read.

>>> read_table(Path("safety.csv"), Reading()).description        # doctest: +SKIP
"read as CSV, ',' separated, utf-8, header in row 1, 3 rows"
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from dataexchange.errors import NoTable, TooLarge
from dataexchange.model.finding import Finding, Place
from dataexchange.model.reading import Reading
from dataexchange.model.rules import finding
from dataexchange.model.sentence import say
from dataexchange.model.table import Limits, SourceTable
from dataexchange.pipeline.reading_archive import Archive, unpacked
from dataexchange.pipeline.reading_csv import read_csv
from dataexchange.pipeline.reading_kind import Kind, file_kind, no_workbook, require_used
from dataexchange.pipeline.reading_parquet import read_parquet
from dataexchange.pipeline.reading_workbook import read_workbook

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
    kind = file_kind(path, name)
    if kind is not Kind.ZIP:
        require_used(reading, {kind}, name)
        return _of_kind(path, reading, name, limits, kind)
    _check_size(name, path.stat().st_size, limits.csv_bytes)
    with unpacked(path, reading, name, limits) as archive:
        return _of_archive(archive, reading, name, limits)


def _of_archive(archive: Archive, reading: Reading, name: str, limits: Limits) -> tuple[SourceTable, ...]:
    """Files that were not asked for and hold no table (README.txt) are passed over, and told."""
    kinds, tables, passed = {Kind.ZIP}, list[SourceTable](), list[tuple[str, NoTable]]()
    for member in archive.members:
        try:
            kind = file_kind(member.path, member.name)
            if kind is Kind.ZIP:
                raise no_workbook(member.name)
            found = _of_kind(member.path, reading, member.name, limits, kind)
            if reading.file is None and member.name.lower().endswith(".txt"):
                _require_columns(found[0])
            tables += found
            kinds.add(kind)
        except NoTable as error:
            if reading.file is not None:
                raise
            passed.append((member.name, error))
    if not tables:
        raise passed[0][1]
    require_used(reading, kinds, name)
    first = replace(tables[0], findings=(*archive.findings, *_passed_over(passed), *tables[0].findings))
    return (first, *tables[1:])


def _require_columns(table: SourceTable) -> None:
    """Lines of text read like a table of one column."""
    if table.columns.num_columns < 2:
        raise NoTable(say("{file}: this is text without columns", file=table.file))


def _passed_over(passed: list[tuple[str, NoTable]]) -> Iterator[Finding]:
    for member, error in passed:
        text = say(
            "The file {file} in the zip file holds no table and is left out ({reason}); `read.file` says which files are tables.",
            file=repr(member),
            reason=str(error).removeprefix(f"{member}: "),
        )
        yield finding("FILE-SHEET", text, Place(member))


def _of_kind(path: Path, reading: Reading, name: str, limits: Limits, kind: Kind) -> tuple[SourceTable, ...]:
    size = path.stat().st_size
    if kind is Kind.PARQUET:
        _check_size(name, size, limits.parquet_bytes)
        return (read_parquet(path, reading, name, limits),)
    if kind is Kind.CSV:
        _check_size(name, size, limits.csv_bytes)
        return (read_csv(path, reading, name, limits),)
    _check_size(name, size, limits.xlsx_bytes)
    return read_workbook(path, reading, name, limits, kind)


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
