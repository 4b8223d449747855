"""pysdmx writing the same table in memory: the nearest thing to a standard tool for the job.

It runs in a process of its own, so that its pandas does not weigh on the rest. It writes no SDMX-JSON data.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is measured: `bar` in observations a second, `pysdmx` its name there where it stands as a yardstick."""

    media: str
    bar: float
    pysdmx: str | None = None


FORMATS = {
    "SDMX-CSV": Format("application/vnd.sdmx.data+csv;version=2.0.0", 1_000_000, "DATA_SDMX_CSV_2_0_0"),
    "SDMX-JSON": Format("application/vnd.sdmx.data+json;version=2.0.0", 1_000_000),
    "SDMX-ML": Format("application/vnd.sdmx.data+xml;version=3.0.0", 1_000_000, "DATA_SDMX_ML_3_0"),
    "SDMX-ML 2.1": Format("application/vnd.sdmx.structurespecificdata+xml;version=2.1", 1_000_000),
    "SDMX-ML 2.1 generic": Format("application/vnd.sdmx.genericdata+xml;version=2.1", 500_000),
}

#: pysdmx is an order of magnitude slower: a tenth of the table tells its rate as well.
_TENTH = 10


def pysdmx_rate(n_series: int, name: str) -> float | None:
    """Observations a second; None where there is no yardstick for the format."""
    form = FORMATS[name].pysdmx
    if form is None:
        return None
    command = [sys.executable, "-m", "bench.pysdmx_writes", str(max(n_series // _TENTH, 1)), form]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
