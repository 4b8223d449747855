"""Data in SDMX-CSV 1.0 and 2.x, read by pyarrow: a million rows in a second or two.

    STRUCTURE,STRUCTURE_ID,ACTION,FREQ,REF_AREA,TIME_PERIOD,OBS_VALUE
    dataflow,DX:DF_SDG_LOCAL(1.0.0),I,A,GB_BRS,2019,12.5

Columns are found by component id; "REF_AREA: Reference area" with values such as "GB: United Kingdom" (labels=both) are read
by their codes. Rows of several structures or actions become several datasets. The row of a finding is that of a spreadsheet.
"""

from __future__ import annotations

import codecs
import csv
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from dataexchange.errors import InvalidRequest, Unreadable
from dataexchange.messages.data_columns import typed
from dataexchange.messages.data_message import DataMessage, SchemaOf, action_of, dataflow_of
from dataexchange.messages.xml_source import read_head
from dataexchange.model.dataset import CODE, Dataset
from dataexchange.model.finding import Finding, Place
from dataexchange.model.rules import finding
from dataexchange.model.sentence import Sentence, say, says
from dataexchange.model.structure import Kind, Ref, parse_short
from dataexchange.model.table import column_letter

_STRUCTURES = {
    "dataflow": Kind.DATAFLOW,
    "datastructure": Kind.DATA_STRUCTURE,
    "dataprovision": Kind.PROVISION_AGREEMENT,
    "provisionagreement": Kind.PROVISION_AGREEMENT,
}
#: Columns of the standard that are no components.
_SERVICE = frozenset(
    {"DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "SERIES_KEY", "OBS_KEY", "DATAFLOW_NAME"}
)
_BLOCK = 8 * 2**20
_ROWS_TOLD = 50


def read_data_csv(path: Path, schema_of: SchemaOf, name: str | None = None) -> DataMessage:
    name = name or path.name
    head = read_head(path, name)
    header, delimiter = _header(head, name)
    table, rows, findings = _parse(path, header, delimiter, _encoding(head), name)
    datasets: list[Dataset] = []
    declarations: list[Ref] = []
    for ref, action_text, where in _parts(table, name):
        part = table.filter(where) if where is not None else table
        lines = rows[where.to_numpy(zero_copy_only=False)] if where is not None else rows
        schema, action = schema_of(ref), action_of(action_text, name)
        texts = {column: part[column] for column in part.column_names if column not in _SERVICE}
        typed_table, faults = typed(schema, texts, lines, name, action)
        findings += faults
        declarations.append(ref)
        flow = dataflow_of(schema, ref)
        datasets.append(Dataset(schema.structure.ref, typed_table, flow, None, action, name))
    return DataMessage(file=name, declarations=tuple(declarations), datasets=tuple(datasets), findings=tuple(findings))


def told_by_csv(path: Path, name: str) -> Ref | None:
    """What the first row is of; None where there is no row."""
    head = read_head(path, name)
    header, delimiter = _header(head, name)
    lines = _text(head).splitlines()
    rows = csv.reader(lines[1:3], delimiter=delimiter)
    first = next((row for row in rows if row), None)
    return None if first is None else _structure({"STRUCTURE": None, **dict(zip(header, first, strict=False))}, name)


def letters_of_csv(path: Path, name: str) -> dict[str, str]:
    """Component -> the letter of its column, so that a finding can name the cell; empty where it is no SDMX-CSV."""
    head = read_head(path, name)
    header = _header(head, name)[0] if is_sdmx_csv(head) else []
    return {component: column_letter(position) for position, component in enumerate(header)}


def is_sdmx_csv(head: bytes) -> bool:
    """Whether the first cell of the first line is one that SDMX-CSV begins with."""
    return re.match(r'"*(DATAFLOW|STRUCTURE(\[.\])?)(\W|$)', _text(head)) is not None


def _encoding(head: bytes) -> str:
    """UTF-8, or what a spreadsheet saves as "Unicode text"."""
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf8"


def _text(head: bytes) -> str:
    """The first bytes decoded, from their first line on."""
    text = codecs.getincrementaldecoder(_encoding(head))("replace").decode(head)
    return text.removeprefix("\ufeff").lstrip()


def _header(head: bytes, name: str) -> tuple[list[str], str]:
    """Column ids and the delimiter: a comma, or what regional spreadsheets put in its place."""
    if not is_sdmx_csv(head):
        raise Unreadable(
            say(
                "{file}: the first column is neither DATAFLOW nor STRUCTURE, so this is no SDMX-CSV: SDMX-CSV 1.0 and 2.x are read as "
                "they are, a table of any other form with a mapping file.",
                file=name,
            )
        )
    line = _text(head).split("\n", 1)[0].rstrip("\r")
    delimiter = max(",;\t", key=line.count)
    cells = next(csv.reader([line], delimiter=delimiter))
    ids = [re.sub(r"\[.?\]$", "", cell.split(": ", 1)[0].strip()) for cell in cells]
    doubled = sorted({i for i in ids if ids.count(i) > 1})
    if doubled:
        raise Unreadable(
            say(
                "{file}, line 1: the column {column} stands there twice: leave one of them out.",
                file=name,
                column=repr(doubled[0]),
            )
        )
    return ids, delimiter


def _parse(
    path: Path, header: list[str], delimiter: str, encoding: str, name: str
) -> tuple[pa.Table, np.ndarray[tuple[int], np.dtype[np.int32]], list[Finding]]:
    skipped: list[tuple[int, int, int]] = []

    def skip(row: arrow_csv.InvalidRow) -> str:
        skipped.append((row.number or 0, row.expected_columns, row.actual_columns))
        return "skip"

    types = dict.fromkeys(header, CODE) | {"OBS_VALUE": pa.string()}
    try:
        table = arrow_csv.read_csv(
            path,
            read_options=arrow_csv.ReadOptions(
                column_names=header, skip_rows=1, block_size=_BLOCK, use_threads=False, encoding=encoding
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=True, invalid_row_handler=skip
            ),
            convert_options=arrow_csv.ConvertOptions(column_types=types, strings_can_be_null=True, null_values=[""]),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise Unreadable(_reason(str(error), name)) from None
    numbers = np.arange(2, 2 + table.num_rows + len(skipped), dtype=np.int32)
    rows = np.setdiff1d(numbers, np.array([n for n, _, _ in skipped], np.int32))[: table.num_rows]
    return _codes_only(table, path, delimiter, encoding), rows, list(_refused(skipped, name))


def _reason(error: str, name: str) -> Sentence:
    if "UTF8" in error or "UTF-8" in error:
        return say("{file}: the file is not in UTF-8: save it as 'CSV UTF-8' and send it again.", file=name)
    if "straddl" in error or "block" in error:
        return say(
            "{file}: a line is longer than {limit} MB: look for a missing quote or line break.",
            file=name,
            limit=_BLOCK // 2**20,
        )
    return say(
        "{file}: the CSV cannot be read ({reason}): look for a missing quote or delimiter.",
        file=name,
        reason=error.splitlines()[0][:200],
    )


def _refused(skipped: list[tuple[int, int, int]], name: str) -> list[Finding]:
    out = [
        finding(
            "FILE-ROW",
            says(
                "Row {row} has {n} cell where the header has {expected}; it is left out.",
                "Row {row} has {n} cells where the header has {expected}; it is left out.",
                actual,
                row=str(row),
                expected=expected,
            ),
            Place(name, row=row),
        )
        for row, expected, actual in skipped[:_ROWS_TOLD]
    ]
    more = len(skipped) - _ROWS_TOLD
    if more > 0:
        told = says(
            "{n} more row has too few or too many cells.", "{n} more rows have too few or too many cells.", more
        )
        out.append(finding("FILE-ROW", told, Place(name), count=more))
    return out


def _codes_only(table: pa.Table, path: Path, delimiter: str, encoding: str) -> pa.Table:
    """Values of columns headed "ID: Name" are "code: name"; keep the code."""
    with path.open(encoding=encoding, errors="replace") as file:
        line = file.readline(65536).removeprefix("\ufeff").rstrip("\r\n")
    labelled = [cell.split(": ", 1)[0] for cell in next(csv.reader([line], delimiter=delimiter)) if ": " in cell]
    for column in labelled:
        if column not in table.column_names or not pa.types.is_dictionary(table[column].type):
            continue
        coded = table[column].unify_dictionaries().combine_chunks()
        codes = pc.list_element(pc.split_pattern(coded.dictionary, ": ", max_splits=1), 0)
        encoded = codes.dictionary_encode()
        table = table.set_column(
            table.column_names.index(column),
            column,
            pa.DictionaryArray.from_arrays(encoded.indices.take(coded.indices), encoded.dictionary).cast(CODE),
        )
    return table


def _parts(table: pa.Table, name: str) -> list[tuple[Ref, str | None, pa.Array | None]]:
    """(structure, action, rows) of every dataset in the file, in the order in which they first stand."""
    columns = [c for c in ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "ACTION") if c in table.column_names]
    if table.num_rows == 0:
        return []
    keys = table.select(columns).cast(pa.schema([(c, pa.string()) for c in columns]))
    distinct = keys.group_by(columns, use_threads=False).aggregate([]).to_pylist()
    out: list[tuple[Ref, str | None, pa.Array | None]] = []
    for row in distinct:
        where = None
        if len(distinct) > 1:
            masks = [pc.fill_null(pc.equal(keys[c], row[c]), row[c] is None) for c in columns]
            where = masks[0]
            for mask in masks[1:]:
                where = pc.and_(where, mask)
            where = where.combine_chunks() if isinstance(where, pa.ChunkedArray) else where
        out.append((_structure(row, name), row.get("ACTION"), where))
    return out


def _structure(row: dict[str, str | None], name: str) -> Ref:
    kind = _STRUCTURES.get((row.get("STRUCTURE") or "dataflow").lower())
    text = row.get("STRUCTURE_ID") or row.get("DATAFLOW") or ""
    if kind is None:
        raise Unreadable(
            say(
                "{file}: STRUCTURE {text} is none of {known}: correct it.",
                file=name,
                text=repr(row["STRUCTURE"]),
                known=", ".join(_STRUCTURES),
            )
        )
    try:
        return parse_short(text.split(": ", 1)[0], kind)
    except InvalidRequest:
        raise Unreadable(
            say(
                "{file}: {text} names no {kind}: write it as AGENCY:ID(1.0.0).",
                file=name,
                text=repr(text[:200]),
                kind=kind.value,
            )
        ) from None
