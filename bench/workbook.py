"""A workbook of 100,000 rows and seven columns read and mapped, in a process of its own, so that its memory is its own.

Yardstick: pandas reading the same sheet through calamine, doing nothing else with it.

    python -m bench.workbook          both
    python -m bench.workbook FILE     reading and mapping alone, as JSON
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pandas as pd

from bench.data import schema
from bench.figures import Figure
from bench.load import MAPPING, write_table
from dataexchange.pipeline.mapping import apply_mapping
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.pipeline.reading import read_table

ROWS = 100_000


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.xlsx"
        _write(path, Path(folder) / "table.csv")
        child = [sys.executable, "-m", "bench.workbook", str(path)]
        told = json.loads(subprocess.run(child, stdout=subprocess.PIPE, text=True, check=True).stdout)
        began = time.perf_counter()
        pd.read_excel(path, engine="calamine", dtype=str)
        beside = ("pandas.read_excel with calamine alone, rows/s", ROWS / (time.perf_counter() - began))
    yield Figure("XLSX read and mapped", ROWS / told["seconds"], "rows/s", 50_000, yardstick=beside)
    yield Figure("Memory to read and map the XLSX", told["peak_mb"], "MB", 1_000, below=True)


def measure(path: Path) -> dict[str, float]:
    """The seconds of reading and mapping, and the memory that the process came to need."""
    known, mapping = schema(), parse_mapping(MAPPING.encode(), "bench")
    started = time.perf_counter()
    mapped = apply_mapping(read_table(path, mapping.read), mapping, known)
    seconds = time.perf_counter() - started
    assert mapped.dataset.n == ROWS
    assert not mapped.findings
    return {"seconds": seconds, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000}


def _write(path: Path, table: Path) -> None:
    """The first rows of the table that loading is measured with, numbers as numbers."""
    write_table(table)
    rows = pd.read_csv(table, nrows=ROWS, dtype={"age": str}, keep_default_na=False)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append(list(rows.columns))
    for row in rows.itertuples(index=False, name=None):
        sheet.append(row)
    book.save(path)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(Path(sys.argv[1]))))
    else:
        for figure in run():
            beside = f"   {figure.yardstick[0]}: {figure.yardstick[1]:,.0f}" if figure.yardstick else ""
            print(f"{figure.name:34} {figure.value:>10,.0f} {figure.unit}{beside}")
