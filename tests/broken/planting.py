"""Good tables with faults planted in them, as `faults.yaml` says: one change in a line of a text, or in a cell of a workbook.

The figures are made up, for some wards of Bristol, whose areas ship with the product. A workbook is written from a CSV file of its
cells, a zip from a folder, so that what is broken can be read beside what is said of it.
"""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
import yaml
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from dataexchange.model.mapping import Mapping as MappingFile
from dataexchange.pipeline.mapping_file import parse_mapping

HERE = Path(__file__).parent
GOOD = HERE / "good"

#: `{line: 3, from: Ashley, to: Ashly}`, or `{cell: B3, to: Ashly}`.
Plant = Mapping[str, Any]


def written(name: str, place: Path, plants: Iterable[Plant] = (), called: str | None = None) -> Path:
    """The good table of that name in a folder, with what is planted."""
    path = place / (called or name)
    if name.endswith(".zip"):
        _zip(path, name, list(plants))
    elif name.endswith((".xlsx", ".ods")):
        _workbook(path, name, list(plants))
    else:
        path.write_bytes(_changed((GOOD / name).read_bytes(), plants))
    return path


def mapping_of(name: str) -> MappingFile | None:
    """What maps the good table; None for a message, which needs nothing."""
    text = mapping_text(name)
    return parse_mapping(text.encode(), name) if text else None


def mapping_text(name: str) -> str:
    """What all tables share, and what this one says; what it has a column for is not fixed."""
    every = yaml.safe_load((HERE / "mappings.yaml").read_text(encoding="utf-8"))
    if name not in every:
        return ""
    said = {**every["all"], **every[name], "fixed": {**every["all"]["fixed"], **every[name].get("fixed", {})}}
    given = {target if isinstance(target, str) else target.get("to") for target in said["columns"].values()}
    said["fixed"] = {component: code for component, code in said["fixed"].items() if component not in given}
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False)


def _changed(data: bytes, plants: Iterable[Plant]) -> bytes:
    lines = data.splitlines(keepends=True)
    for plant in plants:
        if "drop" in plant:
            lines = [_without(line, plant["drop"] - 1) for line in lines]
            continue
        at = plant["line"] - 1
        code = "utf-8" if _is_utf8(data) else "cp1252"
        old, new = (str(plant[word]).encode(code) for word in ("from", "to"))
        if "hex" in plant:
            new = bytes.fromhex(plant["hex"])
        assert lines[at].count(old) == 1, (plant, lines[at])
        lines[at] = lines[at].replace(old, new)
    return b"".join(lines)


def _without(line: bytes, column: int) -> bytes:
    """A line that ';' parts, without one of its cells."""
    cells = line.rstrip(b"\r\n").split(b";")
    return b";".join(cells[:column] + cells[column + 1 :]) + b"\r\n"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _zip(path: Path, name: str, plants: list[Plant]) -> None:
    with zipfile.ZipFile(path, "w") as package:
        for file in sorted((GOOD / f"{name}.d").iterdir()):
            mine = [plant for plant in plants if plant["file"] == file.name]
            package.writestr(zipfile.ZipInfo(file.name), _changed(file.read_bytes(), mine))


def _workbook(path: Path, name: str, plants: list[Plant]) -> None:
    with (GOOD / f"{name}.csv").open(encoding="utf-8") as file:
        cells = [[_typed(text) for text in row] for row in csv.reader(file)]
    for plant in plants:
        if "cell" in plant:
            row, column = coordinate_to_tuple(plant["cell"])
            while len(cells) < row:
                cells.append([])
            cells[row - 1] += [None] * (column - len(cells[row - 1]))
            cells[row - 1][column - 1] = plant["to"]
    merged = [plant["merge"] for plant in plants if "merge" in plant]
    hidden = [plant["hide"] for plant in plants if "hide" in plant]
    (_ods if name.endswith(".ods") else _xlsx)(path, cells, merged, hidden)


def _typed(text: str) -> object:
    if not text:
        return None
    return float(text) if re.fullmatch(r"-?\d+\.\d+", text) else int(text) if text.isdigit() else text


def _xlsx(path: Path, cells: list[list[object]], merged: list[str], hidden: list[int]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Table"
    for row in cells:
        sheet.append(row)
    for area in merged:
        sheet.merge_cells(area)
    for row in hidden:
        sheet.row_dimensions[row].hidden = True
    book.save(path)


def _ods(path: Path, cells: list[list[object]], merged: list[str], hidden: list[int]) -> None:
    document, table = OpenDocumentSpreadsheet(), Table(name="Table")
    spans = [range_boundaries(area) for area in merged]
    for y, line in enumerate(cells, 1):
        row = TableRow(**({"visibility": "collapse"} if y in hidden else {}))
        for x, value in enumerate(line, 1):
            row.addElement(_ods_cell(x, y, value, spans))
        table.addElement(row)
    document.spreadsheet.addElement(table)
    document.save(path)


def _ods_cell(x: int, y: int, value: object, spans: list[tuple[int, int, int, int]]) -> object:
    told: dict[str, Any] = {}
    for left, top, right, bottom in spans:
        if (x, y) == (left, top):
            told = {"numbercolumnsspanned": right - left + 1, "numberrowsspanned": bottom - top + 1}
        elif left <= x <= right and top <= y <= bottom:
            return CoveredTableCell()
    if value is None:
        return TableCell(**told)
    if isinstance(value, int | float):
        return TableCell(valuetype="float", value=value, **told)
    cell = TableCell(valuetype="string", **told)
    cell.addElement(P(text=str(value)))
    return cell
