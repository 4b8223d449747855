"""A city's table sent back with its cells marked: the file as it came, and what its report says put where it belongs.

    safety.xlsx   ->  the same workbook, marked cells coloured and commented, a sheet that lists the findings
    safety.csv    ->  a workbook of the same rows, marked likewise; or CSV with two columns more
    tables.zip    ->  a zip of its files, each marked

Nothing is checked anew: the report is the one that the check made.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import IO

import numpy as np
import pyarrow as pa

from dataexchange.errors import InvalidRequest, TooLarge
from dataexchange.messages.marked_csv import marked_csv
from dataexchange.messages.marked_plain import plain_workbook
from dataexchange.messages.marked_sheet import Odd
from dataexchange.messages.marked_xlsx import mark_workbook
from dataexchange.messages.marks import marks_of
from dataexchange.model.finding import Report
from dataexchange.model.reading import Reading
from dataexchange.model.sentence import Language, Sentence, say
from dataexchange.model.table import Limits, SourceTable, column_letter
from dataexchange.pipeline.reading_archive import unpacked
from dataexchange.pipeline.reading_package import check_package, kind_of, open_package
from dataexchange.pipeline.reading_rows import CsvRows, csv_rows, parquet_rows, sheet_rows
from dataexchange.workflow.cells import with_cells

#: Bytes of a CSV or Parquet file that is made a workbook.
_LARGEST = 150_000_000
_LIMITS = Limits()


class Form(StrEnum):
    XLSX = "xlsx"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was checked: where it is, what its sender calls it, and how its mapping says that it is read."""

    path: Path
    name: str
    reading: Reading = field(default_factory=Reading)


def ending(source: Source, form: Form = Form.XLSX) -> str:
    """Of the name of what comes back: a workbook with macros stays one."""
    with source.path.open("rb") as stream:
        head = stream.read(4)
    if head == b"PK\x03\x04":
        if not (kind := kind_of(source.path, source.name)):
            return ".zip"
        return ".xlsm" if kind == "XLSX" and source.name.lower().endswith(".xlsm") else ".xlsx"
    return f".{form}"


def readable(report: Report) -> bool:
    return all(finding.rule != "FILE-READ" for finding in report.findings)


def send_back(source: Source, report: Report, out: IO[bytes], language: Language, form: Form = Form.XLSX) -> None:
    """Write the marked file. Raises InvalidRequest for what has no cells, TooLarge for what only CSV can hold."""
    if not readable(report):
        raise InvalidRequest(f"{source.name} could not be read, so nothing in it can be marked: see its report")
    with source.path.open("rb") as stream:
        head = stream.read(512)
    if head.startswith(b"PK\x03\x04"):
        kind = kind_of(source.path, source.name)
        if not kind:
            _archive(source, report, out, language, form)
        elif form is Form.CSV:
            raise InvalidRequest("a workbook comes back as a workbook: leave it out", parameter="format", value="csv")
        else:
            _workbook(source, report, out, language, kind)
    elif head.startswith(b"PAR1"):
        rows = parquet_rows(source.path, source.name, _LIMITS)
        _table(source, rows, report, out, language)
    elif head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"<", b"{"):
        raise InvalidRequest(
            f"{source.name} is an SDMX message, which has no cells to mark: read its report, in which every finding has its place"
        )
    else:
        _csv(source, report, out, language, form)


def _csv(source: Source, report: Report, out: IO[bytes], language: Language, form: Form) -> None:
    rows = csv_rows(source.path, source.reading, source.name, _LIMITS)
    report = _placed(report, rows, source.name)
    if form is Form.XLSX:
        return _table(source, rows, report, out, language)
    marks = marks_of(report.findings, language)
    for portion in marked_csv(rows, rows.header_row, len(rows.header), rows.dialect.delimiter, marks, language):
        out.write(portion)
    return None


def _placed(report: Report, rows: CsvRows, name: str) -> Report:
    """With the cells of findings on SDMX-CSV, which no mapping led to."""
    letters = {column: column_letter(n) for n, column in enumerate(rows.header)}
    nothing = np.zeros(0, np.int32)
    table = SourceTable(pa.table({}), nothing, name, letters=letters, header_row=rows.header_row)
    return replace(report, findings=with_cells(report.findings, [table]))


def _table(source: Source, rows: Iterable[Sequence[str]], report: Report, out: IO[bytes], language: Language) -> None:
    if source.path.stat().st_size > _LARGEST:
        raise TooLarge(f"{source.name}: {_LARGEST:,} bytes at most are made a workbook: ask for the marks as CSV.")
    note = say("The rows and columns are those of your file, each cell as text.")
    _plain(source, {PurePosixPath(source.name).stem or "Table": rows}, report, out, language, note)


def _plain(
    source: Source,
    sheets: Mapping[str, Iterable[Sequence[str]]],
    report: Report,
    out: IO[bytes],
    language: Language,
    note: Sentence,
) -> None:
    with tempfile.TemporaryFile() as made:
        names = plain_workbook(made, sheets, datetime.now(UTC))
        findings = tuple(
            replace(f, place=replace(f.place, sheet=names.get(f.place.sheet or "", f.place.sheet)))
            for f in report.findings
        )
        made.seek(0)
        mark_workbook(made, out, replace(report, findings=findings), language, (note,))


def _workbook(source: Source, report: Report, out: IO[bytes], language: Language, kind: str) -> None:
    with open_package(source.path, source.name, kind) as package:
        check_package(package, source.name, _LIMITS, kind)
    if kind == "XLSX":
        try:
            return mark_workbook(source.path, out, report, language)
        except Odd:
            out.seek(0)
            out.truncate()
    note = say(
        "The sheets, rows and columns are those of your file, each cell as text: it could not be marked as it is."
    )
    return _plain(source, sheet_rows(source.path, source.name), report, out, language, note)


def _archive(source: Source, report: Report, out: IO[bytes], language: Language, form: Form) -> None:
    """Each file of a zip, with what was found in it."""
    inside = replace(source, reading=source.reading.model_copy(update={"file": None}))
    with (
        unpacked(source.path, source.reading, source.name, _LIMITS) as archive,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        members = {member.name for member in archive.members}
        no_tables = {f.place.file for f in report.findings if f.rule == "FILE-SHEET" and f.place.sheet is None}
        for member in archive.members:
            if member.name in no_tables:
                made.write(member.path, member.name.removeprefix(f"{source.name}/"))
                continue
            one = replace(inside, path=member.path, name=member.name)
            kind = Form.XLSX if ending(one) != ".xlsx" or _is_workbook(member.path) else form
            # What is said of no file, or of the zip itself, stands in all of them.
            found = tuple(f for f in report.findings if f.place.file == member.name or f.place.file not in members)
            inner = member.name.removeprefix(f"{source.name}/")
            with tempfile.TemporaryFile() as part:
                send_back(one, replace(report, findings=found), part, language, kind)
                part.seek(0)
                with made.open(marked_name(inner, ending(one, kind)), "w") as target:
                    target.writelines(iter(lambda p=part: p.read(1 << 18), b""))  # type: ignore[misc]


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def marked_name(name: str, suffix: str) -> str:
    """safety.csv is safety-marked.xlsx."""
    path = PurePosixPath(name)
    return str(path.with_name(f"{path.stem}-marked{suffix}"))
