"""All benchmarks: a table on the screen, build/bench.json for machines; exit code 1 where a bar is not held."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import doors, http, intake, large, load, rules, workbook
from bench.figures import Figure


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--series", type=int, default=50_000, help="how many series of 20 observations")
    parser.add_argument("--out", type=Path, default=Path("build/bench.json"))
    chosen = parser.parse_args()
    figures = [
        *http.run(chosen.series),
        *large.run(chosen.series * 10),
        *doors.run(),
        *intake.run(),
        *workbook.run(),
        *rules.run(),
        *_loading(),
    ]
    chosen.out.parent.mkdir(parents=True, exist_ok=True)
    chosen.out.write_text(json.dumps([{**asdict(f), "holds": f.holds} for f in figures], indent=2) + "\n")
    Console(width=120).print(_table(figures))
    return 1 if any(f.holds is False for f in figures) else 0


def _loading() -> list[Figure]:
    measured = load.measure()
    bars = {"CSV to release, rows/s": 150_000.0}
    return [Figure(name.removesuffix(", rows/s"), value, "rows/s", bars.get(name)) for name, value in measured.items()]


def _table(figures: list[Figure]) -> Table:
    table = Table("what", "measured", "bar", "yardstick", title="Benchmarks")
    for f in figures:
        bar = "" if f.bar is None else f"{'≤' if f.below else '≥'} {f.bar:,.0f}{'' if f.holds else '  NOT HELD'}"
        yardstick = f"{f.yardstick[0]}: {f.yardstick[1]:,.2f}" if f.yardstick else ""
        table.add_row(f.name, f"{f.value:,.2f} {f.unit}", bar, yardstick)
    return table


if __name__ == "__main__":
    sys.exit(main())
