"""Intake: a CSV of 1,000,000 rows in 50,000 series read and mapped, with nothing known of it but its mapping.

In a process of its own, so that its memory is its own. Yardstick: frictionless validating the same file, in the same run; it
infers types and looks at every cell against them, and maps nothing.

    python -m bench.intake          both, as a table
    python -m bench.intake FILE     reading and mapping alone, as JSON
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

from bench.data import schema
from bench.figures import Figure
from bench.load import MAPPING, SERIES, YEARS, write_table
from dataexchange.pipeline.mapping import apply_mapping
from dataexchange.pipeline.mapping_file import parse_mapping
from dataexchange.pipeline.reading import read_table

ROWS = SERIES * len(YEARS)
#: Frictionless as its own documentation calls it; the import is not in the time.
_FRICTIONLESS = """
import sys, time
from pathlib import Path
from frictionless import Resource, system
path = Path(sys.argv[1])
with system.use_context(trusted=True):
    started = time.perf_counter()
    report = Resource(path=str(path)).validate()
assert report.valid, report.flatten(["rowNumber", "type"])[:3]
print(report.tasks[0].stats["rows"] / (time.perf_counter() - started))
"""


def run() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder) / "table.csv"
        write_table(table)
        ours = json.loads(_child(["-m", "bench.intake", str(table)]))
        theirs = float(_child(["-c", _FRICTIONLESS, str(table)]))
    beside = ("frictionless validate, rows/s", theirs)
    yield Figure("CSV read and mapped", ours["rows"] / ours["seconds"], "rows/s", 250_000, yardstick=beside)
    yield Figure("Memory to read and map it", ours["peak_mb"], "MB", 1_000, below=True)


def measure(table: Path) -> dict[str, float]:
    """Rows, the seconds of reading and mapping, and the memory that the process came to need."""

    known, mapping = schema(), parse_mapping(MAPPING.encode(), "bench")
    started = time.perf_counter()
    mapped = apply_mapping(read_table(table, mapping.read), mapping, known)
    seconds = time.perf_counter() - started
    assert mapped.dataset.n == ROWS
    assert not mapped.findings
    return {
        "rows": ROWS,
        "seconds": seconds,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000,
    }


def _child(arguments: list[str]) -> str:
    return subprocess.run([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(measure(Path(sys.argv[1]))))
    else:
        for figure in run():
            beside = f"   {figure.yardstick[0]}: {figure.yardstick[1]:,.0f}" if figure.yardstick else ""
            print(f"{figure.name:30} {figure.value:>12,.0f} {figure.unit}{beside}")
