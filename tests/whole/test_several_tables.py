"""One file of several tables under one mapping, from the bytes to the observations."""

from __future__ import annotations

import zipfile
from pathlib import Path

import openpyxl
import pytest

from dataexchange.model.structure import Item, Kind, parse_short
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.store.database import migrate, open_database, reading, writing
from dataexchange.workflow.agreements import add_agreement
from dataexchange.workflow.assess import assess
from dataexchange.workflow.permission import operator
from dataexchange.workflow.structures import register_shipped

MAPPING = """
title: Unemployment
source: {name: made for the tests}
provider: OSLO
dataflow: DX:DF_SDG_LOCAL(1.0.0)
read: {sheet: all}
columns:
  Year: TIME_PERIOD
  Value: OBS_VALUE
fixed: {FREQ: A, REPORTING_TYPE: N, SERIES: SL_TLF_UEM, REF_AREA: GB_BRS, SEX: _T, AGE: _T, URBANISATION: _T,
  INCOME_WEALTH_QUANTILE: _T, EDUCATION_LEV: _T, OCCUPATION: _T, CUST_BREAKDOWN: _T, COMPOSITE_BREAKDOWN: _T,
  DISABILITY_STATUS: _T, ACTIVITY: _T, PRODUCT: _T, UNIT_MEASURE: PT, UNIT_MULT: "0", OBS_STATUS: A, NATURE: C}
"""


@pytest.fixture(scope="module")
def conn(tmp_path_factory: pytest.TempPathFactory):
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('tables')}/exchange.db")
    migrate(engine)
    with writing(engine) as conn:
        register_shipped(conn)
        flow = parse_short("DX:DF_SDG_LOCAL(1.0.0)", Kind.DATAFLOW)
        add_agreement(conn, Item(id="OSLO", names={"en": "Oslo"}), flow, caller=operator("test"))
    with reading(engine) as conn:
        yield conn
    engine.dispose()


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_sheets_and_files_are_laid_together_and_faults_name_theirs(conn, tmp_path: Path) -> None:
    first = workbook(
        tmp_path / "a.xlsx", Old=[["Year", "Value"], [2018, 4.5]], New=[["Year", "Value"], [2019, "many"], [2020, 5]]
    )
    second = workbook(tmp_path / "b.xlsx", Newest=[["Year", "Value"], [2021, 6]])
    path = tmp_path / "sent.zip"
    with zipfile.ZipFile(path, "w") as package:
        for book in (first, second):
            package.write(book, book.name)
    found = assess(conn, path, parse_mapping(MAPPING.encode(), "m.yaml"), name="sent.zip")
    assert found.dataset.table["OBS_VALUE"].to_pylist() == [4.5, 5.0, 6.0]
    assert found.report.counts["rows"] == 4
    places = [
        (f.rule, f.place.file, f.place.sheet, f.place.row) for f in found.report.findings if f.severity == "error"
    ]
    assert places == [("MAP-NUMBER", "sent.zip/a.xlsx", "New", 2)]
    assert str(found.report.reading).startswith(
        "In sent.zip/a.xlsx: read as XLSX, sheet 'Old', header in row 1, 1 row."
    )
