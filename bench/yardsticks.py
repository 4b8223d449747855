"""pysdmx writing the same table in memory: the nearest thing to a standard tool for the job.

It runs in a process of its own, so that its pandas does not weigh on the rest. It writes no SDMX-JSON data.
"""

from __future__ import annotations

import subprocess
import sys

#: Name -> (our media type, pysdmx's format or None).
FORMATS: dict[str, tuple[str, str | None]] = {
    "SDMX-CSV": ("application/vnd.sdmx.data+csv;version=2.0.0", "DATA_SDMX_CSV_2_0_0"),
    "SDMX-JSON": ("application/vnd.sdmx.data+json;version=2.0.0", None),
    "SDMX-ML": ("application/vnd.sdmx.data+xml;version=3.0.0", "DATA_SDMX_ML_3_0"),
}


def pysdmx_rate(n_series: int, name: str) -> float | None:
    """Observations a second; None where pysdmx does not write the format."""
    form = FORMATS[name][1]
    if form is None:
        return None
    command = [sys.executable, "-m", "bench.pysdmx_writes", str(n_series), form]
    return float(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
