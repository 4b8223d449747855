"""Loading: a CSV of 1,000,000 rows in 50,000 series through reading, mapping, structural checks and release into SQLite.

Yardstick: pandas reading the same CSV, doing nothing else with it.
"""

from __future__ import annotations

import itertools
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from dataexchange.messages.shipped import shipped_structures
from dataexchange.model.structure import Codelist, Item, Kind, parse_short
from dataexchange.store.database import migrate, open_database, reading, writing
from dataexchange.workflow import publish, review, submit
from dataexchange.workflow.agreements import add_agreement
from dataexchange.workflow.permission import operator
from dataexchange.workflow.structures import register_shipped

SERIES = 50_000
YEARS = range(2000, 2020)

MAPPING = """
title: Every unemployment rate there could be
source: {name: made for the benchmark}
provider: BENCH
dataflow: DX:DF_SDG_LOCAL(1.0.0)
columns:
  area: REF_AREA
  sex: {to: SEX, codes: {women: F, men: M, all: _T}}
  age: {to: AGE, blank: _T}
  schooling: EDUCATION_LEV
  work: OCCUPATION
  year: TIME_PERIOD
  value: OBS_VALUE
fixed: {FREQ: A, REPORTING_TYPE: N, SERIES: SL_TLF_UEM, URBANISATION: _T, INCOME_WEALTH_QUANTILE: _T, CUST_BREAKDOWN: _T,
  COMPOSITE_BREAKDOWN: _T, DISABILITY_STATUS: _T, ACTIVITY: _T, PRODUCT: _T, UNIT_MEASURE: PT, UNIT_MULT: "0", OBS_STATUS: A, NATURE: C}
"""


def write_table(path: Path) -> None:
    """50,000 distinct keys of real codes, twenty years each, values with three decimals that change little."""
    lists = {a.id: [i.id for i in a.items] for a in shipped_structures() if isinstance(a, Codelist)}
    columns = [
        lists["CL_AREA"][:20],
        ["women", "men", "all"],
        lists["CL_AGE"][:30],
        lists["CL_EDUCATION_LEV"][:10],
        lists["CL_OCCUPATION"][:10],
    ]
    keys = list(itertools.islice(itertools.product(*columns), SERIES))
    frame = pd.DataFrame(keys, columns=["area", "sex", "age", "schooling", "work"])
    frame = frame.loc[frame.index.repeat(len(YEARS))].reset_index(drop=True)
    frame["year"] = np.tile(np.array(YEARS), len(keys))
    # The rate of all lies between those of women and of men, as it must.
    course = np.tile(10 + np.random.default_rng(7).random(len(YEARS)), len(keys))
    frame["value"] = np.round(course + frame["sex"].map({"women": 1.0, "men": -1.0, "all": 0.0}), 3)
    frame.to_csv(path, index=False)


def measure() -> dict[str, float]:
    """rows/s of each step and of all, and of the yardstick."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        table, mapping = home / "table.csv", home / "big.yaml"
        write_table(table)
        mapping.write_text(MAPPING)
        rows = SERIES * len(YEARS)
        engine = open_database(f"sqlite:///{home / 'exchange.db'}")
        migrate(engine)
        with writing(engine) as conn:
            register_shipped(conn)
            flow = parse_short("DX:DF_SDG_LOCAL(1.0.0)", Kind.DATAFLOW)
            add_agreement(conn, Item(id="BENCH", names={"en": "Benchmark"}), flow, caller=operator("bench"))
        started = time.perf_counter()
        parcel = submit.keep_parcel(home, table, mapping)
        with reading(engine) as conn:
            announced = submit.read_parcel(conn, home, parcel, caller=operator("bench"))
        with writing(engine) as conn:
            received = submit.accept_parcel(conn, announced, caller=operator("bench"))
        with reading(engine) as conn:
            checked = submit.examine(conn, home, received)
        with writing(engine) as conn:
            submit.conclude(conn, received.id, checked, actor="bench")
        assert checked.report.publishable, checked.report.findings[:3]
        middle = time.perf_counter()
        with writing(engine) as conn:
            review.ask_for_publication(conn, received.id, caller=operator("bench"))
            release = publish.publish(conn, home, received.id, actor="bench", assessment=checked)
        published = time.perf_counter()
        assert release.observations == rows
        engine.dispose()
        began = time.perf_counter()
        pd.read_csv(table, dtype=str)
        read = time.perf_counter()
    return {
        "CSV to release, rows/s": rows / (published - started),
        "of it: reading, mapping, checks, rows/s": rows / (middle - started),
        "of it: publishing, rows/s": rows / (published - middle),
        "yardstick: pandas.read_csv alone, rows/s": rows / (read - began),
    }


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:50} {value:>12,.0f}")
