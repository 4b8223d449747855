"""Bristol's figures in the layouts that a city's departments keep: each table with quirks of its own.

The figures are those of the Open SDG tables of sdg-bristol/sdg-data-bristol, digit for digit; columns, headings, order and
file formats are ours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

Row = dict[str, str]
Cells = Sequence[str | float | None]

#: A workbook remembers when it was made; a fixed day keeps it from changing with every run.
MADE = datetime(2026, 11, 22)  # noqa: DTZ001 - workbooks know no time zone


def write_bristol(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    _safety(_read(source / "indicator_16-1-4.csv"), target / "safety-after-dark.csv")
    _particles(_read(source / "indicator_11-6-2.csv"), target / "pm25.csv")
    _food(_read(source / "indicator_2-1-2.csv"), target / "food-insecurity.xlsx")
    _unemployment(_read(source / "indicator_8-5-2.csv"), target / "unemployment.xlsx")
    _homicides(_read(source / "indicator_16-1-1.csv"), target / "homicides.csv")
    _internet(_read(source / "indicator_17-8-1.csv"), target / "internet-use.csv")


def _safety(rows: list[Row], path: Path) -> None:
    """One row a year and ward; the city has no ward, and neither have the deprivation deciles."""
    rows.sort(key=lambda r: (r["Year"], r["Ward"], r["Deprivation decile"]))
    cells = [(r["Year"], r["Ward"], r["Deprivation decile"].capitalize(), r["Value"]) for r in rows]
    _csv(path, [("Survey year", "Ward", "Deprivation", "% who feel safe outdoors after dark"), *cells])


def _particles(rows: list[Row], path: Path) -> None:
    """A spreadsheet saved as CSV on a Windows machine set to decimal commas, its title above the header."""
    columns = ("", "anthropogenic", "non-anthropogenic")
    value = {(r["Year"], r["Anthropogenic component"]): r["Value"] for r in rows}
    cells: list[Cells] = [
        ("Fine particles (PM2.5) in Bristol – annual mean, µg/m³", "", "", ""),
        ("", "", "", ""),
        ("Year", "PM2.5", "of which human-made", "of which natural"),
    ]
    for year in sorted({r["Year"] for r in rows}):
        cells.append((year, *(value[year, c].replace(".", ",") for c in columns)))
    _csv(path, cells, encoding="cp1252", delimiter=";")


def _food(rows: list[Row], path: Path) -> None:
    """Wide: a column for each survey year. The first row of each measure is the city's, without a ward code."""
    years = sorted({r["Year"] for r in rows})
    value = {(r["Series"], r["GeoCode"], r["Year"]): float(r["Value"]) for r in rows}
    names = {r["GeoCode"]: r["Ward"] for r in rows}
    measures = {
        "Moderate to severe": "% households which have experienced moderate to severe food insecurity",
        "Severe": "% households which have experienced severe food insecurity",
    }
    cells: list[Cells] = [
        ("Households that have experienced food insecurity, % by ward",),
        (),
        ("Measure", "Ward code", "Ward", *years),
    ]
    for label, series in measures.items():
        for code in sorted(names):
            cells.append((label, code or None, names[code] or "Bristol", *(value[series, code, y] for y in years)))
    about: list[Cells] = [
        ("Source", "Quality of Life survey, Bristol City Council"),
        ("Question", "Eight questions of the Food Insecurity Experience Scale"),
        ("Moderate to severe", "4 or more answers of yes"),
        ("Severe", "7 or more answers of yes"),
    ]
    _workbook(path, {"About": about, "Wards": cells})


def _unemployment(rows: list[Row], path: Path) -> None:
    """A column for each group; '..' where the source has no figure."""
    groups = {
        "Everyone": "",
        "Women": "Women",
        "Men": "Men",
        "Aged 16 to 24": "16-24 Year olds",
        "Ethnic minorities": "Ethnic minorities",
    }
    value = {(r["Year"], r["Equality Group"]): r["Value"] for r in rows}
    cells: list[Cells] = [
        ("Unemployment rate in Bristol, % of the economically active aged 16 and over, January to December",),
        ("Year", *groups),
    ]
    for year in sorted({r["Year"] for r in rows}):
        figures = (value[year, g] for g in groups.values())
        cells.append((int(year), *(float(f) if f else ".." for f in figures)))
    notes: list[Cells] = [
        ("..", "not available"),
        ("Source", "Office for National Statistics, local labour market data"),
    ]
    _workbook(path, {"Unemployment": cells, "Notes": notes})


def _homicides(rows: list[Row], path: Path) -> None:
    """With a total below, as people add one."""
    total = sum(int(r["Value"]) for r in rows)
    cells = [(r["Year"], r["Value"]) for r in rows]
    _csv(path, [("Calendar year", "Homicides recorded"), *cells, ("All years", str(total))])


def _internet(rows: list[Row], path: Path) -> None:
    """Saved by a spreadsheet as "CSV UTF-8": with a byte-order mark. The area's name holds a comma."""
    header = ("Area", "Year", "Adults who used the internet in the last 3 months (%)")
    cells = [("Bristol, City of", r["Year"], r["Value"]) for r in rows]
    _csv(path, [header, *cells], encoding="utf-8-sig")


def _read(path: Path) -> list[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _csv(path: Path, rows: Iterable[Cells], *, encoding: str = "utf-8", delimiter: str = ",") -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter, lineterminator="\n").writerows(rows)


def _workbook(path: Path, sheets: dict[str, list[Cells]]) -> None:
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        sheet["A1"].font = Font(bold=True)
    book.properties.created = book.properties.modified = MADE
    book.properties.creator = "dataexchange examples"
    book.save(path)
